// Typing a check-in: keys for questions and rows, search over the catalogue, saving by itself.
// Without this file the page is a plain form that does the same. Nothing is kept in the browser.

import { autosave, icon } from "./app.js";

const form = document.getElementById("check-in");
const one = (selector, within = form) => within.querySelector(selector);
const all = (selector, within = form) => [...within.querySelectorAll(selector)];
const singleKeys = document.body.hasAttribute("data-single-keys");
const protocols = ["emergency", "same_day"].map((level) => document.getElementById(`protocol-${level}`));
const complete = document.getElementById("complete");
const phoneComplete = document.getElementById("phone-complete");

// ---- saving --------------------------------------------------------------------------------

const QUIET_MS = 1200;
const SOON_MS = 300;
const RETRY_MS = 5000;
let timer = 0;
let busy = false;
let dirty = false;
let stopped = false;
let waiting = null;

function changed(wait = QUIET_MS) {
  dirty = true;
  complete.removeAttribute("aria-disabled");
  window.clearTimeout(timer);
  timer = window.setTimeout(save, wait);
}

/** Sends what stands in the form. One at a time: what changes meanwhile is sent after it. */
async function save() {
  window.clearTimeout(timer);
  timer = 0;
  // What was asked for while another saving is under way is sent when that one is back.
  if (busy || stopped) return;
  busy = true;
  dirty = false;
  autosave("saving");
  try {
    const answer = await fetch(form.getAttribute("action"), {
      method: "POST",
      // Marked as a script's, so that a session that is over answers so, not with a page.
      headers: { Accept: "application/json", "HX-Request": "true" },
      body: payload(),
      credentials: "same-origin",
      redirect: "error",
    });
    const endsIn = answer.headers.get("Session-Ends-In");
    document.dispatchEvent(new CustomEvent("taperplan:answer", { detail: endsIn }));
    if (answer.status === 401) document.body.dispatchEvent(new Event("session-over"));
    const told = await answer.json();
    if (answer.ok) saved(told);
    else refused(told);
  } catch {
    failed();
  } finally {
    busy = false;
  }
  if (waiting) waiting();
  else if (dirty && !stopped && !timer) timer = window.setTimeout(save, SOON_MS);
}

function payload() {
  const data = new FormData(form);
  data.set("act", "save");
  data.delete("add");
  return data;
}

function saved(told) {
  autosave("saved", told.saved);
  if (form.getAttribute("action") !== told.url) {
    form.setAttribute("action", told.url);
    window.history.replaceState(null, "", told.url);
  }
  apply(told);
}

function apply(told) {
  one("#revision").value = told.revision;
  one("#to-complete").innerHTML = told.complete;
  showWaits(told);
  one("#next-words b").textContent = told.next;
  one("#rest-words").textContent = told.rest;
  one("#rest-stars").textContent = told.stars;
  showErrors(told.errors);
  for (const asked of told.sure) askAgain(asked);
  for (const [name, said] of Object.entries(told.beyond)) sayBeyond(name, said);
  if (told.bar) showFlags(told.bar);
  for (const row of all("[data-confirm]").map(rowOf)) showRaised(row);
}

function refused(told) {
  if (told.differs) {
    stopped = true;
    const conflict = document.getElementById("conflict");
    one("[data-words]", conflict).textContent = told.differs;
    conflict.hidden = false;
    if (told.bar) showFlags(told.bar);
    conflict.querySelector("button").focus();
    autosave("failed");
    return;
  }
  if (told.closed) {
    stopped = true;
    const conflict = document.getElementById("conflict");
    one("[data-words]", conflict).textContent = told.closed;
    conflict.hidden = false;
    const link = document.createElement("a");
    link.href = told.url;
    link.textContent = link.href;
    conflict.querySelector("button").replaceWith(link);
    link.focus();
  }
  autosave("failed");
}

function failed() {
  dirty = true;
  autosave("failed");
  for (const note of all("[data-raising-now]")) note.textContent = form.dataset.savingFailed;
  window.clearTimeout(timer);
  timer = window.setTimeout(save, RETRY_MS);
}

function showFlags(bar) {
  const place = document.getElementById("flags-now");
  place.innerHTML = bar;
  showProtocol();
}

