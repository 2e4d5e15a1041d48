/* Makes what people type into what Material's search is asked for.

patches/between-the-field-and-the-search.js fetches it once somebody searches. */
globalThis.asItIsSearched = (() => {
  "use strict";

  const SPELLINGS = { torch: "PyTorch", tensorflow2: "TensorFlow", prelu: "PReLU", keras3: "Keras 3" };
  let docs; // all texts of the index
  let counts; // of their words, made when the first question is asked

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

  return (typed, texts) => {
    docs = texts;
    return asked(typed);
  };
})();
