/* Shows what a block did: on one Keras, on two side by side, or on all of them, grouped by what they did. */
import { button, make, say } from "./elements.js";
import { find } from "./environments.js";
import { askFor } from "./server.js";

const DOING = { waiting: "waits for another Keras to end", importing: "importing Keras …", running: "running …" };

/** Make the view of one environment; `show` takes each of the server's answers. */
export function makeResult(key, yours) {
  const name = find(key)?.name ?? key;
  const state = make("span", { className: "live-state", textContent: DOING.waiting });
  const title = make("p", { className: "live-title" }, make("strong", { textContent: yours }), ` on ${name}: `, state);
  const body = make("div");
  const element = make("section", { className: "live-result" }, title, body);
  element.setAttribute("aria-label", `${yours} on ${name}`);

  function show(answer) {
    state.textContent = stateOf(answer);
    element.dataset.state = answer.error ? "error" : answer.state;
    body.replaceChildren(...contentOf(answer));
    if (answer.state === "ended" || answer.state === "failed") say(`${name}: ${spoken(answer)}`);
  }
  return { element, show };
}

export function stateOf({ state, seconds, error }) {
  if (state === "ended") return error?.type === "Stopped" ? "stopped" : `${seconds.toFixed(2)} s`;
  return DOING[state] ?? "";
}

/** Return what to show of an answer: the output, the error with its line, or why there is neither. */
export function contentOf({ state, output, error, failure }, lineName = "line") {
  const content = [];
  if (output) content.push(make("pre", { className: "live-output" }, make("samp", { textContent: output })));
  if (state === "ended" && !output && !error) content.push(make("p", { textContent: "It prints nothing." }));
  if (failure) content.push(make("pre", { className: "live-error", textContent: failure }));
  if (error) content.push(errorBox(error, lineName));
  return content;
}

function errorBox({ type, message, line, traceback }, lineName) {
  const what = type === "Stopped" ? `It ${message}` : `${type}: ${message}`;
  const box = make("div", { className: "live-error" });
  box.append(make("p", { textContent: line ? `At ${lineName} ${line}: ${what}` : what }));
  if (traceback.trim().includes("\n"))
    box.append(make("details", {}, make("summary", { textContent: "Traceback" }), make("pre", { textContent: traceback })));
  return box;
}

function spoken({ output, error, failure }) {
  if (failure) return "it could not be run";
  if (error) return `${error.type}${error.line ? ` at line ${error.line}` : ""}: ${error.message}`;
  return output ? `it printed ${output}` : "it printed nothing";
}

/** Make the view of many environments: how many have finished, and each outcome once. */
export function makeComparison(keys, yours) {
  const groups = new Map();
  const progress = make("progress", { max: keys.length, value: 0 });
  progress.setAttribute("aria-label", "Kerases that have ended");
  const state = make("span", { className: "live-state" });
  const list = make("div");
  const title = make("p", { className: "live-title" }, make("strong", { textContent: yours }), " ", state, " ", progress);
  const element = make("section", { className: "live-result" }, title, list);
  element.setAttribute("aria-label", `${yours} on ${keys.length} Kerases`);
  const doing = new Map();

  function show(answer) {
    doing.set(answer.environment, answer.state);
    const has = (...states) => [...doing.values()].filter((one) => states.includes(one)).length;
    const ended = has("ended", "failed");
    progress.value = ended;
    progress.hidden = ended === keys.length;
    state.textContent = `on ${ended} of ${keys.length} Kerases`;
    if (answer.state === "ended" || answer.state === "failed") group(answer);
    if (progress.hidden) say(`All ${keys.length} have ended. They did ${groups.size} different things.`);
  }

  function group(answer) {
    const { output, error, failure } = answer;
    const same = JSON.stringify([output, error?.type, error?.line, error ? error.message : "", failure]);
    if (!groups.has(same)) {
      const names = make("p", { className: "live-title" });
      groups.set(same, { names, keys: [] });
      list.append(make("div", { className: "live-group" }, names, ...contentOf(answer)));
    }
    const one = groups.get(same);
    one.keys = keys.filter((key) => key === answer.environment || one.keys.includes(key));
    const all = one.keys.map((key) => find(key)?.name ?? key);
    one.names.textContent = all.length > 4 ? `${all.length} Kerases, from ${all[0]} to ${all.at(-1)}` : all.join(", ");
    one.names.title = all.join(", ");
  }
  return { element, show };
}

/** Make the offer to install an environment, with its progress; it calls `done` at the end. */
export function makeInstallation(key, done) {
  const { name, megabytes, command } = find(key);
  const words = make("p", { textContent: `${name} is not installed here. ` });
  const printed = make("pre", { className: "live-output", hidden: true });
  const element = make("section", { className: "live-result" }, words, printed);
  if (command) {
    words.append("In a terminal: ", make("code", { textContent: command }));
    return element;
  }
  const start = button("live-install", `Install it (${(megabytes / 1000).toFixed(1)} GB)`, install);
  words.append(start);

  async function install() {
    const began = Date.now();
    start.disabled = printed.hidden = false;
    start.disabled = true;
    const clock = setInterval(() => {
      start.textContent = `Installing: ${Math.round((Date.now() - began) / 1000)} s`;
    }, 500);
    try {
      for await (const { line, end, failure } of askFor("install", { environment: key })) {
        if (line) printed.textContent = `${printed.textContent}${line}\n`.split("\n").slice(-12).join("\n");
        if (end === "failed") throw new Error(failure);
      }
      words.textContent = `${name} is installed.`;
      say(words.textContent);
      await done();
    } catch (error) {
      start.disabled = false;
      start.textContent = "Try again";
      printed.hidden = false;
      printed.textContent = error.message;
      say(`${name} could not be installed.`);
    } finally {
      clearInterval(clock);
    }
  }
  return element;
}
