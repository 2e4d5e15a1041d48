/* Talks to the server, which answers only pages that have its token. */
const token = document.querySelector("meta[name=live-token]").content;

/** Send a request and return the answer. Errors carry the server's message. */
export async function ask(name, request = {}) {
  return (await post(name, request)).json();
}

/** Send a request that takes a while, and yield each answer as it arrives. */
export async function* askFor(name, request = {}, signal = undefined) {
  const { body } = await post(name, request, signal);
  const reader = body.pipeThrough(new TextDecoderStream()).getReader();
  let rest = "";
  for (;;) {
    const { value, done } = await reader.read();
    if (done) return;
    const lines = (rest + value).split("\n");
    rest = lines.pop();
    for (const answer of lines.map(JSON.parse)) if (Object.keys(answer).length) yield answer; // not a heartbeat
  }
}

async function post(name, request, signal) {
  const headers = { "Content-Type": "application/json", "X-Live-Token": token };
  let response;
  try {
    response = await fetch(`/_live/${name}`, { method: "POST", headers, body: JSON.stringify(request), signal });
  } catch (error) {
    if (error.name === "AbortError") throw error;
    throw new Error("The server has stopped. Start it again: python -m evidence serve");
  }
  if (response.ok) return response;
  const error = new Error(await response.text());
  error.status = response.status;
  throw error;
}
