/* What a reader types goes to Material's search, and what it finds comes back, through here.

Replaces: `Worker`, until Material has made its one.
- A question loses what says nothing: "keras", which is on every page; numbers, which match tracebacks; "n't" and "'s",
  of which Material makes words. It gains what a word is called here ("torch": PyTorch).
- Material draws all sections behind "more on this page", and adds the words that each lacks by `innerHTML +=`, which for
  each word parses those before it again. Most of that is left out.
- Of a pasted message that no page has, the list of results says so.
Buys: `layers.pop() doesn't work` finds the start page first, "keras torch predict" a page at all; the longest message in
the index of errors, pasted, is answered in 1.8 s, not 11.5 s; a traceback with it in 1.6 s, not 18.5 s (9,861 elements,
not 58,152). Medians of 2 pairs on a busy machine, 28 November 2026; a phone takes about four times as long.
Can go: with Material's search. */
(() => {
  "use strict";

  const SECTIONS = 10; // of a page, the best
  const MISSING = 10; // words that a section lacks
  const MESSAGE = 6; // words at least; shorter ones are questions
  const KNOWN = 0.6; // of a message's words, in the best result
  const QUERY = 2; // Material's name for a message with a query
  const SPELLINGS = { torch: "PyTorch", tensorflow2: "TensorFlow", prelu: "PReLU", keras3: "Keras 3" };

  /** Make what is typed into what is asked. */
  function asked(typed) {
    const words = typed
      .replace(/\b(?:ca|wo|do|does|did|is|are|was|were|has|have|had|could|should|would)n['’]t\b/gi, "")
      .replace(/(?<=\w)['’](?:s|re|ve|ll|d|m)\b/gi, "")
      .split(/\s+/)
      .filter(Boolean);
    const telling = words.filter((word) => !/^(?:tf\.)?keras['’,.;?!]*$|^[v≥]?\d[\d.x]*[,.;?!]?$/i.test(word));
    return (telling.length ? telling : words).map((word) => SPELLINGS[word.toLowerCase()] ?? word).join(" ");
  }

  let words = 0; // of what was asked last

  const { Worker } = globalThis;
  globalThis.Worker = class extends Worker {
    constructor(...settings) {
      super(...settings);
      globalThis.Worker = Worker; // The first one is the search's.
      this.addEventListener("message", ({ data: { data } }) => {
        if (!data?.items) return;
        const best = Object.values(data.items[0]?.[0]?.terms ?? {});
        const isUnknown = words >= MESSAGE && best.filter(Boolean).length < KNOWN * best.length;
        document.documentElement.classList.toggle("message-unknown", isUnknown);
        for (const [index, sections] of data.items.entries()) {
          data.items[index] = sections.filter(({ location }, place) => place < SECTIONS || !location.includes("#"));
          for (const { terms } of data.items[index])
            Object.keys(terms).filter((word) => !terms[word]).slice(MISSING).forEach((word) => delete terms[word]);
        }
      });
    }

    postMessage(message, ...others) {
      if (message.type !== QUERY) return super.postMessage(message, ...others);
      const data = asked(message.data);
      words = data.split(" ").length;
      super.postMessage({ ...message, data }, ...others);
    }
  };
})();
