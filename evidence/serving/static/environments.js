/* The Kerases that blocks run on: one choice for all blocks, shown beside each Run button. */
import { make } from "./elements.js";
import { ask } from "./server.js";

export const ALL = "all";
const NAME = "live-environments";
let known = [];
let chosen = [];
export let limits = {};

/** Read the environments again. */
export async function readEnvironments() {
  const answer = await ask("environments");
  known = answer.environments;
  limits = answer.limits;
  if (!chosen.length) chosen = remembered();
  document.querySelectorAll(".live-where").forEach(show);
}

export const find = (key) => known.find((environment) => environment.key === key);
export const installed = () => known.filter((environment) => environment.installed);

/** Return the keys of the chosen environments. */
export function chosenKeys() {
  return chosen[0] === ALL ? installed().map(({ key }) => key) : [...new Set(chosen)];
}

export const wantsAll = () => chosen[0] === ALL;

function remembered() {
  let keys = [];
  try {
    keys = JSON.parse(sessionStorage.getItem(NAME)) ?? [];
  } catch {
    // Storage is off limits here.
  }
  keys = keys.filter((key) => key === ALL || find(key));
  return keys.length ? keys : (installed()[0] ?? known[0]) ? [(installed()[0] ?? known[0]).key] : [];
}

function choose(keys) {
  chosen = keys.filter(Boolean);
  try {
    sessionStorage.setItem(NAME, JSON.stringify(chosen));
  } catch {
    // Then the choice lasts until the reader leaves the page.
  }
  document.querySelectorAll(".live-where").forEach(show);
}

/** Make the two lists to choose from. */
export function makeChoice() {
  const first = make("select", { className: "live-first" });
  const second = make("select", { className: "live-second" });
  first.setAttribute("aria-label", "Keras to run on");
  second.setAttribute("aria-label", "A second Keras, side by side");
  first.onchange = () => choose([first.value, first.value === ALL ? "" : second.value]);
  second.onchange = () => choose([first.value, second.value]);
  // There are dozens of environments and blocks, so a list is filled only when somebody is about to open it.
  for (const list of [first, second])
    for (const event of ["pointerenter", "pointerdown", "focus"]) list.addEventListener(event, () => fill(list));
  const where = make("span", { className: "live-where" }, first, second);
  show(where);
  return where;
}

function show(where) {
  const [first, second] = where.children;
  for (const [list, key] of [
    [first, chosen[0] ?? ""],
    [second, chosen[1] ?? ""],
  ]) {
    if (list.options.length > 1) fill(list);
    else list.replaceChildren(option(list, key));
    list.value = key;
  }
  second.hidden = chosen[0] === ALL;
}

function option(list, key) {
  if (key === ALL) return new Option(`all ${installed().length} installed`, ALL);
  if (!key) return new Option(list.className === "live-second" ? "side by side with …" : "…", "");
  const { name, installed: here, megabytes } = find(key);
  return new Option(here ? name : `${name}: install (${(megabytes / 1000).toFixed(1)} GB)`, key);
}

function fill(list) {
  const value = list.value;
  const groups = new Map();
  for (const { key, line } of known) {
    if (!groups.has(line)) groups.set(line, make("optgroup", { label: line }));
    groups.get(line).append(option(list, key));
  }
  list.replaceChildren(option(list, list.className === "live-second" ? "" : ALL), ...groups.values());
  list.value = value;
}
