/* Keeps the reader's place and focus while the content of the page is replaced. */

const READ = "h1, h2, h3, h4, p, li, pre, td, figure, .live";
const FOCUSABLE = "a, button, summary, input, select, textarea, [tabindex]";

/** Call `replace`, then put back what the reader was looking at, and the focus. */
export function keepPlace(replace) {
  const article = () => document.querySelector("article");
  const opened = names(article().querySelectorAll("details[open]"));
  const closed = names(article().querySelectorAll("details:not([open])"));
  const seen = [...article().querySelectorAll(READ)]
    .map((element) => ({ element, top: element.getBoundingClientRect().top }))
    .filter(({ element, top }) => top < innerHeight && element.getBoundingClientRect().bottom > 60);
  const words = numbered(article().querySelectorAll(READ));
  const anchors = seen.map(({ element, top }) => ({ element, top, name: words.get(element) }));
  const focused = document.activeElement;
  const focusName = numbered(document.querySelectorAll(FOCUSABLE)).get(focused);
  const selection = focused?.selectionStart;
  const stepped = new Map([...nameSteppers(article())].map(([name, stepper]) => [name, stepAt(stepper)]));

  replace();

  for (const [name, stepper] of nameSteppers(article())) if (stepped.has(name)) stepTo(stepper, stepped.get(name));

  for (const [details, name] of nameEach(article().querySelectorAll("details"))) {
    if (opened.has(name)) details.open = true;
    else if (closed.has(name)) details.open = false;
  }
  const settle = () => {
    const now = new Map([...numbered(article().querySelectorAll(READ))].map(([element, name]) => [name, element]));
    for (const { element, top, name } of anchors) {
      const there = element.isConnected ? element : now.get(name);
      if (!there) continue;
      scrollBy({ top: there.getBoundingClientRect().top - top, behavior: "instant" });
      break;
    }
  };
  settle();
  if (focused && focused !== document.body && document.activeElement !== focused) {
    const there = focused.isConnected
      ? focused
      : [...numbered(document.querySelectorAll(FOCUSABLE))].find(([, name]) => name === focusName)?.[0];
    there?.focus({ preventScroll: true });
    if (selection !== undefined && there?.setSelectionRange && there.tagName === "TEXTAREA")
      there.setSelectionRange(selection, selection);
  }
  requestAnimationFrame(settle); // Listings far above may turn out to have another height.
}

/** Map the name of each program to its stepper. The name is what the stepper's buttons say. */
function nameSteppers(article) {
  const named = numbered(article.querySelectorAll(".step-buttons"));
  return new Map([...named].map(([buttons, name]) => [name, buttons.parentElement]));
}

/** Return the step shown, and its Keras, unless that is the page's own. */
function stepAt(stepper) {
  const keras = stepper.querySelector(".step-keras").textContent;
  const step = [...stepper.querySelectorAll("[data-step]")].findIndex((tab) => tab.hasAttribute("aria-current"));
  return { step, keras };
}

function stepTo(stepper, { step, keras }) {
  stepper.querySelectorAll("[data-step]")[step]?.click();
  if (keras === stepper.querySelector(".step-keras").textContent) return;
  [...stepper.querySelectorAll("a[data-steps]")].find((link) => keras.endsWith(` ${link.textContent}`))?.click();
}

/** Map each element to its kind and text, numbered where several have the same text. */
function numbered(elements) {
  const counts = new Map();
  const result = new Map();
  for (const element of elements) {
    const words = `${element.tagName} ${element.textContent.slice(0, 200)}`;
    counts.set(words, (counts.get(words) ?? 0) + 1);
    result.set(element, `${counts.get(words)} ${words}`);
  }
  return result;
}

/** Map each folded part to its heading or block. */
function nameEach(elements) {
  const counts = new Map();
  return [...elements].map((details) => {
    const heading = details.querySelector(":scope > summary [id]")?.id;
    const words = heading ?? `${details.className} ${details.querySelector("summary")?.textContent}`;
    counts.set(words, (counts.get(words) ?? 0) + 1);
    return [details, `${counts.get(words)} ${words}`];
  });
}

const names = (elements) => new Set(nameEach(elements).map(([, name]) => name));