function showWaits(told) {
  for (const id of ["complete_waits", "phone-waits"]) {
    document.getElementById(id).textContent = told.waits;
  }
  for (const button of [complete, phoneComplete]) {
    button.classList.toggle("btn-primary", !told.waits);
    if (told.waits && !dirty) {
      button.setAttribute("aria-disabled", "true");
      button.dataset.goesTo = told.first;
    } else {
      button.removeAttribute("aria-disabled");
    }
  }
}

function showErrors(errors) {
  for (const place of all(".errors[id$='_error']")) {
    const name = place.id.slice(0, -"_error".length);
    const field = place.closest(".field");
    // A box that is being typed in is not scolded.
    if (field?.contains(document.activeElement)) continue;
    const sentence = errors[name] ?? "";
    place.textContent = sentence;
    place.hidden = !sentence;
    field?.classList.toggle("refused", Boolean(sentence));
    for (const input of field ? all("input[type='text'], textarea, select", field) : []) {
      if (sentence) input.setAttribute("aria-invalid", "true");
      else input.removeAttribute("aria-invalid");
    }
  }
}

/** An unlikely figure: a box to tick that it was read again. */
function askAgain({ name, label, value }) {
  const standing = document.getElementById(name);
  if (standing) {
    if (standing.value !== value) standing.closest(".option").remove();
    else return;
  }
  const box = document.createElement("div");
  box.className = "option";
  const tick = document.createElement("input");
  Object.assign(tick, { type: "checkbox", name, id: name, value });
  const words = document.createElement("label");
  words.htmlFor = name;
  words.textContent = label;
  box.append(tick, words);
  document.getElementById(`field_${name.replace(/-sure$/, "")}`).after(box);
}

const saidBeyond = new Map();

/** A figure beyond a limit: its confirming key, and once the server has stored it, its red flag. */
function sayBeyond(name, said) {
  const place = document.getElementById(`beyond_${name}`);
  const figure = document.getElementById(name);
  // What was typed since is another figure; its own answer is on the way.
  if (!place || dirty || saidBeyond.get(name) === said.trim()) return;
  // Nor is a reason that is being typed wiped out.
  if (place.contains(document.activeElement?.closest("input[type='text']") ?? null)) return;
  saidBeyond.set(name, said.trim());
  place.innerHTML = said;
  fixFigure(place, figure);
}

function fixFigure(place, figure) {
  figure.readOnly = Boolean(one("[data-figure-raised]:not([data-free])", place));
  showProtocol();
}

function confirmFigure(button) {
  const place = button.closest(".beyond");
  const figure = document.getElementById(place.id.slice("beyond_".length));
  one(`input[name="${button.id}"]`, place).value = figure.value.trim();
  saidBeyond.delete(figure.name);
  const words = one(".to-confirm", place);
  words.dataset.raisingNow = "";
  words.textContent = form.dataset.raising;
  button.hidden = true;
  figure.focus();
  changed(0);
}

form.addEventListener("input", (event) => {
  if (event.target.type === "text" || event.target.tagName === "TEXTAREA") {
    if (event.target.id !== "finder" && !event.target.name.startsWith("why-")) changed();
  }
});

form.addEventListener("change", (event) => {
  const target = event.target;
  if (target.id === "finder" || target.id === "add" || target.name.startsWith("keep-")) return;
  if (target.type === "radio") answered(target);
  changed(target.type === "radio" || target.type === "checkbox" ? SOON_MS : QUIET_MS);
});

window.addEventListener("pagehide", () => {
  if (!dirty || stopped) return;
  fetch(form.getAttribute("action"), {
    method: "POST",
    headers: { Accept: "application/json" },
    body: payload(),
    keepalive: true,
  });
});

form.addEventListener("submit", (event) => {
  stopped = true;
  window.clearTimeout(timer);
  if (!busy) return;
  // What is on its way changes the revision: this goes when its answer is here.
  event.preventDefault();
  const pressed = event.submitter;
  waiting = () => {
    waiting = null;
    form.requestSubmit(pressed);
  };
});

// ---- answers -------------------------------------------------------------------------------

const ROW = "[data-safety-question], [data-symptom], [data-star-row]";
const rowOf = (element) => element.closest(ROW);
const chosen = (row) => row.querySelector(":scope > .segments input:checked");
const confirmed = (row) => row.querySelector("[id$='-confirmed']");

