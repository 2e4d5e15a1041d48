/* What a page shows about one environment: at each block what it does there, and below the title a summary with links.

The page holds all of it (evidence/site/evidence_html.py): `data-on="0-15 22"` lists environments by number. */
globalThis.showKeras = (() => {
  "use strict";

  const INSTEAD = {
    tf: " There, write “from tensorflow import keras”.",
    "tf-keras": " There, write “import tf_keras as keras”.",
  };

  // For screen readers, in place of the signs. What is not applicable says so itself.
  const SPOKEN = { shown: "The same on ", other: "Different on ", lacking: "", unknown: "Not measured on " };

  /** Show an answer from `kerasInWords.understand`, or remove the last one. `newest`: the name of what the page shows. */
  function show({ environment, note, question }, newest) {
    for (const folded of document.querySelectorAll(".not-yours")) folded.replaceWith(folded.lastChild);
    document.querySelectorAll("[data-mine]").forEach((element) => element.remove());
    for (const block of document.querySelectorAll(".evidence.mine")) block.classList.remove("mine");
    for (const badge of document.querySelectorAll(".works")) {
      badge.classList.remove("works");
      badge.textContent = "Does not work";
    }
    for (const prose of document.querySelectorAll(".elsewhere")) prose.classList.remove("elsewhere");
    const summary = document.querySelector(".my-summary");
    for (const cell of document.querySelectorAll("td.mine, th.mine")) cell.classList.remove("mine");
    const detail = { name: environment?.name, isOn: (element) => environment && isOn(element, environment) };
    for (const stepper of document.querySelectorAll(".stepper")) // theme/stepper.js
      stepper.dispatchEvent(new CustomEvent("my-keras", { detail }));
    if (question) summary?.append(make("span", "", `Your Keras is not shown. ${question}`));
    if (!environment) return;

    for (const answer of document.querySelectorAll("table.behaviour [data-on]"))
      if (isOn(answer, environment)) answer.append(make("b", "yours", "yours"));

    for (const head of document.querySelectorAll("th[data-on]"))
      if (isOn(head, environment))
        for (const { cells } of head.closest("table").rows) cells[head.cellIndex].classList.add("mine");

    for (const prose of document.querySelectorAll("article :is(p, li)"))
      prose.classList.toggle("elsewhere", isOfAnotherBackend(prose, environment));

    const states = [];
    const links = new Map(); // by heading, to the first block below it that differs
    let heading;
    for (const element of document.querySelectorAll("article :is(h1, h2, h3, h4, .evidence)")) {
      if (!element.matches(".evidence")) {
        heading = element;
        continue;
      }
      const id = `yours-${states.length + 1}`;
      const state = showBlock(element, id, environment, newest);
      states.push(state);
      if (state !== "other" || links.has(heading)) continue;
      const link = make("a", "", heading.textContent.replace("¶", ""));
      link.href = `#${id}`;
      links.set(heading, make("li", "", link));
    }

    const words = states.length ? `${sum(states, environment)}.${note}${INSTEAD[environment.line] ?? ""}` : note;
    if (words) summary?.append(make("span", "", words)); // An empty summary is hidden.
    if (!links.size) return;
    const list = make("details", "my-links", make("summary", "", "Where it differs"));
    list.append(make("ul", "", ...links.values()));
    list.open = links.size < 4;
    summary.after(list);
  }

  /** Make an element that the next `show` removes. */
  function make(tag, className, ...content) {
    const element = Object.assign(document.createElement(tag), { className });
    element.dataset.mine = "";
    element.append(...content);
    return element;
  }

  function isOn(element, environment) {
    return element.dataset.on.split(" ").some((range) => {
      const [first, last = first] = range.split("-").map(Number);
      return first <= environment.number && environment.number <= last;
    });
  }

  const BACKENDS = /TensorFlow|JAX|PyTorch|OpenVINO|NumPy/g;
  const ON_BACKENDS = new RegExp(`^On (${BACKENDS.source})((, | and | or |, and )(${BACKENDS.source}))*[, ]`);

  /** Return whether a paragraph begins with "On JAX, ..." and doesn't name the reader's backend. */
  function isOfAnotherBackend(prose, environment) {
    const mine = environment.name.match(/JAX|PyTorch|OpenVINO|NumPy/)?.[0] ?? "TensorFlow";
    const text = prose.closest(".evidence, .stepper, .yours") ? "" : prose.textContent.trim();
    return ON_BACKENDS.test(text) && !text.match(BACKENDS).includes(mine);
  }

  /** Say how many blocks, which readers call examples, are in each state. */
  function sum(states, environment) {
    const number = (state) => states.filter((other) => other === state).length;
    const some = (count, one, many) => (count ? `, ${count} ${count === 1 ? one : many}` : "");
    return (
      `On your Keras (${environment.name}): ${number("shown")} of ${states.length} examples behave as shown` +
      some(number("other"), "differs", "differ") +
      some(number("lacking"), "is not applicable", "are not applicable") +
      some(number("unknown"), "is not measured", "are not measured")
    );
  }

  /** Show at a block what it does in an environment; return "shown" (the same), "other", "lacking" or "unknown". */
  function showBlock(block, id, environment, newest) {
    // A behaviour, and the wording in it if there are several.
    const elements = [...block.firstElementChild.querySelectorAll("[data-on]")].filter((one) => isOn(one, environment));
    const state = elements[0]?.dataset.is ?? "unknown";
    const wording = elements.at(-1)?.cloneNode(true);
    const text = wording?.querySelector("pre");
    // "Keras 1.0.0 to 2.0.7: not applicable, needs", and code
    const said = wording?.matches("li") ? wording.firstChild.data.match(/.*?: (.*)/s)[1] : "";
    const badge = badgeAbove(block);
    const words = { shown: "yours", other: `yours ${said.split(" ")[0]}`, lacking: `yours: ${said}`, unknown: "yours" };
    const chip = make("span", "chip yours", make("span", "spoken", SPOKEN[state]), words[state]);
    chip.dataset.sign = state;
    if (badge && state === "shown") {
      // A tick below "Does not work" would read as "but here it does".
      delete chip.dataset.sign;
      chip.textContent = "same on yours";
    }
    if (state === "lacking") chip.append(...[...wording.childNodes].slice(1));
    block.classList.add("mine");
    block.querySelector("summary").prepend(chip);
    showModels(block, environment, newest);
    if (!text || state === "lacking") return state;

    if (badge && said === "prints") sayIfItWorks(badge, text, environment);
    if (state === "other") chip.append(/^raises/.test(said) ? " an error" : " something else");
    const box = make("div", "yours", make("p", "", `On your Keras (${environment.name}) it ${said}`), text);
    box.id = id;
    let output = block.previousElementSibling;
    if (output.matches(".notes")) output = output.previousElementSibling;
    if (!output.matches(".language-text")) output.after(box);
    else {
      const folded = make("details", "not-yours", make("summary", "", `On ${newest} it prints`));
      output.before(box, folded);
      folded.append(output);
    }
    return state;
  }

  function badgeAbove(block) {
    let above = block.previousElementSibling;
    while (above && !above.matches(".does-not-work, .evidence, h1, h2, h3")) above = above.previousElementSibling;
    return above?.matches(".does-not-work") ? above : null;
  }

  /** If a block prints what its badge "Does not work" calls right, say so in the badge. " / " separates the lines. */
  function sayIfItWorks(badge, text, environment) {
    const { right } = badge.dataset;
    if (!right || !text.textContent.replaceAll("\n", " / ").includes(right)) return;
    badge.classList.add("works");
    badge.textContent = `Works on your ${environment.name}`;
  }

  /** Below a recipe, count the models on which it is right there, or say which Keras the count is for. */
  function showModels(block, environment, newest) {
    const counts = [...block.querySelectorAll("[data-models]")];
    if (!counts.length) return;
    const summary = counts[0].closest("details").querySelector("summary");
    const mine = counts.find((one) => isOn(one, environment));
    if (!mine) return summary.querySelector(".chip").append(make("span", "", ` on ${newest}`));
    const chip = make("span", "chip yours", make("span", "spoken", "Right on "), `${mine.dataset.models} models on yours`);
    chip.dataset.sign = "shown";
    summary.prepend(chip);
  }

  return show;
})();
