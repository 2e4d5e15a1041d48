/* A block of a page: edit, run, stop and restore it. */
import { button, make, say } from "./elements.js";
import { chosenKeys, find, limits, makeChoice, readEnvironments, wantsAll } from "./environments.js";
import { contentOf, makeComparison, makeInstallation, makeResult } from "./results.js";
import { ask, askFor } from "./server.js";

export class LiveBlock {
  constructor() {
    this.editor = null;
    this.editorBox = make("div", { className: "live-editor" });
    this.kept = undefined; // what the reader wrote, while the editor is closed
    this.stopping = null; // what it takes to stop the run that goes on
    this.runButton = button("live-run", "Run", () => (this.stopping ? this.stop() : this.run()));
    this.runButton.title = "Ctrl+Enter";
    this.editButton = button("live-edit", "Edit", () => (this.editor ? this.leave() : this.edit()));
    this.restoreButton = button("live-restore", "Restore the original", () => this.restore(), { hidden: true });
    this.restoreButton.title = "Esc, in the editor";
    this.yours = make("span", { className: "live-yours", textContent: "Yours, edited", hidden: true });
    this.bar = make("div", { className: "live-bar" });
    this.bar.append(this.runButton, makeChoice(), this.editButton, this.yours, this.restoreButton, mayDo());
    this.results = make("div", { className: "live-results" });
    this.now = make("div", { className: "live-now" });
    this.panel = make("div", { className: "live" }, this.bar, this.now, this.results);
    this.panel.setAttribute("role", "group");
    this.panel.setAttribute("aria-label", "Run this example");
  }

  /** Join a page, or the page as it is after a save, keeping what the reader has done.

  `element` holds the code as the page shows it; `evidence`, below it, has its digest. */
  attach(element, evidence) {
    const kept = this.element && this.edited ? this.text : undefined;
    this.element = element;
    this.evidence = evidence;
    this.code = element.querySelector("code");
    this.original = this.code.textContent.replace(/\n$/, "");
    this.saved = {}; // what the server said of the block as it is saved
    element.append(this.panel);
    element.addEventListener("keydown", (event) => this.press(event));
    if (this.editor) this.open();
    // Only if it differs: otherwise Ctrl+Z would undo this instead of the reader's last change.
    if (this.editor && kept === undefined && this.edited) this.editor.text = this.original;
    this.showWhose();
  }

  get digest() {
    return this.evidence.dataset.block;
  }

  get text() {
    return this.editor ? this.editor.text : (this.kept ?? this.original);
  }

  get edited() {
    return this.text.replace(/\n$/, "") !== this.original;
  }

  press(event) {
    const { key, ctrlKey, metaKey, altKey } = event;
    if (key !== "Enter" || event.defaultPrevented) return;
    if (ctrlKey || metaKey) this.run();
    else if (altKey) this.takeOver();
    else return;
    event.preventDefault();
  }

  async edit() {
    this.editButton.disabled = true;
    const calls = {
      text: this.text,
      run: () => this.run(),
      restore: () => this.restore(),
      changed: () => this.showWhose(),
    };
    try {
      this.editor = (await import("./editor.js")).makeEditor(calls);
    } catch {
      this.editor = plainEditor(calls); // npm cannot be reached
    }
    this.editButton.disabled = false;
    this.editButton.textContent = "Close";
    this.editorBox.replaceChildren(this.editor.element);
    this.open();
    this.editor.focus();
  }

  open() {
    this.element.querySelector("pre").hidden = true;
    this.panel.before(this.editorBox);
  }

  /** Close the editor: show the page's code, or keep the edited code for the next time. */
  leave() {
    this.kept = this.edited ? this.text : undefined;
    this.editorBox.remove();
    this.element.querySelector("pre").hidden = false;
    this.editor = null;
    this.editButton.textContent = "Edit";
    this.showWhose();
    this.editButton.focus();
  }

  /** Restore the original code; if nothing was changed, close the editor. */
  restore() {
    if (!this.edited) return this.editor && this.leave();
    this.kept = undefined;
    if (this.editor) this.editor.text = this.original;
    this.results.replaceChildren();
    this.mark(null);
    this.showWhose();
    say("Restored the original.");
    (this.editor ?? this.editButton).focus();
  }

  showWhose() {
    this.yours.hidden = this.restoreButton.hidden = !this.edited;
    this.element.classList.toggle("live-edited", this.edited);
  }

