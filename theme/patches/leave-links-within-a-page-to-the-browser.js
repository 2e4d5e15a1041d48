/* Leaves links within a page to the browser, and the way back from them.

Replaces: nothing. It hears `click` and `popstate` before Material does. At the first link within a page, instant
navigation fetches the page again and replaces what is being read; but it leaves links with a target alone, so these get
one. It does the same on the way back, of which it hears here only once it has taken a link to another page.
Buys: 16 kB not fetched again on how-to/freeze-layers, and headings that are reached: from the end of that page, one of
three was missed by 14,000 pixels (375 pixels wide, 28 November 2026).
Can go: when Material's instant navigation leaves links within a page alone, or with the feature navigation.instant. */
(() => {
  "use strict";

  const first = location.pathname;
  let hasNavigated = false; // whether Material has taken a link
  const linkOf = ({ target }) => target instanceof Element && target.closest("a[href]");
  const pageOf = (address) => address.split("#")[0];

  addEventListener(
    "click",
    (event) => {
      const link = linkOf(event);
      if (!link?.hash || pageOf(link.href) !== pageOf(location.href)) return;
      link.target = "_self"; // Material leaves links with a target to the browser.
      if (link.hash === location.hash) dispatchEvent(new Event("hashchange")); // upon which Material closes the menu
    },
    { capture: true },
  );
  addEventListener("click", (event) => {
    if (linkOf(event) && event.defaultPrevented) hasNavigated = true;
  });
  // Material would fetch the page at the first way back, too.
  addEventListener("popstate", (event) => {
    hasNavigated ||= location.pathname !== first;
    if (!hasNavigated) event.stopImmediatePropagation();
  });
})();
