/* "My Keras": a reader says once what they have, and each page shows first what its blocks do there.

All of it stands in the page (evidence/site/extension.py): #environments names the environments by number, and
`data-on="0-15 22"` says where something holds. The button and the dialog are a template of main.html. */
(() => {
  "use strict";

  const NAME = "my-keras"; // in localStorage, of words such as "keras-3.3-jax"; ?keras= holds the same
  const [button, dialog] = document.getElementById(NAME).content.children;
  const [field, answer, choice] = ["input", "output", "select"].map((tag) => dialog.querySelector(tag));
  let environments = []; // of this page, by line, newest first
  let mine = {}; // what the reader's words mean: {environment, words, note}, or {question}, or nothing
  let typed = {}; // the same of what stands in the dialog

  /* From words to an environment */

  function readEnvironments() {
    // Instant navigation drops the script's id.
    const data =
      document.getElementById("environments") ?? [...document.scripts].find((each) => each.text.startsWith('[["'));
    return JSON.parse(data?.text ?? "[]").map(([key, name, beneath], number) => ({
      ...{ key, name, beneath, number, release: name.match(/\d[\d.]*/)[0] },
      line: key.replace(/-\d[\d.]*/, ""), // "keras-3.15-jax" is of "keras-jax"
    }));
  }

  /** Make "2.10.1" 2010001, to compare; what is not said is the newest. */
  const rank = (release, rest = 999) =>
    [0, 1, 2].reduce((sum, place) => sum * 1000 + Number(release.split(".")[place] ?? rest), 0);

  /** Find what "tf 2.10", "keras 3.3 jax" or a pasted line means. */
  function understand(text) {
    const words = text.toLowerCase().replace(/tf[. ]keras(?=\W*[12]\.)/, "tensorflow"); // It goes by that number.
    const after = (name) => words.match(RegExp(`(?:${name})\\W*v?(\\d+(?:\\.\\d+)*)(.*)`)) ?? [];
    if (/tf[_-]keras/.test(words)) return nearest("tf-keras", after("tf[_-]keras")[1]);

    let [, keras, rest = words] = after("keras");
    let [, tensorflow] = after("(?:tensorflow|tf)(?:.[cg]pu)?");
    const backends = /jax|torch|openvino|numpy|tensorflow|tf/;
    const backend = (rest.match(backends) ?? words.match(backends))?.[0].replace(/^tf$/, "tensorflow");
    if (!keras && !tensorflow) {
      const bare = words.match(/\d+(\.\d+)+/)?.[0];
      if (!bare) return { question: "Write a name and a number, like “tensorflow 2.10” or “keras 3.3 jax”." };
      if (parseInt(bare) > 2) keras = bare;
      else if (backend === "tensorflow") tensorflow = bare;
      else return { question: `Keras or TensorFlow? Write “keras ${bare}” or “tensorflow ${bare}”.` };
    }
    if (/^[12]$/.test(keras ?? tensorflow)) return { question: "Write two numbers, like “tensorflow 2.10”." };
    if (keras) {
      if (parseInt(keras) > 2) {
        const note = backend ? "" : " Taken to run on TensorFlow; if not, add “jax”, “torch”, “openvino” or “numpy”.";
        return nearest(`keras-${backend ?? "tensorflow"}`, keras, note);
      }
      const isPart = rest.startsWith("-tf"); // "2.2.4-tf" is what three releases of TensorFlow say.
      if (rank(keras) < rank("2.4", 0) && !isPart) return nearest("keras", keras);
      if (isPart && !tensorflow) return { question: "That is TensorFlow's. Write its number, like “tensorflow 2.1”." };
      if (/^2\.4\b/.test(keras) && !tensorflow)
        return { question: "TensorFlow 2.3 and 2.4 have Keras 2.4. Write “tensorflow 2.3” or “tensorflow 2.4”." };
      tensorflow ??= keras; // From 2.5 to 2.15 Keras had TensorFlow's number.
    }
    if (rank(tensorflow) < rank("2.16", 0)) return nearest("tf", tensorflow);
    return { question: `TensorFlow ${tensorflow} runs Keras 3. Please write its number: “keras 3.3 tensorflow”.` };
  }

  /** Take the nearest measured release of a line: of the same minor, or the nearest older, or newer. */
  function nearest(line, asked = "", note = "") {
    const all = environments.filter((each) => each.line === line);
    const minor = (release) => Math.floor(rank(release) / 1000);
    const alike = all.filter((each) => minor(each.release) === minor(asked));
    const among = alike.length ? alike : all;
    const environment = among.find((each) => rank(each.release, 0) <= rank(asked || "9")) ?? among.at(-1);
    if (!environment) return { question: "That was not measured." };
    const { key, release } = environment;
    if (!asked || `${release}.`.startsWith(`${asked}.`) || rank(release, 0) === rank(asked))
      return { environment, words: key, note };
    note = ` ${asked} was not measured; shown is ${release}.${note}`;
    return { environment, words: key.replace(/\d[\d.]*/, asked), note };
  }

  /* What a page shows of it */

  /** Make an element that the next `show` removes. */
  function make(tag, name, ...content) {
    const element = document.createElement(tag);
    element.className = name;
    element.dataset.mine = "";
    element.append(...content);
    return element;
  }

  const isMine = (element) =>
    element.dataset.on.split(" ").some((range) => {
      const [first, last = first] = range.split("-").map(Number);
      return first <= mine.environment.number && mine.environment.number <= last;
    });

  function show() {
    document.querySelectorAll("[data-mine]").forEach((each) => each.remove());
    button.hidden = !environments.length;
    const { environment, words, note, question } = mine;
    const on = environment?.name.match(/(?: on | of |^(?=tf_))(\w+)/)?.[1]; // "JAX", "TensorFlow", "tf_keras"
    const [, short, after] = button.querySelectorAll("span");
    short.classList.toggle("when-wide", !environment);
    short.textContent = environment ? words.match(/\d[\d.]*/)[0] : "any";
    after.textContent = on ? ` (${on})` : "";
    const summary = document.querySelector(".my-summary");
    if (question) summary?.append(make("span", "", `This page's address asks for a Keras. ${question}`));
    if (!environment) return;

    document.querySelectorAll("table.behaviour [data-on]").forEach((each) => {
      if (isMine(each)) each.append(make("b", "yours", "yours"));
    });
    const count = { shown: 0, other: 0, lacking: 0, unknown: 0 };
    const links = new Map(); // to the first block of a section that differs
    let total = 0;
    let heading;
    for (const each of document.querySelectorAll("article :is(h1, h2, h3, h4, .evidence)")) {
      if (each.matches(".evidence")) {
        const state = showOne(each, ++total);
        count[state]++;
        if (state !== "other" || links.has(heading)) continue;
        const link = make("a", "", heading.textContent.replace("¶", ""));
        link.href = `#yours-${total}`;
        links.set(heading, make("li", "", link));
      } else heading = each;
    }
    const some = (number, one, many) => (number ? `, ${number} ${number === 1 ? one : many}` : "");
    const sums =
      `On your Keras (${environment.name}): ${count.shown} of ${total} blocks as shown` +
      some(count.other, "differs", "differ") +
      some(count.lacking, "is not applicable", "are not applicable") +
      some(count.unknown, "is not measured", "are not measured");
    const instead = {
      tf: " There, write “from tensorflow import keras”.",
      "tf-keras": " There, write “import tf_keras as keras”.",
    };
    const said = total ? `${sums}.${note}${instead[environment.line] ?? ""}` : note;
    if (said) summary?.append(make("span", "", said)); // or it is no longer :empty, and shows
    if (!links.size) return;
    const list = make("details", "my-links", make("summary", "", "Where it differs"));
    list.append(make("ul", "", ...links.values()));
    list.open = links.size < 4;
    summary.after(list);
  }

  /** Show at one block what it does on theirs, and return that in a word. */
  function showOne(block, number) {
    const found = [...block.querySelectorAll("[data-on]")].filter(isMine); // a behaviour, and its wording in it
    const state = found[0]?.dataset.is ?? "unknown";
    const yours = `your Keras (${mine.environment.name})`;
    const own = found.at(-1)?.cloneNode(true);
    const text = own?.querySelector("pre");
    if (state === "shown" && !text) {
      block.firstChild.prepend(make("b", "yours", `On ${yours}: as shown. `));
      return state;
    }
    const said = make("p", "");
    const box = make("div", "yours", said, text ?? "");
    box.id = `yours-${number}`;
    if (state === "unknown") said.append(`Not measured on ${yours}.`);
    else if (state === "shown") said.append(`On ${yours}: as shown, in other words`);
    else {
      const [start, ...rest] = own.childNodes; // "Keras 1.0.0 to 2.0.7: not applicable, needs", and code
      const [, lacking, words] = start.data.match(/.*?: (not applicable, )?(.*)/s);
      said.append(lacking ? `Not applicable on ${yours}: ${words}` : `On ${yours} it ${words}`, ...rest);
    }
    let output = block.previousElementSibling;
    if (output.matches(".notes")) output = output.previousElementSibling;
    if (!output.matches(".language-text")) output.after(box);
    else output.before(box, make("p", "not-yours", `On ${environments[0].name} it prints`));
    return state;
  }

  /* What is remembered, and the dialog */

  /** Read or, given words or null, change what this browser remembers. */
  function remembered(words) {
    try {
      if (words) localStorage.setItem(NAME, words);
      else if (words === null) localStorage.removeItem(NAME);
      return localStorage.getItem(NAME);
    } catch {
      return words === undefined ? mine.words : words; // Closed, as in some private windows: it holds for this page.
    }
  }

  /** Begin a page: the first, and each that instant navigation puts in its place. */
  function load() {
    environments = readEnvironments();
    const summary = document.createElement("p"); // empty, so that a screen reader hears what comes into it
    summary.className = "my-summary";
    summary.setAttribute("role", "status");
    if (!document.querySelector(".my-summary")) document.querySelector("article h1")?.after(summary);
    const asked = new URLSearchParams(location.search).get("keras");
    const own = remembered();
    mine = environments.length && (asked || own) ? understand(asked || own) : {};
    if (asked && !own) remembered(mine.words); // A link does not overwrite what a reader has said.
    show();
    document.documentElement.classList.remove("awaits-my-keras"); // main.html
  }

  function choose(words) {
    const address = new URL(location);
    if (address.searchParams.has("keras") && address.protocol !== "file:") { // Of a folder's page it may not be changed.
      address.searchParams.delete("keras");
      history.replaceState(history.state, "", address);
    }
    const own = remembered(words);
    mine = own ? understand(own) : {};
    show();
  }

  function open() {
    choice.replaceChildren(new Option("", ""));
    for (const { name, key } of environments) {
      const label = name.replace(/ [\d.]+/, ""); // "Keras on JAX"
      if (choice.lastChild.label !== label) choice.append(Object.assign(document.createElement("optgroup"), { label }));
      choice.lastChild.append(new Option(name, key));
    }
    field.value = mine.words ?? "";
    read();
    dialog.returnValue = "";
    dialog.showModal();
  }

  function read() {
    typed = understand(field.value);
    const { environment, note, question } = typed;
    choice.value = environment?.key ?? "";
    answer.value = environment ? `${environment.name} (${environment.beneath}).${note}` : field.value && question;
  }

  async function copy(text) {
    try {
      await navigator.clipboard.writeText(text);
      answer.value = "Copied.";
    } catch {
      answer.value = `Copy this: ${text}`;
    }
  }

  button.addEventListener("click", open);
  field.addEventListener("input", read);
  choice.addEventListener("change", () => {
    field.value = choice.value;
    read();
  });
  dialog.addEventListener("keydown", (event) => event.stopPropagation()); // "s" and "/" are the search's elsewhere.
  dialog.addEventListener("click", (event) => {
    const pressed = event.target.closest("button");
    if (pressed?.name === "line") copy(pressed.previousElementSibling.textContent);
    if (pressed?.name !== "link") return;
    const address = new URL(location);
    address.searchParams.set("keras", typed.words);
    if (typed.words) copy(address.href);
    else answer.value = typed.question;
  });
  dialog.addEventListener("submit", (event) => {
    if (event.submitter.value !== "mine" || typed.words) return;
    event.preventDefault();
    answer.value = typed.question;
    field.focus();
  });
  dialog.addEventListener("close", () => {
    // Now that the page can be heard again.
    if (dialog.returnValue === "mine") choose(typed.words);
    if (dialog.returnValue === "any") choose(null);
  });

  const header = document.querySelector(".md-header__inner");
  header.insertBefore(button, header.querySelector("[for=__search]"));
  document.body.append(dialog);
  if (window.document$) window.document$.subscribe(load); // Material's: once a page
  else load();
})();