function answered(radio) {
  const row = rowOf(radio);
  if (!row || radio.closest(".segments").parentElement !== row) return;
  const state = row.querySelector("[data-not-answered]");
  if (state) state.textContent = "";
  row.classList.remove("unanswered");
  count();
  showProtocol();
}

function count() {
  const questions = all("[data-safety-question]");
  const done = questions.filter(chosen).length;
  say("safety-count", done, questions.length);
  const rows = all("#rows [data-symptom]");
  say("rows-count", rows.filter((row) => chosen(row)?.value).length, rows.length);
}

function say(id, done, whole) {
  const place = document.getElementById(id);
  if (!place) return;
  place.textContent = place.dataset.words.replace("{n}", done).replace("{all}", whole);
}

/** The clinic's own text and numbers, at once: before anything is confirmed or saved. That of an
 * emergency, once shown, stays. */
function showProtocol() {
  const levels = [
    ...all("[data-star]:checked").map((radio) => radio.dataset.star),
    ...all(".beyond .confirm").map((said) => said.dataset.level),
  ];
  if (!levels.length) return;
  const [emergency, sameDay] = protocols;
  const grave = !emergency.hidden || levels.some((level) => level !== "same_day");
  emergency.hidden = !grave;
  sameDay.hidden = grave;
}

// ---- the confirming key ----------------------------------------------------------------------

function confirm(button) {
  const row = rowOf(button);
  confirmed(row).value = "yes";
  const words = row.querySelector("[data-confirm] .to-confirm");
  words.dataset.raisingNow = "";
  words.textContent = form.dataset.raising;
  button.hidden = true;
  changed(0);
  next(row)?.focus();
}

/** Only what the server has stored is called raised. */
function showRaised(row) {
  const input = confirmed(row);
  const star = row.querySelector(":scope > .segments [data-star]:checked");
  if (!input || input.value !== "yes" || !star || dirty) return;
  row.querySelector("[data-confirm]").hidden = true;
  row.querySelector("[data-raised]").hidden = false;
  for (const radio of row.querySelectorAll(":scope > .segments input")) {
    const worse = row.dataset.safetyQuestion === "suicide" && radio.matches("[data-star]");
    radio.disabled = !radio.checked && !worse;
  }
}

form.addEventListener("click", (event) => {
  const confirming = event.target.closest("[data-confirms]");
  if (confirming) {
    event.preventDefault();
    confirm(confirming);
  }
  const figure = event.target.closest("[data-confirms-figure]");
  if (figure) {
    event.preventDefault();
    confirmFigure(figure);
  }
  const label = event.target.closest(".segments > label");
  const radio = label && document.getElementById(label.htmlFor);
  if (radio?.matches("[data-star]")) window.setTimeout(() => toConfirm(rowOf(radio)), 0);
});

function toConfirm(row) {
  const button = row.querySelector("[data-confirm] [data-confirms]");
  if (button && button.offsetParent !== null) button.focus();
}

// ---- none of the rest --------------------------------------------------------------------------

const restButton = document.getElementById("rest-button");
restButton.addEventListener("click", (event) => {
  event.preventDefault();
  const value = document.getElementById("rest-value");
  const on = value.value !== "none";
  value.value = on ? "none" : "";
  restButton.setAttribute("aria-pressed", String(on));
  restButton.textContent = on ? restButton.dataset.on : restButton.dataset.off;
  changed(0);
});

// ---- also present? ------------------------------------------------------------------------------

const catalogue = JSON.parse(document.getElementById("catalogue").textContent);
const finder = document.getElementById("finder");
const found = document.getElementById("found");
one("[data-finder]").hidden = false;
one("[data-plain]").hidden = true;
let picked = -1;

function matches(text) {
  const words = text.trim().toLowerCase();
  if (!words) return [];
  const shown = new Set(all("#rows [data-symptom]").map((row) => row.dataset.symptom));
  const other = (item) => item.key.startsWith("other_");
  const free = catalogue.find((item) => other(item) && !shown.has(item.key));
  const hits = catalogue.filter(
    (item) => !other(item) && `${item.label} ${item.also} ${item.group}`.toLowerCase().includes(words),
  );
  const rank = (item) => {
    const label = item.label.toLowerCase();
    if (label.startsWith(words)) return 0;
    return label.includes(words) ? 1 : 2;
  };
  hits.sort((left, right) => rank(left) - rank(right));
  return [...hits.slice(0, 7), ...(free ? [free] : [])];
}

