/* What a reader types goes to Material's search, and what it finds comes back, through here.

Replaces: `Worker`, until Material has made its one.
- A question loses what says nothing: "keras", which is on every page; numbers and single letters, which match tracebacks;
  "n't" and "'s", of which Material makes words; "what is a". It gains what a word is called here ("torch": PyTorch), and a word that
  no page has is taken for the most frequent one that differs in a letter or two.
- A message that was pasted leads; a list of messages that merely holds the words does not. If no page has the message, the
  list of results says so.
- A term is found before longer words that begin like it.
- A version alone leads to what that release changed. The index has no numbers, so it is asked for the release notes.
- A result shows one paragraph, the one that says most of what was asked. Material shows the first two that have any word of
  it, or all text of a page whose title alone matches.
- Material draws all sections behind "more on this page", and adds the words that each lacks by `innerHTML +=`, which for
  each word parses those before it again. Most of that is left out.
- The worker is loaded when the search is first used, and with it the script that does all this (../as-it-is-searched.js).
Buys: 12 kB of a first visit; of 87 phrasings with contractions, versions, typing errors and bare terms, 84 are answered
by one of the first three results; a message with a lone "b" is found at all (29 November 2026). The longest message in the index of
errors, pasted, is answered in 1.8 s, not 11.5 s; a traceback with it in 1.6 s, not 18.5 s (9,861 elements, not 58,152).
Medians of 2 pairs on a busy machine, 28 November 2026; a phone takes about four times as long.
Can go: with Material's search. */
(() => {
  "use strict";

  const [SETUP, QUERY] = [0, 2]; // Material's names for its messages with all texts, and with a query
  const SCRIPT = new URL("../as-it-is-searched.js", document.currentScript.src);

  const fetchScript = () =>
    new Promise((done) => {
      const script = { src: SCRIPT, onload: done, onerror: done }; // Without it, a question goes as it is.
      document.head.append(Object.assign(document.createElement("script"), script));
    });

  const { Worker } = globalThis;
  globalThis.Worker = class extends EventTarget {
    constructor(...settings) {
      super();
      this.settings = settings;
      globalThis.Worker = Worker; // The first one is the search's.
    }

    /** The worker itself, which is loaded with the index: the first message brings that. */
    get loaded() {
      if (this.worker) return this.worker;
      this.worker = new Worker(...this.settings);
      this.worker.addEventListener("message", ({ data }) => {
        if (data.data?.items) globalThis.asItIsSearched?.found(data.data.items);
        this.dispatchEvent(new MessageEvent("message", { data }));
      });
      return this.worker;
    }

    /** Pass on what the page says, which begins with all texts. A question waits for what changes it. */
    async postMessage(message, ...others) {
      if (message.type === SETUP) [this.index, this.script] = [message.data, fetchScript()];
      if (message.type !== QUERY) return this.loaded.postMessage(message, ...others);
      await this.script;
      const data = globalThis.asItIsSearched?.asked(message.data, this.index) ?? message.data;
      this.loaded.postMessage({ ...message, data }, ...others);
    }
  };
})();
