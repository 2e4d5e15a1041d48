/* Turns what people type into a query for Material's search, and its results into what they see.

patches/between-the-field-and-the-search.js fetches this script once somebody searches. */
globalThis.asItIsSearched = (() => {
  "use strict";

  const SPELLINGS = { torch: "PyTorch", tensorflow2: "TensorFlow", prelu: "PReLU", keras3: "Keras 3" };
  const TERM = 2; // words at most; a message has more
  const EXACT = 3; // how much more an exact match is worth than a longer word that begins the same ("head": "headless")
  const UNLIKE = 0.5; // what a message is worth that the question doesn't quote: the lists of messages have every word
  const QUOTED = 7; // what a fully quoted message gains
  const OWN = 1.5; // how much more an error of the reader's Keras is worth
  const QUESTION = 5; // words at most, if one of them may be on no page
  const KNOWN = 0.6; // the share of a message's words that the best result has
  const SECTIONS = 10; // per page, the best
  const MISSING = 10; // words that a section lacks
  const LINES = 3; // of code
  const NAMED = 0.5; // what the same name is worth: "Keras 2.2" is Keras itself, "Keras 2.15" is TensorFlow's
  const VERSION = /^\W*(tf|tensorflow|(?:tf[._-]?)?keras)?[\s=]*v?(\d+(?:\.\d+)*)(?:\.[x*])?\W*$/i; // and nothing else
  const NAMES = { "": "", keras: "Keras", tf_keras: "tf_keras", "tf-keras": "tf_keras" }; // all others are TensorFlow's
  let index; // all texts, and what separates their words
  let texts; // by address, made when the first question is answered
  let counts; // of their words, made when the first question is asked
  let count; // of the words of the last question
  let release; // the last question, if it was nothing but a version

  /** Return the name and number if a question is just a version: "3.15", "Keras 1.0", "tf 2.4", "keras==3.15.1". */
  function releaseIn(typed) {
    const [, name = "", number] = VERSION.exec(typed) ?? [];
    return number && { name: NAMES[name.toLowerCase()] ?? "TensorFlow", numbers: number.split(".") };
  }

  /** Turn what was typed into a query. */
  function asked(typed) {
    if (release) return "release notes";
    const words = typed
      .replace(/\b(?:ca|wo|do|does|did|is|are|was|were|has|have|had|could|should|would)n['’]t\b/gi, "")
      .replace(/(?<=\w)['’](?:s|re|ve|ll|d|m)\b/gi, "")
      .split(/\s+/)
      .filter(Boolean);
    const separators = new RegExp(index.config.separator, "g"); // among them, words that the index leaves out
    const telling = words.filter(
      (word) => word.replace(separators, "") && !/^\W*(?:(?:tf\.)?keras|v?\d[\d.x]*|(?!r)[a-z])\W*$/i.test(word),
    );
    const meant = (telling.length ? telling : words).map((word) => SPELLINGS[word.toLowerCase()] ?? mended(word));
    if (meant.length > TERM || !meant.every((word) => /^[a-z]+$/i.test(word))) return meant.join(" ");
    return meant.map((word) => `${word} ${word}^${EXACT}`).join(" ");
  }

  function countWords() {
    const found = new Map();
    for (const { title, text, tags = [] } of index.docs)
      for (const word of `${title} ${tags.join(" ")} ${text}`.toLowerCase().match(/[a-z]{4,}/g) ?? [])
        found.set(word, (found.get(word) ?? 0) + 1);
    return found;
  }

  /** Return the word that was meant, if no word begins like this one. Words of code stay as they are. */
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

  /** Count the letters to add, drop, change or swap to turn one word into another. */
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

  /** Return the address of the errors for the reader's Keras: the newest, if they have not said. */
  function ownErrors() {
    const words = globalThis.rememberedKeras?.read() ?? "";
    if (/^tf/.test(words)) return "reference/errors-tf-keras/";
    return /^keras-[12]\b/.test(words) ? "reference/errors-keras-1-and-2/" : "reference/errors/";
  }

  /** Return how much of a message is in the question, by its best line: Keras may put a traceback above it. */
  function quoted({ title, terms }) {
    if (Object.keys(terms).length <= TERM) return 0;
    const shares = title.split("\n").map((line) => {
      const marked = [...line.matchAll(/<mark[^>]*>(.*?)<\/mark>/g)].map(([, word]) => word);
      return marked.length > TERM ? letters(marked.join("")) / letters(line.replace(/<[^>]*>/g, "")) : 0;
    });
    return Math.max(...shares);
  }

  const letters = (text) => text.replace(/[^a-z]/gi, "").length;

  /** Return how well a section matches the version in the question: "Keras 3.15.1 on TensorFlow after 3.14.1". */
  function ofRelease({ title }) {
    const [about] = title.replace(/<[^>]*>/g, "").split(" after ");
    const shares = [...about.matchAll(/(\S+) (\d+(?:\.\d+)*)/g)].map(([, name, number]) => {
      const numbers = number.split(".");
      const differs = release.numbers.findIndex((each, place) => each !== numbers[place]);
      const alike = differs < 0 ? release.numbers.length : differs;
      return alike && alike + (name === release.name ? NAMED : 0);
    });
    return Math.max(0, ...shares);
  }

  /** Sort pages, each a list of its sections. */
  function rank(pages) {
    const own = ownErrors();
    for (const section of pages.flat()) {
      if (section.location.includes("#error-")) section.score *= UNLIKE + QUOTED * quoted(section);
      if (section.location.includes(own)) section.score *= OWN;
      if (release) section.score = ofRelease(section);
    }
    for (const sections of pages) sections.sort((a, b) => b.score - a.score);
    pages.sort(([a], [b]) => b.score - a.score);
  }

  /** Return the paragraph with most of the question, or the lines of code. Material takes the first match. */
  function excerpt({ location, terms }) {
    const words = Object.keys(terms).filter((word) => terms[word]);
    texts ??= new Map(index.docs.map((section) => [section.location, section.text]));
    const paragraphs = texts.get(location).split(/(?=<(?:p|pre|li)>)/);
    const held = paragraphs.map((text) => heldBy(text, words));
    const worth = words.map((_, number) => 1 / (held.filter((each) => each[number]).length || 1)); // A rare word counts more.
    const worths = held.map((each) => each.reduce((sum, holds, number) => sum + (holds ? worth[number] : 0), 0));
    const best = paragraphs[worths.indexOf(Math.max(...worths))];
    const text = best.replace(/<\/?(?:p|pre|li|ul|ol)>/g, "").trim();
    if (!best.startsWith("<pre>")) return `<p>${marked(text, words)}</p>`;
    const lines = text.replace(/<\/?code>/g, "").split("\n");
    const told = lines.filter((line) => heldBy(line, words).some(Boolean));
    return `<pre><code>${marked((told.length ? told : lines).slice(0, LINES).join("\n"), words)}</code></pre>`;
  }

  /** Return for each word whether a text has it. */
  function heldBy(html, words) {
    const text = html.replace(/<[^>]*>/g, " ").toLowerCase();
    return words.map((word) => text.includes(word));
  }

  /** Mark words, as Material does, including those that begin like one. Names of tags and entities don't count. */
  function marked(html, words) {
    if (!words.length) return html;
    const any = words.map((word) => word.replace(/\W/g, "\\$&")).join("|");
    return html.replace(RegExp(`(?<![a-z0-9<\\/&])(?:${any})[a-z0-9]*`, "gi"), "<mark>$&</mark>");
  }

  /** Sort the results, drop what would be drawn for nothing, and notice a message that no page has. */
  function found(pages) {
    rank(pages);
    const best = Object.values(pages[0]?.[0]?.terms ?? {});
    const isUnknown = count > QUESTION && best.filter(Boolean).length < KNOWN * best.length;
    document.documentElement.classList.toggle("message-unknown", isUnknown);
    for (const [index, sections] of pages.entries()) {
      pages[index] = sections.filter(({ location }, place) => place < SECTIONS || !location.includes("#"));
      for (const section of pages[index]) {
        section.text = excerpt(section);
        const missing = Object.keys(section.terms).filter((word) => !section.terms[word]);
        for (const word of missing.slice(MISSING)) delete section.terms[word];
      }
    }
  }

  return {
    asked(typed, searched) {
      index = searched;
      count = typed.split(/\s+/).length;
      release = releaseIn(typed);
      return asked(typed);
    },
    found,
  };
})();
