/* What a reader types goes to Material's search, and what it finds comes back, through here.

Replaces: `Worker`, until Material has made its one.
- A question loses what says nothing: "keras", which is on every page; numbers and single letters, which match tracebacks;
  "n't" and "'s", of which Material makes words. It gains what a word is called here ("torch": PyTorch), and a word that
  no page has is taken for the most frequent one that differs in a letter or two.
- Material draws all sections behind "more on this page", and adds the words that each lacks by `innerHTML +=`, which for
  each word parses those before it again. Most of that is left out.
- Of a pasted message that no page has, the list of results says so.
- The worker is loaded when the search is first used.
Buys: 12 kB of a first visit; of 70 phrasings with contractions, versions and typing errors, 60 are answered by one of the first three results;
a message with a lone "b" is found at all (29 November 2026). The longest message in the index of errors, pasted, is answered in 1.8 s, not 11.5 s; a traceback with it in 1.6 s, not 18.5 s (9,861 elements,
not 58,152). Medians of 2 pairs on a busy machine, 28 November 2026; a phone takes about four times as long.
Can go: with Material's search. */
(() => {
  "use strict";

  const SECTIONS = 10; // of a page, the best
  const MISSING = 10; // words that a section lacks
  const MESSAGE = 6; // words at least; shorter ones are questions
  const KNOWN = 0.6; // of a message's words, in the best result
  const [SETUP, QUERY] = [0, 2]; // Material's names for its messages with all texts, and with a query
  const SPELLINGS = { torch: "PyTorch", tensorflow2: "TensorFlow", prelu: "PReLU", keras3: "Keras 3" };

  /** Make what is typed into what is asked. */
  function asked(typed) {
    const words = typed
      .replace(/\b(?:ca|wo|do|does|did|is|are|was|were|has|have|had|could|should|would)n['’]t\b/gi, "")
      .replace(/(?<=\w)['’](?:s|re|ve|ll|d|m)\b/gi, "")
      .split(/\s+/)
      .filter(Boolean);
    const telling = words.filter((word) => !/^\W*(?:(?:tf\.)?keras|v?\d[\d.x]*|(?!r)[a-z])\W*$/i.test(word));
    return (telling.length ? telling : words).map((word) => SPELLINGS[word.toLowerCase()] ?? mended(word)).join(" ");
  }

  let docs = []; // all texts
  let counts; // of their words, made when the first question is asked

  function countWords() {
    const found = new Map();
    for (const { title, text, tags = [] } of docs)
      for (const word of `${title} ${tags.join(" ")} ${text}`.toLowerCase().match(/[a-z]{4,}/g) ?? [])
        found.set(word, (found.get(word) ?? 0) + 1);
    return found;
  }

  /** Return the word that was meant, if none begins like this one. Words of code are taken as they are. */
  function mended(word) {
    const typed = word.toLowerCase();
    if (!/^[a-z]{5,}$/.test(typed)) return word;
    const known = [...(counts ??= countWords()).keys()];
    if (known.some((other) => other.startsWith(typed))) return word;
    const most = typed.length > 7 ? 2 : 1;
    let best = [most + 1, 0, word];
    for (const other of known) {
      if (other[0] !== typed[0] || Math.abs(other.length - typed.length) > most) continue;
      const far = distance(typed, other);
      if (far < best[0] || (far === best[0] && counts.get(other) > best[1])) best = [far, counts.get(other), other];
    }
    return best[0] > most ? word : best[2];
  }

  /** Count the letters to add, drop, change or swap to make one word of another. */
  function distance(a, b) {
    const rows = [Array.from({ length: b.length + 1 }, (_, j) => j)];
    for (let i = 1; i <= a.length; i++) {
      rows[i] = [i];
      for (let j = 1; j <= b.length; j++) {
        const changed = rows[i - 1][j - 1] + (a[i - 1] !== b[j - 1]);
        rows[i][j] = Math.min(rows[i - 1][j] + 1, rows[i][j - 1] + 1, changed);
        if (i > 1 && j > 1 && a[i - 1] === b[j - 2] && a[i - 2] === b[j - 1])
          rows[i][j] = Math.min(rows[i][j], rows[i - 2][j - 2] + 1);
      }
    }
    return rows[a.length][b.length];
  }

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

    postMessage(message, ...others) {
      if (message.type === SETUP) docs = message.data.docs;
      if (message.type !== QUERY) return this.loaded.postMessage(message, ...others);
      const data = asked(message.data);
      words = data.split(" ").length;
      this.loaded.postMessage({ ...message, data }, ...others);
    }
  };
})();
