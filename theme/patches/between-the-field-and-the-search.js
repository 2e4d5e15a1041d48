/* What a reader types goes to Material's search, and what it finds comes back, through here.

Replaces: `Worker`, until Material has made its one.
- A question loses what says nothing: "keras", which is on every page; numbers and single letters, which match tracebacks;
  "n't" and "'s", of which Material makes words. It gains what a word is called here ("torch": PyTorch), and a word that
  no page has is taken for the most frequent one that differs in a letter or two.
- Material draws all sections behind "more on this page", and adds the words that each lacks by `innerHTML +=`, which for
  each word parses those before it again. Most of that is left out.
- Of a pasted message that no page has, the list of results says so.
- The worker is loaded when the search is first used, and with it what changes a question (../as-it-is-searched.js).
Buys: 12 kB of a first visit; of 70 phrasings with contractions, versions and typing errors, 67 are answered by one of the
first three results; a message with a lone "b" is found at all (29 November 2026). The longest message in the index of
errors, pasted, is answered in 1.8 s, not 11.5 s; a traceback with it in 1.6 s, not 18.5 s (9,861 elements, not 58,152).
Medians of 2 pairs on a busy machine, 28 November 2026; a phone takes about four times as long.
Can go: with Material's search. */
(() => {
  "use strict";

  const SECTIONS = 10; // of a page, the best
  const MISSING = 10; // words that a section lacks
  const MESSAGE = 6; // words at least; shorter ones are questions
  const KNOWN = 0.6; // of a message's words, in the best result
  const [SETUP, QUERY] = [0, 2]; // Material's names for its messages with all texts, and with a query
  const SCRIPT = new URL("../as-it-is-searched.js", document.currentScript.src);

  let words = 0; // of what was asked last

  /** Drop from a result what the page would draw for nothing, and notice a message that no page has. */
  function lighten(items) {
    const best = Object.values(items[0]?.[0]?.terms ?? {});
    const isUnknown = words >= MESSAGE && best.filter(Boolean).length < KNOWN * best.length;
    document.documentElement.classList.toggle("message-unknown", isUnknown);
    for (const [index, sections] of items.entries()) {
      items[index] = sections.filter(({ location }, place) => place < SECTIONS || !location.includes("#"));
      for (const { terms } of items[index])
        Object.keys(terms).filter((word) => !terms[word]).slice(MISSING).forEach((word) => delete terms[word]);
    }
  }

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
        if (data.data?.items) lighten(data.data.items);
        this.dispatchEvent(new MessageEvent("message", { data }));
      });
      return this.worker;
    }

    /** Pass on what the page says, which begins with all texts. A question waits for what changes it. */
    async postMessage(message, ...others) {
      if (message.type === SETUP) [this.docs, this.script] = [message.data.docs, fetchScript()];
      if (message.type !== QUERY) return this.loaded.postMessage(message, ...others);
      await this.script;
      const data = globalThis.asItIsSearched?.(message.data, this.docs) ?? message.data;
      words = data.split(" ").length;
      this.loaded.postMessage({ ...message, data }, ...others);
    }
  };
})();
