/* Before Material's script. */

/* Material loads the index with every page. Here it waits until somebody turns to the search. */
(() => {
  const used = new Promise((resolve) => {
    const turnsToSearch = ({ target }) =>
      target instanceof Element && target.closest("[data-md-component=search], [for=__search]") && resolve();
    document.addEventListener("focusin", turnsToSearch);
    document.addEventListener("pointerover", turnsToSearch);
    if (new URLSearchParams(location.search).has("h")) resolve(); // To mark what was searched for, Material needs it, too.
  });
  const { open, send } = XMLHttpRequest.prototype;
  XMLHttpRequest.prototype.open = function (method, address, ...rest) {
    if (`${address}`.endsWith("/search/search_index.json")) this.send = () => used.then(() => send.call(this));
    open.call(this, method, address, ...rest);
  };
})();

/* What is pasted into the search is words, not operators: Material would demand each word in quotes, leave out the
pages with the 1 of "-1", and drop the last word before a colon. Characters that look alike mean nothing to it. */
document.addEventListener("input", ({ target }) => {
  if (!target.matches("[data-md-component=search-query]")) return;
  const alike = { '"': "”", ":": "∶", "-": "−", "+": "＋", "^": "ˆ", "~": "˜" };
  const words = target.value.replace(/[":^~]|(?<=^|\s)[-+](?=\S)/g, (operator) => alike[operator]);
  if (words !== target.value) {
    const place = target.selectionStart;
    target.value = words;
    target.setSelectionRange(place, place);
  }
  target.dispatchEvent(new Event("keyup")); // Material waits for a key: who pastes with a finger or the mouse presses none.
});

/* Material makes all that a page's "more on this page" holds at once, before anybody opens it: of a pasted message,
hundreds of sections. The best come first; the rest of the page is left out. */
const SECTIONS = 10;
globalThis.Worker = class extends Worker {
  constructor(...settings) {
    super(...settings);
    this.addEventListener("message", ({ data: { data } }) => {
      for (const [index, found] of (data?.items ?? []).entries())
        data.items[index] = found.filter(({ location }, place) => place < SECTIONS || !location.includes("#"));
    });
  }
};

/* Material says of each result which words it lacks, and adds word by word with `innerHTML +=`, which reads and parses
all before it again. */
(() => {
  const { get, set } = Object.getOwnPropertyDescriptor(Element.prototype, "innerHTML");
  const lacking = (element) => element.matches(".md-search-result__terms");
  Object.defineProperty(HTMLParagraphElement.prototype, "innerHTML", {
    get() {
      return lacking(this) ? "" : get.call(this);
    },
    set(html) {
      if (lacking(this)) this.insertAdjacentHTML("beforeend", html);
      else set.call(this, html);
    },
  });
})();
