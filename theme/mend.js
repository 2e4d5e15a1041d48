/* Before Material's script. Mends what that makes in the browser: for those who read with the keyboard or by ear, and
for all who follow a link within a page. */
(() => {
  "use strict";

  /* Material readies a listing, with its buttons, once it comes into view (content.lazy). The keyboard and a screen
  reader come there without: the browser readies the others, one by one, when it has time. */
  const later = window.requestIdleCallback // which Safari has not
    ? (work) => requestIdleCallback(work, { timeout: 3000 })
    : (work) => setTimeout(work, 500);
  window.IntersectionObserver = class extends IntersectionObserver {
    #tell;
    constructor(tell, options) {
      super(tell, options);
      this.#tell = tell;
    }
    observe(target) {
      super.observe(target);
      if (target.matches("pre > code")) later(() => this.#tell([{ target, isIntersecting: true }], this));
    }
  };

  /* At the first link that stays on the page, Material fetches it again and replaces what is being read. To those links
  the browser alone goes, which is what a target means to Material; of the way there it hears once it has taken a link. */
  const first = location.pathname;
  let taken = false;
  const linkOf = ({ target }) => target instanceof Element && target.closest("a[href]");
  const page = (address) => address.split("#")[0];
  addEventListener(
    "click",
    (event) => {
      const link = linkOf(event);
      if (!link?.hash || page(link.href) !== page(location.href)) return;
      link.target = "_self";
      if (link.hash === location.hash) dispatchEvent(new Event("hashchange")); // Material closes the menu upon that.
    },
    { capture: true },
  );
  addEventListener("click", (event) => {
    if (linkOf(event) && event.defaultPrevented) taken = true;
  });
  addEventListener("popstate", (event) => {
    taken ||= location.pathname !== first;
    if (!taken) event.stopImmediatePropagation();
  });

  const narrow = matchMedia("(max-width: 76.234375em)"); // where Material's menu is a drawer, with a panel for each part
  const drawer = document.getElementById("__drawer");
  const OPENERS = ".md-header__button[for=__drawer], .md-sidebar--primary .md-nav__link[for]";
  const CLOSERS = ".md-nav__toggle ~ .md-nav > .md-nav__title";

  /** There, labels of hidden boxes open and close all: make what is in them buttons, which labels cannot be. */
  function menu() {
    for (const label of document.querySelectorAll(`${OPENERS}, ${CLOSERS}`)) {
      const button = label.firstElementChild;
      const attributes = { role: "button", tabindex: 0 };
      if (label.matches(OPENERS)) attributes["aria-expanded"] = label.control?.checked;
      if (label.control === drawer) attributes["aria-label"] = "Menu";
      if (label.matches(CLOSERS)) attributes["aria-label"] = `${label.textContent.trim()}: back`;
      for (const [name, value] of Object.entries(attributes))
        if (narrow.matches) button.setAttribute(name, value);
        else button.removeAttribute(name);
    }
  }

  /** Keep the focus where it can be seen: in what has just been opened, or on what opened it. */
  function follow(box) {
    const panel = box === drawer ? document.querySelector(".md-nav--primary") : box.parentElement.querySelector(".md-nav");
    const opener = [...box.labels].find((label) => label.matches(OPENERS));
    const at = document.activeElement;
    if (!box.checked && at !== document.body && !at.closest("label")) return; // It is where the reader has gone.
    // Not hidden any more, once drawn; the innermost panel that is open covers the others.
    const panels = [panel, ...panel.querySelectorAll(".md-nav__toggle:checked ~ .md-nav")];
    const open = panels.filter((each) => each.checkVisibility()).at(-1);
    const next = () => (box.checked ? open.querySelector("[tabindex='0'], a[href]") : opener.firstElementChild);
    requestAnimationFrame(() => next()?.focus({ preventScroll: true })); // A panel is still on its way in from the side.
  }

  document.addEventListener("change", ({ target }) => {
    if (!narrow.matches || !target.matches("#__drawer, .md-nav__toggle")) return;
    menu();
    follow(target);
  });
  document.addEventListener("keydown", (event) => {
    if ([" ", "Enter"].includes(event.key) && event.target.matches("label > [role=button]")) {
      event.preventDefault();
      event.target.parentElement.click();
    }
    if (event.key === "Escape" && drawer.checked) {
      drawer.click();
      document.querySelector(".md-header__button[for=__drawer]").firstElementChild.focus();
    }
  });
  document.addEventListener("focusin", ({ target }) => {
    if (narrow.matches && drawer.checked && !target.closest(".md-sidebar--primary")) drawer.click();
  });
  narrow.addEventListener("change", menu);

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
    menu();
  }

  // After all scripts (main.html). document$ is Material's: once a page.
  document.addEventListener("DOMContentLoaded", () => (window.document$ ? window.document$.subscribe(load) : load()));
})();
