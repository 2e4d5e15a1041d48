/* Mends what Material makes in the browser, for those who read with the keyboard or by ear. */
(() => {
  "use strict";

  function load() {
    const article = document.querySelector("article");
    // Material's bars of buttons and its boxes of tables come later.
    const mend = () => {
      // A landmark at each block would be in the way of those who go from one to the next.
      article.querySelectorAll("nav.md-code__nav").forEach((bar) => bar.setAttribute("role", "none"));
      // What scrolls is reached by the keyboard.
      article.querySelectorAll(".md-typeset__scrollwrap").forEach((box) => scrolls.observe(box));
    };
    const scrolls = new ResizeObserver((boxes) => {
      for (const { target } of boxes)
        if (target.scrollWidth > target.clientWidth) target.tabIndex = 0;
        else target.removeAttribute("tabindex");
    });
    new MutationObserver(mend).observe(article, { childList: true, subtree: true });
    mend();
  }

  if (window.document$) window.document$.subscribe(load); // Material's: once a page
  else load();
})();
