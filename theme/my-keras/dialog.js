/* "My Keras": readers say once what they have, and each page first shows what its blocks do there.

The button and the dialog are a template of main.html. This is the last of the scripts in this folder. */
(() => {
  "use strict";

  const [button, dialog] = document.getElementById("my-keras").content.children;
  const [field, answer, choice] = ["input", "output", "select"].map((tag) => dialog.querySelector(tag));
  const IN_WORDS = new URL("keras-in-words.js", document.currentScript.src);
  let environments = []; // of this page, by line, newest first: [key, name, beneath, what keras.__version__ is there]
  let mine = {}; // what the reader's words mean, an answer of `kerasInWords.understand`; empty without words
  let typed = {}; // the same for the words in the dialog
  let inWords; // a promise of keras-in-words.js: most readers never say what they have

  function fetchInWords() {
    inWords ??= new Promise((resolve, reject) => {
      const events = { onload: resolve, onerror: reject };
      document.head.append(Object.assign(document.createElement("script"), { src: IN_WORDS, ...events }));
    });
    return inWords;
  }

  async function understand(words) {
    try {
      await fetchInWords();
      return kerasInWords.understand(words, environments);
    } catch {
      inWords = undefined; // to try again
      return { question: "A part of this page could not be loaded. Are you offline?" };
    }
  }

  /** Start on a page: the first, and each one that instant navigation puts in its place. */
  async function load() {
    // Instant navigation drops the id.
    const list =
      document.getElementById("environments") ?? [...document.scripts].find(({ text }) => text.startsWith('[["'));
    environments = JSON.parse(list?.text ?? "[]");
    const summary = document.createElement("p"); // empty, so that a screen reader announces what comes into it
    summary.className = "my-summary";
    summary.setAttribute("role", "status");
    if (!document.querySelector(".my-summary")) document.querySelector("article h1")?.after(summary);
    const own = rememberedKeras.read();
    const asked = rememberedKeras.inAddress();
    mine = environments.length && (asked || own) ? await understand(asked || own) : {};
    if (mine.words && !own) rememberedKeras.keep(mine.words); // A link doesn't overwrite what a reader has said.
    show();
    document.documentElement.classList.remove("awaits-my-keras"); // main.html
  }

  function show() {
    button.hidden = !environments.length;
    const { environment, words } = mine;
    const [, colon, version, backend] = button.querySelectorAll("span");
    version.classList.toggle("when-wide", !environment);
    colon.textContent = environment ? " " : ": ";
    colon.classList.toggle("when-wide", !environment);
    version.textContent = environment ? words.match(/\d[\d.]*/)[0] : "any";
    const [, on] = environment?.name.match(/(?: on | of |^(?=tf_))(\w+)/) ?? []; // "JAX", "TensorFlow", "tf_keras"
    backend.textContent = on ? ` (${on})` : "";
    showKeras(mine, environments[0]?.[1]);
  }

  /** Remember words, or forget what was remembered. */
  async function choose(words) {
    const address = new URL(location);
    // A script can't change the address of a page in a folder.
    if (rememberedKeras.inAddress() !== null && address.protocol !== "file:") {
      address.searchParams.delete("keras");
      history.replaceState(history.state, "", address);
    }
    rememberedKeras.keep(words);
    mine = words ? await understand(words) : {};
    show();
  }

  function open() {
    choice.replaceChildren(new Option("", ""));
    for (const [key, name] of environments) {
      const label = name.replace(/ [\d.]+/, ""); // "Keras on JAX"
      if (choice.lastChild.label !== label) choice.append(Object.assign(document.createElement("optgroup"), { label }));
      choice.lastChild.append(new Option(name, key));
    }
    field.value = mine.words ?? "";
    read();
    dialog.returnValue = "";
    dialog.showModal();
  }

  async function read() {
    typed = await understand(field.value);
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
  dialog.addEventListener("keydown", (event) => event.stopPropagation()); // Elsewhere "s" and "/" open the search.
  dialog.addEventListener("click", ({ target }) => {
    const pressed = target.closest("button");
    if (pressed?.name === "line") copy(pressed.previousElementSibling.textContent);
    if (pressed?.name !== "link") return;
    const address = new URL(location);
    address.searchParams.set("keras", typed.words);
    if (typed.words) copy(address.href);
    else answer.value = typed.question;
  });
  dialog.addEventListener("submit", async (event) => {
    if (event.submitter.value !== "mine" || typed.words) return;
    event.preventDefault();
    await read(); // It may not have been read out yet.
    if (typed.words) return dialog.close("mine");
    answer.value = typed.question;
    field.focus();
  });
  dialog.addEventListener("close", () => {
    // Now that a screen reader reads the page again.
    if (dialog.returnValue === "mine") choose(typed.words);
    if (dialog.returnValue === "any") choose(null);
  });

  const header = document.querySelector(".md-header__inner");
  header.insertBefore(button, header.querySelector("[for=__search]"));
  document.body.append(dialog);
  if (window.document$) window.document$.subscribe(load); // Material's: once a page
  else load();
})();
