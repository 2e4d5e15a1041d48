/* Makes a page's blocks live, and keeps the page up to date with what is saved. */
import { LiveBlock, pageAddress } from "./block.js";
import { make } from "./elements.js";
import { readEnvironments } from "./environments.js";
import { keepPlace } from "./place.js";
import { ask, askFor } from "./server.js";

let blocks = [];
let source = null; // the page's Markdown, "docs/index.md"
let listening = null;

/** Make each block of the page live; those that already are stay as they are. */
function attachBlocks() {
  const former = blocks;
  const free = new Set(former);
  const take = (found) => (found && free.delete(found) ? found : null);
  const places = [...document.querySelectorAll("article .evidence[data-block]")].map((evidence) => {
    let element = evidence.previousElementSibling;
    while (element && !element.matches(".language-python")) element = element.previousElementSibling;
    return { element, evidence, digest: evidence.dataset.block };
  });
  // The same code is the same block, wherever it is now; a changed one is recognized by its place.
  const same = places.map(({ digest }) => take([...free].find((block) => block.digestThen === digest)));
  blocks = places.map(({ element, evidence, digest }, index) => {
    const block = same[index] ?? take(former[index]) ?? new LiveBlock();
    block.attach(element, evidence);
    block.digestThen = digest;
    return block;
  });
}

/** Show what the blocks do now, and what's wrong with the page. */
const update = oneAtATime(async () => {
  let state;
  try {
    state = await ask("page", { address: pageAddress() });
  } catch (error) {
    if (error.status !== 404) return showProblems([error.message], []);
    // An example has no Markdown; a page that had one is gone.
    return showProblems(source ? [`${source} is gone, or was renamed. This is how it was.`] : [], []);
  }
  source = state.page;
  const said = state.blocks.slice();
  for (const block of blocks) {
    const index = said.findIndex(({ digest }) => digest === block.digest);
    if (index >= 0) block.showSaved(said.splice(index, 1)[0]);
  }
  showProblems(state.failures, state.problems);
});

/** Show the page as it is built now, without losing the reader's place and focus. */
const refresh = oneAtATime(async () => {
  const response = await fetch(location.pathname, { cache: "no-store" });
  if (response.ok) {
    const page = new DOMParser().parseFromString(await response.text(), "text/html");
    const container = "[data-md-component=container]";
    const ran = new Set(scripts(document).map(({ src }) => src));
    keepPlace(() => {
      const next = document.adoptNode(page.querySelector(container));
      document.querySelector(container).replaceWith(next);
      // The browser doesn't run scripts inserted this way, but one that the page newly needs, such as the stepper's, must run.
      for (const script of scripts(next)) if (!ran.has(script.src)) script.replaceWith(make("script", { src: script.src }));
      attachBlocks();
      window.document$?.next(document); // Material and the other scripts take it as the next page.
    });
    document.title = page.title;
  }
  await update();
});

const scripts = (element) => [...element.querySelectorAll("script[src]")];

function showProblems(failures, problems) {
  let box = document.getElementById("live-problems");
  if (!failures.length && !problems.length) return box?.remove();
  const list = make("ul");
  for (const failure of failures) list.append(make("li", { textContent: failure }));
  for (const { line, text } of problems)
    list.append(make("li", {}, make("strong", { textContent: `Line ${line}` }), `: ${text}`));
  const title = make("p", { className: "live-title" }, make("strong", { textContent: "What is wrong with this page" }));
  const words = [title, list];
  if (!box) {
    box = make("div", { id: "live-problems" });
    box.setAttribute("role", "status");
    document.querySelector("article").prepend(box);
  }
  if (box.textContent !== title.textContent + list.textContent) box.replaceChildren(...words);
}

/** Return a function that runs `work`, and once more at the end if it was called meanwhile. */
function oneAtATime(work) {
  let running = null;
  let again = false;
  return async () => {
    again = true;
    running ??= (async () => {
      while (again) {
        again = false;
        await work();
      }
    })().finally(() => (running = null));
    return running;
  };
}

/** Follow the server while the page is visible: browsers allow few connections to one server. */
async function listen() {
  if (document.hidden || listening) return;
  const abort = (listening = new AbortController());
  try {
    for await (const { event, page, pages } of askFor("events", {}, abort.signal)) {
      if (event === "hello") source ? refresh() : update(); // It may have missed something.
      if (event === "built" && (!pages || pages.includes(source))) refresh();
      if (event === "news" && page === source) update();
      if (event === "failed") update();
      if (event === "environments") readEnvironments();
    }
  } catch (error) {
    if (error.name !== "AbortError" && listening === abort)
      showProblems([error.status === 403 ? "The server was restarted. Open the address that it shows." : error.message], []);
  }
  if (listening !== abort) return;
  listening = null;
  setTimeout(listen, 2000);
}

document.addEventListener("visibilitychange", () => {
  if (!document.hidden) return listen();
  const abort = listening;
  listening = null;
  abort?.abort();
});

document.addEventListener("keydown", (event) => {
  // If no block has the focus, the key is for the first block with something to take over.
  if (event.key !== "Enter" || !event.altKey || event.defaultPrevented) return;
  blocks.find((block) => block.canTakeOver)?.takeOver();
});

await readEnvironments();
attachBlocks();
listen();
