/* What readers have said about their Keras: words such as "keras-3.3-jax", in this browser or the address (?keras=). */
globalThis.rememberedKeras = (() => {
  "use strict";

  const NAME = "my-keras"; // main.html knows it, too
  let onThisPage = null; // for browsers that block localStorage, as in some private windows

  /** Return the words that this browser remembers, or null. */
  function read() {
    try {
      return localStorage.getItem(NAME);
    } catch {
      return onThisPage;
    }
  }

  /** Remember some words, or nothing. */
  function keep(words) {
    onThisPage = words;
    try {
      if (words) localStorage.setItem(NAME, words);
      else localStorage.removeItem(NAME);
    } catch {
      // They last until the reader leaves the page.
    }
  }

  /** Return the words that the page's address asks for, or null. */
  const inAddress = () => new URLSearchParams(location.search).get("keras");

  return { read, keep, inAddress };
})();
