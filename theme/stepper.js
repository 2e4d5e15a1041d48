/* Steps through a program: one step of `.stepper` at a time, by buttons, arrow keys and swipes, with its line marked.

Without this script, all steps are listed one below the other (evidence/site/stepper.py). The steps of another Keras are
in their own file, fetched when the reader asks for that Keras or has said that it is theirs. */
(() => {
  "use strict";

  const STEPS = "ol.steps";

  function load() {
    for (const stepper of document.querySelectorAll(".stepper")) begin(stepper);
  }

  /** Put the buttons above the steps of a program, and show the first. */
  function begin(stepper) {
    if (stepper.querySelector(".step-buttons")) return;
    const own = stepper.querySelector(STEPS);
    const buttons = element("div", "step-buttons");
    buttons.setAttribute("role", "toolbar");
    buttons.setAttribute("aria-label", "Lines of the program");
    const row = element("div", "step-row"); // scrolls sideways where it is too narrow for all
    const where = element("p", "step-keras");
    const status = element("p", "spoken");
    status.setAttribute("role", "status");
    own.before(where, buttons, status);
    let at = 0;

    const steps = () => [...stepper.querySelector(STEPS).children];

    /** Show a step; `said`: announce it to screen readers, too. */
    function show(index, said) {
      const all = steps();
      at = Math.max(0, Math.min(index, all.length - 1));
      all.forEach((step, place) => (step.hidden = place !== at));
      const tabs = [...buttons.querySelectorAll("[data-step]")];
      tabs.forEach((tab, place) => {
        tab.tabIndex = place === at ? 0 : -1;
        if (place === at) tab.setAttribute("aria-current", "step");
        else tab.removeAttribute("aria-current");
      });
      row.scrollLeft = tabs[at].offsetLeft - row.offsetLeft - (row.clientWidth - tabs[at].offsetWidth) / 2;
      // Not `disabled`: the focus would be lost, and with it the arrow keys.
      buttons.children[0].setAttribute("aria-disabled", at === 0);
      buttons.children[1].setAttribute("aria-disabled", at === all.length - 1);
      markLine(stepper, all[at]);
      if (said) status.textContent = `Step ${at + 1} of ${all.length}: ${inWords(all[at])}`;
    }

    function draw() {
      const back = button("‹", "Back", () => show(at - 1, true));
      const next = button("›", "Next", () => show(at + 1, true));
      const tabs = steps().map((step, place) => {
        const tab = button(`${place + 1} ${step.dataset.label}`, null, () => show(place, true));
        tab.dataset.step = "";
        return tab;
      });
      row.replaceChildren(...tabs);
      buttons.replaceChildren(back, next, row);
      show(at, false);
    }

    /** Replace the steps with those of another Keras; without a link, with the page's own. */
    async function replace(link, name) {
      const steps = link ? await fetched(link) : own;
      if (!steps) return;
      stepper.querySelector(STEPS).replaceWith(steps);
      where.textContent = link ? `On ${name}` : "";
      draw();
    }

    buttons.addEventListener("keydown", (event) => {
      const to = { ArrowLeft: at - 1, ArrowRight: at + 1, Home: 0, End: Infinity }[event.key];
      if (to === undefined) return;
      event.preventDefault();
      show(to, true);
      buttons.querySelector("[aria-current]").focus();
    });
    let start = null;
    stepper.addEventListener("touchstart", ({ touches }) => (start = touches[0]), { passive: true });
    stepper.addEventListener("touchend", ({ target, changedTouches: [end] }) => {
      if (row.contains(target)) return; // It scrolls.
      const [x, y] = [end.clientX - start.clientX, end.clientY - start.clientY];
      if (Math.abs(x) > 48 && Math.abs(x) > 2 * Math.abs(y)) show(at - Math.sign(x), true);
    });
    stepper.addEventListener("click", (event) => {
      const link = event.target.closest("a[data-steps]");
      if (!link) return;
      event.preventDefault();
      replace(link, link.textContent);
    });
    stepper.addEventListener("my-keras", ({ detail: { name, isOn } }) => {
      const theirs = [...stepper.querySelectorAll("li[data-on]")].find(isOn);
      replace(theirs?.firstChild, name);
    });
    for (const link of stepper.querySelectorAll("a[data-steps]")) link.href = address(link);
    draw();
  }

  /** Return the steps that a link leads to; null if they can't be fetched. */
  async function fetched(link) {
    try {
      const { steps } = await (await fetch(link.href)).json();
      return new DOMParser().parseFromString(steps, "text/html").querySelector(STEPS);
    } catch {
      return null; // as when read from a folder, where scripts can't fetch files
    }
  }

  function address(link) {
    const home = document.querySelector("a.md-logo").href.replace(/index\.html$/, "");
    return new URL(link.dataset.steps, home).href;
  }

  /** Mark the lines of a step in the program's listing. */
  function markLine(stepper, step) {
    let listing = stepper.previousElementSibling;
    while (listing && !listing.matches(".language-python")) listing = listing.previousElementSibling;
    const lines = [...(listing?.querySelectorAll("code > span") ?? [])];
    const first = Number(step.dataset.line) - 1;
    lines.forEach((line, place) =>
      line.classList.toggle("at-step", place >= first && place < first + Number(step.dataset.lines)),
    );
  }

  function inWords(step) {
    const lanes = [...step.querySelectorAll(".changed")].map((lane) => lane.dataset.lane);
    const changed = lanes.length ? `Changed: ${lanes.join(", ")}` : "Changed nothing";
    const ran = [...step.querySelectorAll("strong")].map((mark) => `${mark.parentElement.textContent}.`);
    const printed = step.querySelector("samp")?.textContent ?? "";
    return [`${step.dataset.label}. ${changed}.`, ...ran, printed].join(" ");
  }

  function element(tag, className) {
    return Object.assign(document.createElement(tag), { className });
  }

  function button(text, name, onclick) {
    const made = Object.assign(document.createElement("button"), { type: "button", textContent: text, onclick });
    if (name) made.setAttribute("aria-label", name);
    return made;
  }

  /** Start on each page that Material shows. Its script may run after this one, once the page is painted. */
  function follow() {
    if (window.document$) window.document$.subscribe(load);
    else requestAnimationFrame(follow);
  }

  load();
  follow();
})();
