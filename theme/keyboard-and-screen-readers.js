/* For people who use the keyboard or a screen reader: the phone's menu, landmarks, and boxes that scroll. */
(() => {
  "use strict";

  const narrow = matchMedia("(max-width: 76.234375em)"); // where Material's menu is a drawer with a panel for each part
  const drawer = document.getElementById("__drawer");
  const OPENERS = ".md-header__button[for=__drawer], .md-sidebar--primary .md-nav__link[for]";
  const CLOSERS = ".md-nav__toggle ~ .md-nav > .md-nav__title";

  /** Add buttons to the labels that open and close the drawer and its panels: the keyboard can't reach labels. */
  function makeButtons() {
    for (const label of document.querySelectorAll(`${OPENERS}, ${CLOSERS}`)) {
      const button = label.firstElementChild; // A label can't be a button itself.
      const attributes = { role: "button", tabindex: 0 };
      if (label.matches(OPENERS)) attributes["aria-expanded"] = label.control?.checked;
      if (label.control === drawer) attributes["aria-label"] = "Menu";
      // A part with its own page has a link to it, and beside that a label without words.
      const link = label.closest(".md-nav__item")?.querySelector("a");
      if (label.matches(OPENERS) && link && !label.textContent.trim()) attributes["aria-label"] = link.textContent.trim();
      if (label.matches(CLOSERS)) attributes["aria-label"] = `${label.textContent.trim()}: back`;
      for (const [name, value] of Object.entries(attributes))
        if (narrow.matches) button.setAttribute(name, value);
        else button.removeAttribute(name);
    }
  }

  /** Move the focus into a panel that has opened, or back to what opened it. */
  function moveFocus(checkbox) {
    const nav = document.querySelector(".md-nav--primary");
    const panel = checkbox === drawer ? nav : checkbox.parentElement.querySelector(".md-nav");
    const opener = [...checkbox.labels].find((label) => label.matches(OPENERS));
    const focused = document.activeElement;
    if (!checkbox.checked && focused !== document.body && !focused.closest("label")) return; // The reader has moved on.
    // The innermost of the open panels covers the others.
    const panels = [panel, ...panel.querySelectorAll(".md-nav__toggle:checked ~ .md-nav")];
    const innermost = panels.filter((open) => open.checkVisibility()).at(-1);
    const target = checkbox.checked ? innermost.querySelector("[tabindex='0'], a[href]") : opener.firstElementChild;
    requestAnimationFrame(() => target?.focus({ preventScroll: true })); // The panel is still sliding in.
  }

  document.addEventListener("change", ({ target }) => {
    if (!narrow.matches || !target.matches("#__drawer, .md-nav__toggle")) return;
    makeButtons();
    moveFocus(target);
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
  narrow.addEventListener("change", makeButtons);

  function load() {
    const article = document.querySelector("article");
    const overflows = new ResizeObserver((entries) => {
      for (const { target: box } of entries)
        if (box.scrollWidth > box.clientWidth) box.tabIndex = 0; // The keyboard scrolls what it can focus.
        else box.removeAttribute("tabindex");
    });
    const mend = () => {
      // Screen readers jump from landmark to landmark: one at each block would be in the way.
      article.querySelectorAll("nav.md-code__nav").forEach((bar) => bar.setAttribute("role", "none"));
      article.querySelectorAll(".md-typeset__scrollwrap").forEach((box) => overflows.observe(box));
    };
    new MutationObserver(mend).observe(article, { childList: true, subtree: true }); // Material adds both later.
    mend();
    makeButtons();
  }

  if (window.document$) window.document$.subscribe(load); // Material's: once a page
  else load();
})();
