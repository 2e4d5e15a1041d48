/* What a reader types goes to Material's search, and the results come back, through this script.

Replaces: `Worker`, until Material has created its own.
- It drops what is useless in a question: "keras", which is on every page; numbers and single letters, which match
  tracebacks; "n't" and "'s", which Material turns into words; "what is a". It adds our name for a word ("torch":
  PyTorch), and replaces a word that no page has with the most frequent one that differs in a letter or two.
- A page with the pasted message comes first; a list of messages that only has the words doesn't. If no page has the
  message, the list of results says so.
- A term comes before longer words that begin like it.
- A version alone leads to what that release changed. The index has no numbers, so it searches for the release notes.
- A result shows one paragraph, the one with most of the question. Material shows the first two with any word of it, or
  the whole text of a page if only its title matches.
- Material draws all sections behind "more on this page", and adds the words that each lacks with `innerHTML +=`, which
  parses the earlier words again for each word. This skips most of that.
- The first search loads the worker, and with it the script that does all this (../as-it-is-searched.js).
Buys: 12 kB of a first visit; of 87 phrasings with contractions, versions, typing errors and bare terms, 84 are answered
by one of the first three results; a message with a lone "b" is found at all (29 November 2026). The longest message in the index of
errors, pasted, is answered in 1.8 s, not 11.5 s; a traceback with it in 1.6 s, not 18.5 s (9,861 elements, not 58,152).
Medians of 2 pairs on a busy machine, 28 November 2026; a phone takes about four times as long.
Can go: with Material's search. */
(() => {
  "use strict";

  const [SETUP, QUERY] = [0, 2]; // Material's names for its messages with all texts and with a query
  const SCRIPT = new URL("../as-it-is-searched.js", document.currentScript.src);

  const fetchScript = () =>
    new Promise((done) => {
      const script = { src: SCRIPT, onload: done, onerror: done }; // Without it, a question goes through unchanged.
      document.head.append(Object.assign(document.createElement("script"), script));
    });

  const { Worker } = globalThis;
  globalThis.Worker = class extends EventTarget {
    constructor(...settings) {
      super();
      this.settings = settings;
      globalThis.Worker = Worker; // The first one is the search's.
    }

    /** The worker itself, which loads with the index: the first message brings that. */
    get loaded() {
      if (this.worker) return this.worker;
      this.worker = new Worker(...this.settings);
      this.worker.addEventListener("message", ({ data }) => {
        if (data.data?.items) globalThis.asItIsSearched?.found(data.data.items);
        this.dispatchEvent(new MessageEvent("message", { data }));
      });
      return this.worker;
    }

    /** Pass on the page's messages; the first has all texts. A question waits for the script that changes it. */
    async postMessage(message, ...others) {
      if (message.type === SETUP) [this.index, this.script] = [message.data, fetchScript()];
      if (message.type !== QUERY) return this.loaded.postMessage(message, ...others);
      await this.script;
      const data = globalThis.asItIsSearched?.asked(message.data, this.index) ?? message.data;
      this.loaded.postMessage({ ...message, data }, ...others);
    }
  };
})();