function list() {
  const hits = matches(finder.value);
  found.replaceChildren(...hits.map(line));
  found.hidden = !hits.length;
  finder.setAttribute("aria-expanded", String(Boolean(hits.length)));
  pick(hits.length ? 0 : -1);
}

function line(item, place) {
  const row = document.createElement("li");
  row.id = `found_${place}`;
  row.setAttribute("role", "option");
  row.dataset.key = item.key;
  const words = document.createElement("span");
  if (item.star) words.append(icon("red-flag"), " ");
  words.append(item.label);
  const group = document.createElement("span");
  group.className = "note";
  group.textContent = item.group;
  row.append(words, group);
  row.addEventListener("mousedown", (event) => {
    event.preventDefault();
    add(item.key);
  });
  return row;
}

function pick(place) {
  const rows = [...found.children];
  picked = rows.length ? (place + rows.length) % rows.length : -1;
  rows.forEach((row, number) => row.setAttribute("aria-selected", String(number === picked)));
  if (picked >= 0) finder.setAttribute("aria-activedescendant", rows[picked].id);
  else finder.removeAttribute("aria-activedescendant");
}

function close() {
  found.hidden = true;
  finder.setAttribute("aria-expanded", "false");
  pick(-1);
}

finder.addEventListener("input", list);
finder.addEventListener("blur", close);
finder.addEventListener("keydown", (event) => {
  const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
  if (step && !found.hidden) {
    event.preventDefault();
    pick(picked + step);
  } else if (event.key === "ArrowUp") {
    event.preventDefault();
    stop(stops().at(-1))?.focus();
  } else if (event.key === "Enter") {
    event.preventDefault();
    if (picked >= 0) add(found.children[picked].dataset.key);
  } else if (event.key === "Escape" && !found.hidden) {
    event.preventDefault();
    event.stopPropagation();
    close();
  }
});

/** The row of this symptom, made present: finding it under "also present?" is the answer. */
function add(key) {
  const item = catalogue.find((one_) => one_.key === key);
  let row = document.getElementById(`row-${key}`);
  if (!row) {
    row = made(item);
    document.getElementById("rows").append(row);
    const listed = document.getElementById("listed");
    listed.value = `${listed.value} ${key}`.trim();
  }
  finder.value = "";
  close();
  choose(row, "present");
  if (item.star) toConfirm(row);
  else if (key.startsWith("other_")) row.querySelector("[id$='-words']").focus();
  else row.querySelector(":scope > .segments input:checked").focus();
}

function made(item) {
  const template = document.getElementById("row-template");
  const copy = document.createElement("template");
  copy.innerHTML = template.innerHTML.replaceAll("__key__", item.key);
  const row = copy.content.firstElementChild;
  row.dataset.shape = item.shape;
  row.querySelector(".label").textContent = item.label;
  for (const named of row.querySelectorAll("[aria-label]")) {
    named.setAttribute("aria-label", named.getAttribute("aria-label").replace("__label__", item.label));
  }
  const keep = { severity: item.shape === "severity", event: item.shape === "event" };
  keep.star = Boolean(item.star);
  keep.other = item.key.startsWith("other_");
  for (const part of row.querySelectorAll("[data-for]")) {
    if (!keep[part.dataset.for]) part.remove();
  }
  if (item.star) {
    const present = row.querySelector(":scope > .segments [value='present']");
    present.dataset.star = item.star;
    present.nextElementSibling.classList.add("is-red");
  }
  const note = row.querySelector(`label[for="s-${item.key}-note"]`);
  if (note) note.textContent = item.note;
  for (const words of row.querySelectorAll("[data-what]")) words.textContent = item.label;
  return row;
}

// ---- keys ----------------------------------------------------------------------------------

const TYPING = "input[type='text'], textarea, select";
const SAFETY = { n: "no", y: "yes", r: "declined", u: "not-asked" };
const SUICIDE = { 1: "none", 2: "wish", 3: "thoughts", 4: "plan", 5: "attempt", 6: "declined" };
const SYMPTOM = { p: "present", 0: "none", x: "", r: "declined" };
const SEVERITY = { 1: "mild", 2: "moderate", 3: "severe" };
const INTERFERENCE = { a: "0", s: "1", d: "2", f: "3" };