  async run() {
    if (this.stopping) this.stop();
    const keys = chosenKeys();
    const missing = keys.find((key) => !find(key).installed);
    if (missing) return this.offer(missing);
    if (!keys.length) return this.results.replaceChildren(make("p", { textContent: "No Keras is installed here." }));
    const yours = this.edited ? "Your change" : "This example";
    const many = wantsAll() ? makeComparison(keys, yours) : null;
    const results = new Map(keys.map((key) => [key, many ?? makeResult(key, yours)]));
    this.results.replaceChildren(...new Set([...results.values()].map(({ element }) => element)));
    this.results.classList.toggle("live-side-by-side", !many && keys.length > 1);
    this.mark(null);
    const stopping = (this.stopping = { abort: new AbortController() });
    this.runButton.textContent = "Stop";
    try {
      const request = { code: this.text.replace(/\n*$/, "\n"), environments: keys };
      for await (const answer of askFor("run", request, stopping.abort.signal)) {
        if (answer.run) stopping.run = answer.run;
        else results.get(answer.environment).show(answer);
        if (answer.error?.line && !many && this.stopping === stopping) this.mark(answer.error.line);
        if (stopping.wanted && stopping.run) this.stopRun(stopping);
      }
    } catch (error) {
      if (error.name !== "AbortError")
        this.results.replaceChildren(make("div", { className: "live-error", textContent: error.message }));
    }
    if (this.stopping !== stopping) return; // It was run again meanwhile.
    this.stopping = null;
    this.runButton.textContent = "Run";
  }

  stop() {
    this.stopping.wanted = true;
    if (this.stopping.run) this.stopRun(this.stopping);
  }

  stopRun(stopping) {
    stopping.wanted = false;
    ask("stop", { run: stopping.run }).catch(() => stopping.abort.abort());
  }

  offer(key) {
    const installation = makeInstallation(key, async () => {
      await readEnvironments();
      await this.run();
    });
    this.results.replaceChildren(installation);
  }

  /** Mark a line of the code, counted from 1, or none. */
  mark(line) {
    this.editor?.mark(line);
    this.code.querySelectorAll(".live-error-line").forEach((other) => other.classList.remove("live-error-line"));
    if (line && !this.edited) this.code.children[line - 1]?.classList.add("live-error-line");
  }

  /** Show what the saved block does now. */
  showSaved(saved) {
    const before = JSON.stringify(this.saved);
    if (JSON.stringify(saved) === before) return;
    this.saved = saved;
    const output = this.evidence.previousElementSibling;
    const onPage = output?.matches(".language-text") ? output : null;
    const differs = ["not recorded yet", "not on the page"].includes(saved.state);
    onPage?.classList.toggle("live-stale", differs);
    this.now.replaceChildren();
    this.now.dataset.state = saved.state;
    this.markSaved(saved.error?.line ? saved.error.line - saved.line : null);
    if (saved.state === "running") this.now.append(make("p", { className: "live-title", textContent: "Running what you saved …" }));
    if (saved.state === "on the page")
      this.now.append(make("p", { className: "live-title", textContent: "The output is in the page. The block is not recorded yet." }));
    if (saved.state === "failed") this.now.append(...contentOf(saved));
    if (!differs) return;
    const title = make("p", { className: "live-title" });
    title.append(make("strong", { textContent: saved.error ? "Fails now" : "Prints now" }));
    title.append(saved.state === "not on the page" ? ": the page shows something else " : ": not recorded yet ");
    if (!saved.error) {
      const take = button("live-take-over", "Write it into the page", () => this.takeOver());
      take.title = "Alt+Enter";
      title.append(take);
    }
    this.now.append(title, ...contentOf({ ...saved, state: "ended" }, "line of the page"));
    say(`A block that you saved ${saved.error ? "fails" : "prints something else"} now.`);
  }

  markSaved(line) {
    if (this.stopping || this.edited) return;
    this.mark(line);
  }

  get canTakeOver() {
    return ["not recorded yet", "not on the page"].includes(this.saved.state) && !this.saved.error;
  }

  /** Write what the saved block prints into its page. */
  async takeOver() {
    if (!this.canTakeOver) return;
    try {
      const { written } = await ask("take-over", { address: pageAddress(), digest: this.digest });
      say(`Written into ${written}.`);
    } catch (error) {
      this.now.append(make("p", { className: "live-error", textContent: error.message }));
    }
  }
}

export const pageAddress = () => location.pathname.slice(1).replace(/index\.html$/, "");

function mayDo() {
  const summary = make("summary", { textContent: "?" });
  summary.setAttribute("aria-label", "What a run may do");
  const words =
    `It runs on this computer, as you: it may read and write your files. It is stopped after ${limits.seconds} s, ` +
    `${limits.memory / 1e9} GB of memory or ${limits.output / 1e6} MB of output. ` +
    "Ctrl+Enter runs, Esc in the editor restores the original, Alt+Enter writes what a saved block prints into the page.";
  return make("details", { className: "live-may" }, summary, make("p", { textContent: words }));
}

/** Make a plain editor, for when npm's packages are missing. */
function plainEditor({ text, run, restore, changed }) {
  const element = make("textarea", { value: text, spellcheck: false, rows: text.split("\n").length + 1 });
  element.setAttribute("aria-label", "Code of this example");
  element.oninput = () => changed(element.value);
  element.onkeydown = (event) => {
    if (event.key === "Escape") restore();
    else if (event.key === "Enter" && (event.ctrlKey || event.metaKey)) run();
    else return;
    event.preventDefault();
  };
  return {
    element,
    focus: () => element.focus(),
    get text() {
      return element.value;
    },
    set text(value) {
      element.value = value;
      changed(value);
    },
    mark: () => {},
  };
}