function choose(row, value) {
  const radio = row.querySelector(`:scope > .segments input[value="${value}"]`);
  if (!radio || radio.disabled) return null;
  if (!radio.checked) {
    radio.checked = true;
    radio.dispatchEvent(new Event("change", { bubbles: true }));
  }
  radio.focus();
  return radio;
}

function chooseIn(row, name, value) {
  const radio = row.querySelector(`input[name="s-${row.dataset.symptom}-${name}"][value="${value}"]`);
  if (!radio) return;
  radio.checked = true;
  radio.dispatchEvent(new Event("change", { bubbles: true }));
}

function stops() {
  return all("[data-safety-question], #rows [data-symptom]");
}

function stop(row) {
  return row && (chosen(row) ?? row.querySelector(":scope > .segments input"));
}

/** Where the keyboard goes after an answer: the next question without one, then the rows. */
function next(row) {
  const rows = stops();
  const after = rows.slice(rows.indexOf(row) + 1);
  const open = after.find((one_) => one_.matches("[data-safety-question]") && !chosen(one_));
  const question = all("[data-safety-question]").find((one_) => !chosen(one_));
  if (row.matches("[data-safety-question]")) return stop(open ?? question ?? one("#rows [data-symptom]")) ?? finder;
  return stop(after[0]) ?? finder;
}

/** To the row above or below; below the last row the search, to add another. */
function move(row, step) {
  const rows = stops();
  const other = rows[rows.indexOf(row) + step];
  if (!other && step > 0) finder.focus();
  stop(other)?.focus();
  other?.scrollIntoView({ block: "nearest" });
}

function onSafety(row, key) {
  const value = (row.dataset.safetyQuestion === "suicide" ? { ...SUICIDE, r: "declined", u: "not-asked", n: "none" } : SAFETY)[key];
  if (value === undefined) return false;
  const radio = choose(row, value);
  if (!radio) return true;
  if (radio.matches("[data-star]")) toConfirm(row);
  else if (value === "not-asked") row.querySelector("[id$='-why']")?.focus();
  else next(row)?.focus();
  return true;
}

function onSymptom(row, key) {
  if (key in SYMPTOM) {
    const radio = choose(row, SYMPTOM[key]);
    if (radio?.matches("[data-star]")) toConfirm(row);
    else if (SYMPTOM[key] !== "present") next(row)?.focus();
    return true;
  }
  const present = chosen(row)?.value === "present";
  if (present && key in SEVERITY) chooseIn(row, "severity", SEVERITY[key]);
  else if (present && key in INTERFERENCE) chooseIn(row, "interference", INTERFERENCE[key]);
  else return false;
  return true;
}

form.addEventListener("keydown", (event) => {
  if (event.ctrlKey || event.metaKey || event.altKey) return;
  if (event.target.closest(TYPING)) return;
  const row = rowOf(event.target);
  if (!row) return;
  const step = { ArrowDown: 1, ArrowUp: -1, Enter: event.target.type === "radio" ? 1 : 0 }[event.key];
  if (step) {
    // Up, down and Enter go from row to row; they never change an answer on the way.
    event.preventDefault();
    const waits = row.querySelector("[data-confirm]:not([hidden])") && one("[data-star]:checked", row);
    if (event.key === "Enter" && waits) toConfirm(row);
    else move(row, step);
    return;
  }
  if (!singleKeys || event.key.length !== 1) return;
  const key = event.key.toLowerCase();
  const done = row.matches("[data-safety-question]")
    ? onSafety(row, key)
    : row.matches("[data-symptom]") && onSymptom(row, key);
  if (done) event.preventDefault();
});

// With no field in hand, a key answers the first question that has no answer.
document.addEventListener("keydown", (event) => {
  if (!singleKeys || event.defaultPrevented || event.ctrlKey || event.metaKey || event.altKey) return;
  if (event.target !== document.body && event.target.id !== "content") return;
  const row = all("[data-safety-question]").find((one_) => !chosen(one_));
  if (row && onSafety(row, event.key.toLowerCase())) event.preventDefault();
}, true);

// ---- at first ------------------------------------------------------------------------------

count();
showProtocol();
for (const row of all("[data-confirm]").map(rowOf)) showRaised(row);
if (singleKeys && !document.getElementById("error-summary") && !window.location.hash) {
  stop(all("[data-safety-question]").find((row) => !chosen(row)))?.focus({ preventScroll: true });
}
