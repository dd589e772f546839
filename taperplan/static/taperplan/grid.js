// The editor of a plan. What is typed is kept a moment after it is typed; every word that is
// computed comes back from the server, and no key waits for it. Without this script the same
// form works by its buttons.

const form = document.querySelector("[data-editor]");
const one = (selector, within = form) => within.querySelector(selector);
const all = (selector, within = form) => [...within.querySelectorAll(selector)];

const WAIT_MS = 500;
const RETRY_MS = 5000;

document.documentElement.classList.add("has-script");

const BOX = ".dose-cell, .reason";
const BY_DATE = "by-date";

// Which drug is drawn: "" for all, a drug's key, or all of them merged by date.
let shown = "";

// ---- saving --------------------------------------------------------------------------------

let timer = 0;
let saving = false;
let dirty = false;
let stale = false;
let waiting = null;

function icon(name) {
  const svg = document.createElementNS("http://www.w3.org/2000/svg", "svg");
  svg.setAttribute("class", "icon");
  svg.setAttribute("aria-hidden", "true");
  const use = document.createElementNS("http://www.w3.org/2000/svg", "use");
  use.setAttribute("href", `#i-${name}`);
  svg.append(use);
  return svg;
}

function say(state, clock = "") {
  const word = one("#autosave");
  const text = document.createElement("span");
  text.textContent = `${word.dataset[state]} ${clock}`.trim();
  word.classList.toggle("failed", state === "failed");
  word.replaceChildren(...(state === "saved" ? [icon("tick")] : []), text);
}

function changed(soon = WAIT_MS) {
  dirty = true;
  window.clearTimeout(timer);
  timer = window.setTimeout(save, soon);
}

function body() {
  const fields = new URLSearchParams();
  for (const [name, value] of new FormData(form)) {
    if (name !== "sure" && !name.startsWith("new_clock.")) fields.append(name, value);
  }
  fields.set("csrfmiddlewaretoken", token());
  fields.set("layout", form.dataset.layout);
  fields.set("found", form.dataset.found);
  if (shown === BY_DATE) fields.set("view", BY_DATE);
  return fields;
}

function token() {
  return document.querySelector("#csrf")?.content ?? one("[name=csrfmiddlewaretoken]").value;
}

async function save() {
  if (saving || stale || !dirty) return;
  saving = true;
  dirty = false;
  say("saving");
  // Until the answer is read the page holds the old revision: nothing else is sent before that.
  const kept = await send();
  saving = false;
  if (waiting) waiting();
  else if (kept && dirty) changed();
}

async function send() {
  let answer;
  try {
    answer = await fetch(form.action, {
      method: "POST",
      body: body(),
      headers: asked(),
      credentials: "same-origin",
      redirect: "error",
    });
  } catch {
    answer = null;
  }
  const endsIn = answer?.headers.get("Session-Ends-In");
  if (endsIn) document.dispatchEvent(new CustomEvent("taperplan:answer", { detail: endsIn }));
  if (answer?.status === 401) document.body.dispatchEvent(new Event("session-over"));
  if (answer?.status === 403) await signedInElsewhere();
  if (answer?.status === 409) {
    conflict((await answer.json()).sentence);
    return false;
  }
  if (!answer?.ok || !answer.headers.get("Content-Type")?.includes("json")) {
    say("failed");
    changed(RETRY_MS);
    return false;
  }
  show(await answer.json());
  document.dispatchEvent(new CustomEvent("taperplan:request"));
  return true;
}

/** Marked as a script's, so that a session that is over answers so, not with a page. */
function asked() {
  return { Accept: "application/json", "HX-Request": "true", "X-CSRFToken": token() };
}

/** Signing in again in another tab changes the form's token: the same person goes on with it. */
async function signedInElsewhere() {
  try {
    const answer = await fetch(document.body.dataset.session, {
      headers: { Accept: "application/json" },
      credentials: "same-origin",
      redirect: "error",
    });
    const told = await answer.json();
    if (answer.ok && told.user === document.body.dataset.user) {
      document.querySelector("#csrf").content = told.token;
      one("[name=csrfmiddlewaretoken]").value = told.token;
    }
  } catch {
    // It is tried again with the next saving.
  }
}

/** Somebody else saved first: nothing is sent again until both documents are compared. */
function conflict(sentence) {
  stale = true;
  const word = one("#autosave");
  word.classList.add("failed");
  const text = document.createElement("span");
  text.textContent = sentence;
  const compare = document.createElement("button");
  compare.className = "link-button";
  compare.name = "act";
  compare.value = "save";
  compare.textContent = form.dataset.compare;
  word.replaceChildren(icon("warning"), text, compare);
}

window.addEventListener("pagehide", () => {
  if (!dirty || stale) return;
  fetch(form.action, {
    method: "POST",
    body: body(),
    headers: asked(),
    credentials: "same-origin",
    keepalive: true,
  }).catch(() => {});
});

form.addEventListener("submit", (event) => {
  window.clearTimeout(timer);
  dirty = false;
  if (!saving) return;
  // What is on its way changes the revision: this goes when its answer is here.
  event.preventDefault();
  const act = event.submitter?.value;
  waiting = () => {
    waiting = null;
    if (act) submit(act);
    else form.requestSubmit();
  };
});

// ---- what comes back -------------------------------------------------------------------------

// By product, then by what is typed: the second line of the cell, and the quantity in full.
let reads = {};

function show(answer) {
  one("[name=revision]").value = answer.revision;
  form.dataset.found = answer.found;
  reads = answer.reads;
  say("saved", answer.saved);
  showQuantities(answer.cells);
  for (const [key, words] of Object.entries(answer.steps)) showStep(key, words, answer.cells);
  for (const [key, words] of Object.entries(answer.products)) {
    put(one(`[data-summary="${CSS.escape(key)}"]`), words);
  }
  if (answer.html.findings !== undefined) showPart("findings", answer.html.findings);
  showPart("waits", answer.html.waits);
  showPart("supply", answer.html.supply);
  if (answer.html[BY_DATE] !== undefined) showPart(BY_DATE, answer.html[BY_DATE]);
  put(document.querySelector("#bottom-waits"), one("#sign_waits")?.textContent ?? "");
  for (const sentence of answer.told) toast(sentence);
  readBack(document.activeElement);
  redraw(answer);
}

function put(place, words) {
  if (place && place.textContent !== words) place.textContent = words;
}

const bare = (text) => text.replace(/^ +| +$/g, "");
const heads = () => all("[data-column]").map((head) => head.dataset);
const columnOf = (input) => Number(/\.c(\d+)$/.exec(input.name)?.[1] ?? -1);

/** What was typed is no name of an object: it is looked up among the answer's own. */
function readAs(column, typed) {
  const words = reads[column?.product];
  return words && Object.hasOwn(words, typed) ? Object.getOwnPropertyDescriptor(words, typed).value : undefined;
}

/** What each quantity reads as. What was typed since the answer left keeps its old words. */
function showQuantities(marked) {
  const columns = heads();
  for (const input of all(".dose-td input")) {
    const [state, why] = marked[input.name] ?? ["", ""];
    const typed = bare(input.value);
    const said = readAs(columns[columnOf(input)], typed)?.[0];
    const words = state === "refused" ? why : typed === "" ? form.dataset.notTyped : said;
    if (words !== undefined) put(input.nextElementSibling, words);
    showState(input, state);
  }
}

function showState(input, state) {
  const box = input.closest(BOX);
  if (!box) return;
  for (const word of ["finding", "refused"]) box.classList.toggle(word, word === state);
  if (state === "refused") input.setAttribute("aria-invalid", "true");
  else input.removeAttribute("aria-invalid");
  let mark = one(".cell-mark", box);
  const drawn = { finding: "warning", refused: "red-flag" }[state];
  if (!mark && !drawn) return;
  if (!mark) {
    mark = document.createElement("span");
    mark.className = "cell-mark";
    box.append(mark);
  }
  mark.replaceChildren(...(drawn ? [icon(drawn)] : []));
}

/** A date, a length or the days of a pattern: its second line, and the computed text in it. */
function showCell(input, read, out, [state, why] = ["", ""]) {
  if (!input) return;
  const box = input.closest(BOX);
  put(one(".read", box), state === "refused" ? why : read);
  showState(input, state);
  const output = one(".out", box);
  if (!output) return;
  put(output, out);
  // What was typed since the answer left is the person's; nothing computed covers it.
  const free = input.value === "" || input.value === form.dataset.chained;
  box.classList.toggle("has-out", out !== "" && free);
}

function showTotal(cell, [words, way, complete]) {
  if (!cell) return;
  put(one("[data-words]", cell), words);
  one("[data-words]", cell).classList.toggle("incomplete", !complete);
  const place = one("[data-way]", cell);
  if (place.dataset.way === way) return;
  place.dataset.way = way;
  const sample = document.querySelector(`#ways [data-word="${CSS.escape(way)}"]`);
  place.replaceChildren(...[...(sample?.children ?? [])].map((child) => child.cloneNode(true)));
}

function showStep(key, [dates, totals, why, range, findings, daysOf, ons], marked) {
  const step = document.getElementById(`step-${key}`);
  if (!step) return;
  ["first_day", "days", "last_day"].forEach((part, at) => {
    showCell(field(step, key, part), ...dates[at], marked[`steps.${key}.${part}`]);
  });
  for (const part of ["rhythm", "cycle_days"]) {
    const input = field(step, key, part);
    if (input) showCell(input, "", "", marked[input.name]);
  }
  ons.forEach((read, at) => {
    const input = field(step, key, `${at}.on`);
    if (input) showCell(input, read, "", marked[input.name]);
  });
  const computed = all(".computed", step);
  totals.forEach((total, at) => showTotal(computed[at], total));
  const ways = all("[data-card-way]", step);
  totals.forEach((total, at) => put(ways[at], document.querySelector(`#ways [data-word="${total[1]}"]`)?.textContent.trim() ?? ""));
  showReason(step, key, why, marked);
  showDaysOf(step, daysOf);
  put(one("[data-dates]", step), range);
  put(one("[data-count]", step), String(findings));
  one("[data-findings]", step).hidden = findings === 0;
}

function showReason(step, key, why, marked) {
  if (why !== "") drawn(step, ".reason-row", "#new-reason");
  const row = one(".reason-row", step);
  if (!row) return;
  if (!row.contains(document.activeElement)) row.hidden = why === "";
  if (why) put(one("[data-why]", row), why);
  const input = field(step, key, "reason");
  put(one(".read", row), input.value ? "" : form.dataset.notTyped);
  showState(input, (marked[input.name] ?? [""])[0]);
}

function showDaysOf(step, words) {
  if (words !== "") drawn(step, ".days-row", "#new-days-of");
  const row = one(".days-row", step);
  if (!row) return;
  row.hidden = words === "";
  put(one("[data-days-of]", row), words);
}

/** A row of a step that is drawn when it is first needed; nothing was typed in it. */
function drawn(step, selector, sample) {
  const there = one(selector, step);
  if (there) return there;
  const made = document.createElement("template");
  made.innerHTML = one(sample).innerHTML.replaceAll("__key__", step.dataset.step);
  const row = made.content.querySelector(selector);
  one("td + td", row).colSpan = Number(one(sample).dataset.span);
  const last = one(".more-row", step);
  if (last) last.before(row);
  else step.append(row);
  for (const input of all("[aria-label]", row)) {
    const label = input.getAttribute("aria-label");
    const was = numbered(form.dataset.stepSays, 0);
    if (label.startsWith(was)) {
      input.setAttribute("aria-label", numbered(form.dataset.stepSays, step.dataset.n, label.slice(was.length)));
    }
  }
  return row;
}

/** The days of a cycle, in a step that had none until its pattern was chosen. */
function patterned(step) {
  const cell = one(".pattern-cell", step);
  if (one(".pattern-more", cell)) return;
  const made = document.createElement("template");
  made.innerHTML = one("#new-step").innerHTML.replaceAll("__key__", step.dataset.step);
  cell.append(made.content.querySelector(".pattern-more"));
  step.dataset.n = "0";
  renumber();
}

/** A part of the page from the server; where the keyboard is in it, that row stays as it is. */
function showPart(id, html) {
  const place = document.getElementById(id);
  const made = document.createElement("template");
  made.innerHTML = html;
  const here = place.contains(document.activeElement) ? document.activeElement : null;
  const row = here?.closest(".finding-row");
  if (here && !row) return;
  const fresh = row && made.content.getElementById(row.id);
  if (fresh) fresh.replaceWith(row);
  else if (row) return;
  const id_ = here?.id;
  place.replaceChildren(made.content);
  if (id_ && document.activeElement !== here) document.getElementById(id_)?.focus();
}

/** Other columns: the table comes anew, unless the keyboard is in it or more was typed. */
function redraw(answer) {
  const old = one("#grid");
  if (dirty || !answer.html.grid || old?.contains(document.activeElement)) return;
  const made = document.createElement("template");
  made.innerHTML = answer.html.grid;
  (old ?? one(".empty"))?.replaceWith(made.content);
  form.dataset.layout = answer.layout;
  prepare();
}

// ---- toasts ----------------------------------------------------------------------------------

function toast(words, undo) {
  const place = document.querySelector("#toasts");
  const box = document.createElement("div");
  box.className = "toast fade-in";
  const text = document.createElement("p");
  text.textContent = words;
  box.append(icon("tick"), text);
  if (undo) box.append(button(form.dataset.undo, () => (box.remove(), undo())));
  const close = button("", () => box.remove());
  close.setAttribute("aria-label", form.dataset.close);
  close.append(icon("cross"));
  box.append(close);
  place.append(box);
  window.setTimeout(() => box.matches(":hover, :focus-within") || box.remove(), 20_000);
}

function button(words, act) {
  const made = document.createElement("button");
  made.type = "button";
  made.textContent = words;
  made.addEventListener("click", act);
  return made;
}

// ---- steps -------------------------------------------------------------------------------------

const steps = () => all("[data-grid] > tbody.step");
const stepOf = (element) => element?.closest?.("tbody.step") ?? null;
const numbered = (pattern, number, label = "") =>
  pattern.replace("{n}", String(number)).replace("{label}", label);

function renumber() {
  steps().forEach((step, at) => {
    const number = at + 1;
    put(one("[data-number]", step), String(number));
    put(one("[data-word=step]", step), numbered(form.dataset.stepWord, number));
    one(".step-menu > summary", step).setAttribute(
      "aria-label",
      numbered(form.dataset.stepMore, number),
    );
    if (step.dataset.n === String(number)) return;
    const was = numbered(form.dataset.stepSays, step.dataset.n);
    for (const input of all(`[aria-label^="${CSS.escape(was)}"]`, step)) {
      const label = input.getAttribute("aria-label").slice(was.length);
      input.setAttribute("aria-label", numbered(form.dataset.stepSays, number, label));
    }
    step.dataset.n = String(number);
  });
}

function newKey() {
  const used = new Set(steps().map((step) => step.dataset.step));
  let number = used.size + 1;
  while (used.has(`s${number}`)) number += 1;
  return `s${number}`;
}

function blankStep() {
  const key = newKey();
  const made = document.createElement("template");
  made.innerHTML = one("#new-step").innerHTML.replaceAll("__key__", key);
  return made.content.querySelector("tbody");
}

function insert(step, above) {
  if (above) above.after(step);
  else one("[data-grid]").append(step);
  if (shown) showDrug(shown);
  renumber();
  openCard(step);
  changed();
}

function add(above) {
  const step = blankStep();
  insert(step, above);
  undoable(() => remove(step, { quiet: true }));
  focusCell(one("input[id$='.first_day']", step));
}

/** A row with the drug, times of day and pattern of `from`; quantities, dates and texts blank. */
function copyBelow(from, chained) {
  if (!from) return;
  const step = blankStep();
  const key = step.dataset.step;
  const rows = all("[data-group]", from);
  const head = all("[data-group]", step)[0];
  if (rows.length > 1) {
    // More than one row of days: the server draws it.
    submit(`copy-step:${from.dataset.step}`);
    return;
  }
  for (const part of ["rhythm", "cycle_days"]) {
    field(step, key, part).value = field(from, from.dataset.step, part)?.value ?? "";
  }
  one("[name$='.0.on']", head).value = one("[name$='.0.on']", rows[0])?.value ?? "";
  step.classList.toggle("daily", from.classList.contains("daily"));
  // The pattern is copied: Tab passes over it, the arrows reach it.
  field(step, key, "rhythm").tabIndex = -1;
  const follows = chained || field(from, from.dataset.step, "first_day").value === form.dataset.chained;
  if (follows) field(step, key, "first_day").value = form.dataset.chained;
  insert(step, from);
  undoable(() => remove(step, { quiet: true }));
  focusCell(field(step, key, follows ? "days" : "first_day"));
}

const field = (step, key, part) => one(`[name="steps.${CSS.escape(key)}.${part}"]`, step);

function remove(step, { quiet = false } = {}) {
  if (!step) return;
  const at = steps().indexOf(step);
  const next = step.nextElementSibling ?? step.previousElementSibling;
  const below = step.nextElementSibling;
  const table = step.parentElement;
  step.remove();
  renumber();
  changed();
  const back = () => {
    if (below?.isConnected) below.before(step);
    else table.append(step);
    renumber();
    changed();
    focusCell(one("input[id$='.first_day']", step));
  };
  if (!quiet) {
    undoable(back);
    toast(numbered(form.dataset.removed, at + 1), undo);
  }
  if (next?.matches?.("tbody")) focusCell(one("input[id$='.first_day']", next));
  else document.getElementById("add-step").focus();
}

function shift(step, by) {
  const list = steps();
  const other = list[list.indexOf(step) + by];
  if (!other) return;
  const here = document.activeElement;
  if (by < 0) other.before(step);
  else other.after(step);
  renumber();
  changed();
  here?.focus?.();
  undoable(() => shift(step, -by), { once: true });
}

// ---- undo ----------------------------------------------------------------------------------------

const done = [];
let undoing = false;

function undoable(back) {
  if (!undoing) done.push(back);
}

function undo() {
  const back = done.pop();
  if (!back) return;
  undoing = true;
  back();
  undoing = false;
}

let before = null;

function remember(input) {
  before = { input, value: input.value };
}

/** What was in a cell before the keyboard came to it, once it has left with something else. */
function settle() {
  if (!before || before.input.value === before.value) return;
  const { input, value } = before;
  undoable(() => {
    input.value = value;
    input.dispatchEvent(new Event("input", { bubbles: true }));
    focusCell(input);
  });
}

// ---- cells and keys --------------------------------------------------------------------------------

const CELLS = ".cells-row input:not([type=hidden]), .cells-row select, .reason-row:not([hidden]) input";

function focusCell(input) {
  if (!input) return;
  openCard(stepOf(input));
  input.focus();
  if (input.select) input.select();
}

function rowsOf() {
  return all("[data-grid] > tbody.step > tr").filter((row) => !row.hidden && !row.parentElement.hidden);
}

function below(input, by) {
  const name = input.name.replace(/^steps\.[^.]+\./, "");
  const rows = rowsOf().filter((row) => row.matches(".cells-row"));
  const here = rows.indexOf(input.closest("tr"));
  const at = here < 0 ? rows.indexOf(one(".cells-row", stepOf(input))) : here;
  for (let next = at + by; rows[next]; next += by) {
    const key = stepOf(rows[next]).dataset.step;
    const group = rows[next].dataset.group;
    const tail = name.replace(/^\d+\./, `${group}.`);
    const cell = one(`[name="steps.${CSS.escape(key)}.${tail}"]`, rows[next]);
    if (cell) {
      focusCell(cell);
      return true;
    }
  }
  return false;
}

function beside(input, by) {
  const cells = all(CELLS, stepOf(input)).filter((cell) => cell.offsetParent !== null);
  const next = cells[cells.indexOf(input) + by];
  if (next) focusCell(next);
  return Boolean(next);
}

function atEdge(input, by) {
  if (input.tagName === "SELECT") return true;
  const { selectionStart: start, selectionEnd: end, value } = input;
  if (start === 0 && end === value.length) return true;
  return start === end && (by < 0 ? start === 0 : end === value.length);
}

const KEYS = {
  Enter: (input) => below(input, 1) || append(),
  ArrowDown: (input) => input.tagName === "INPUT" && below(input, 1),
  ArrowUp: (input) => input.tagName === "INPUT" && below(input, -1),
  ArrowRight: (input) => atEdge(input, 1) && beside(input, 1),
  ArrowLeft: (input) => atEdge(input, -1) && beside(input, -1),
};

const append = () => (document.getElementById("add-step").focus(), true);

function command(event, step) {
  const key = event.key.toLowerCase();
  if (key === "d" && !event.altKey) return () => copyBelow(step, event.shiftKey);
  if (event.shiftKey || event.altKey) return null;
  if (key === "enter") return () => add(step);
  if (key === "backspace") return () => remove(step);
  if (key === "z" && !(before && before.input === event.target && before.input.value !== before.value)) {
    return undo;
  }
  return null;
}

/** To the next thing that signing waits for, in the order of the list. */
function nextOpen() {
  const links = all("#findings .finding-row:not(.accepted) a[data-goes-to]");
  const ids = links.map((link) => link.hash.slice(1));
  const here = document.activeElement;
  const at = ids.findIndex((id) => id === here?.id || (here?.name && id.startsWith(here.name)));
  links[(at + 1) % links.length]?.click();
}

form.addEventListener("keydown", (event) => {
  if (event.key === "F8") {
    event.preventDefault();
    nextOpen();
    return;
  }
  const inGrid = event.target.closest("[data-grid]");
  const step = stepOf(event.target);
  if ((event.ctrlKey || event.metaKey) && (inGrid || event.key.toLowerCase() === "z")) {
    if (!inGrid && event.target.matches("input, textarea")) return;
    const act = command(event, step ?? steps().at(-1));
    if (act) {
      event.preventDefault();
      event.stopPropagation();
      act();
    }
    return;
  }
  if (event.altKey && step && (event.key === "ArrowUp" || event.key === "ArrowDown")) {
    event.preventDefault();
    shift(step, event.key === "ArrowUp" ? -1 : 1);
    return;
  }
  if (event.altKey || event.shiftKey || event.isComposing) return;
  const input = event.target;
  if (step && input.matches(CELLS)) {
    if (KEYS[event.key]?.(input)) event.preventDefault();
    else if (event.key === "Enter") event.preventDefault();
    return;
  }
  // Enter in a field outside the grid saves and stays; it presses no button by accident.
  if (event.key === "Enter" && input.matches("input:not([type=checkbox], [type=radio])")) {
    event.preventDefault();
    const accept = input.closest(".accept, .menu-line")?.querySelector("button");
    if (accept) accept.click();
    else changed(0);
  }
});

form.addEventListener("focusin", (event) => {
  settle();
  before = null;
  const input = event.target;
  if (input.matches("[data-grid] input:not([type=hidden])")) {
    remember(input);
    if (!before.picked) input.select();
  }
  readBack(input);
});

// ---- a block pasted from a spreadsheet ------------------------------------------------------------

const IN_ORDER = ".date-cell input, .days-cell input, [data-rhythm], .dose-td input";

/** Cells between tabs, rows between line ends; a cell in quotes may hold both. */
function block(text) {
  const rows = [[""]];
  let quoted = false;
  const put_ = (letter) => (rows.at(-1)[rows.at(-1).length - 1] += letter);
  for (let at = 0; at < text.length; at += 1) {
    const letter = text[at];
    const row = rows.at(-1);
    if (quoted && letter === '"' && text[at + 1] === '"') put_(text[(at += 1)]);
    else if (letter === '"' && (quoted || row.at(-1) === "")) quoted = !quoted;
    else if (quoted) put_(letter);
    else if (letter === "\t") row.push("");
    else if (letter === "\n") rows.push([""]);
    else put_(letter);
  }
  if (rows.length > 1 && rows.at(-1).join("") === "") rows.pop();
  return rows;
}

/** Each cell lands as it is, from this one to the right and down; steps are added where needed. */
function paste(input, rows) {
  const before_ = [];
  const unread = [];
  const added = [];
  let row = input.closest(".cells-row");
  const first = all(IN_ORDER, row).indexOf(input);
  const left = stepOf(input);
  rows.forEach((texts, at) => {
    if (at) row = rowBelow(row) ?? addedRow(added);
    const cells = all(IN_ORDER, row);
    // A row of a second group of days has no dates: its cells stand from the pattern on.
    const skipped = cells.length < all(IN_ORDER, one(".cells-row", left)).length && at ? 4 : 0;
    texts.forEach((text, to) => {
      const cell = cells[first + to - skipped];
      if (!cell) {
        if (text.trim() !== "") unread.push(text);
        return;
      }
      before_.push([cell, cell.value]);
      if (!land(cell, text)) unread.push(text);
    });
  });
  before = null;
  undoable(() => {
    for (const [cell, value] of before_) changeTo(cell, value);
    for (const step of added) remove(step, { quiet: true });
    focusCell(input);
  });
  if (unread.length) toast(form.dataset.unread.replace("{texts}", unread.slice(0, 6).join(", ")), undo);
  changed(0);
  readBack(input);
}

function rowBelow(row) {
  const rows = rowsOf().filter((other) => other.matches(".cells-row"));
  return rows[rows.indexOf(row) + 1];
}

function addedRow(added) {
  const step = blankStep();
  insert(step, steps().at(-1));
  added.push(step);
  return one(".cells-row", step);
}

function land(cell, text) {
  if (!cell.matches("select")) return changeTo(cell, text.replace(/\s+/g, " "));
  if (text.trim() === "") return true;
  const wanted = text.trim().toLowerCase();
  const option = [...cell.options].find((other) => other.text.trim().toLowerCase() === wanted);
  return option ? changeTo(cell, option.value) : false;
}

function changeTo(cell, value) {
  cell.value = value;
  cell.dispatchEvent(new Event("input", { bubbles: true }));
  return true;
}

form.addEventListener("paste", (event) => {
  const input = event.target;
  if (!input.matches?.(IN_ORDER) || !stepOf(input)) return;
  const rows = block((event.clipboardData?.getData("text/plain") ?? "").replaceAll("\r", ""));
  // One cell goes in as text, where the keyboard is.
  if (rows.length < 2 && rows[0].length < 2) return;
  event.preventDefault();
  paste(input, rows);
});

/** Of length and last day one is typed; Tab passes over the other, which is computed. */
function passOver(input) {
  const step = stepOf(input);
  const other = input.name.endsWith(".days") ? "last_day" : "days";
  const twin = field(step, step.dataset.step, other);
  if (!twin.value) twin.tabIndex = input.value ? -1 : 0;
}

function readBack(input) {
  const place = one("#read-back");
  if (place) put(place, input?.matches?.(".dose-td input") ? sentence(input) : "");
}

/** "Step 2, bedtime, clonazepam: typed 1/2 reads half a tablet of 0.5 mg (0.25 mg)." */
function sentence(input) {
  const column = heads()[columnOf(input)];
  const typed = bare(input.value);
  const number = numbered(form.dataset.stepWord, stepOf(input).dataset.n);
  const place = `${number}, ${column?.place ?? ""}`;
  if (input.getAttribute("aria-invalid")) return `${place}: ${input.nextElementSibling.textContent}`;
  if (typed === "") return form.dataset.placeBlank.replace("{place}", place);
  const words = readAs(column, typed)?.[1];
  if (words === undefined) return "";
  const said = { place, typed, words };
  return form.dataset.placeReads.replace(/{(\w+)}/g, (_all, name) => said[name]);
}

form.addEventListener("input", (event) => {
  const input = event.target;
  const box = input.closest(BOX);
  if (box) box.classList.remove("has-out");
  if (stepOf(input) && /\.(days|last_day)$/.test(input.name)) passOver(input);
  if (input.matches("[data-rhythm]")) {
    stepOf(input).classList.toggle("daily", input.value === "daily");
    if (input.value !== "daily") patterned(stepOf(input));
  }
  if (!input.name.startsWith("new_clock.")) changed();
});
form.addEventListener("focusout", () => dirty && changed(0));

// ---- buttons -----------------------------------------------------------------------------------------

const ACTS = {
  copy: (step) => copyBelow(step, false),
  chain: (step) => mark(step, "first_day", form.dataset.chained),
  "no-end": (step) => mark(step, "last_day", form.dataset.open),
  insert: (step) => add(step),
  append: () => add(steps().at(-1)),
  up: (step) => shift(step, -1),
  down: (step) => shift(step, 1),
  remove: (step) => remove(step),
  more: (step) => {
    const more = one("details.more", drawn(step, ".more-row", "#new-step"));
    more.open = true;
    one("select, input, textarea", more).focus();
  },
  open: (step) => openCard(step, true),
};

function mark(step, part, word) {
  const input = field(step, step.dataset.step, part);
  const was = input.value;
  input.value = word;
  input.dispatchEvent(new Event("input", { bubbles: true }));
  undoable(() => {
    input.value = was;
    input.dispatchEvent(new Event("input", { bubbles: true }));
  });
  changed(0);
}

// One menu is drawn for all steps: below the number that is pressed.
form.addEventListener(
  "toggle",
  (event) => {
    if (!event.target.matches(".step-menu")) return;
    one(".menu", event.target)?.remove();
    if (event.target.open) event.target.append(one("#step-menu").content.cloneNode(true));
  },
  true,
);

form.addEventListener("click", (event) => {
  const pressed = event.target.closest("[data-act]");
  const act = pressed && ACTS[pressed.dataset.act];
  if (!act) return;
  event.preventDefault();
  const menu = pressed.closest("details[data-menu]");
  if (menu) menu.open = false;
  act(stepOf(pressed));
});

function submit(act) {
  const press = document.createElement("button");
  press.name = "act";
  press.value = act;
  press.hidden = true;
  form.append(press);
  form.requestSubmit(press);
}

/** On a phone one step is open as a form; elsewhere this changes nothing. */
function openCard(step, toggle = false) {
  if (!step) return;
  const open = toggle && step.classList.contains("is-open") ? null : step;
  for (const other of steps()) {
    other.classList.toggle("is-open", other === open);
    one(".card-open", other).setAttribute("aria-expanded", String(other === open));
  }
}

form.addEventListener("focusin", (event) => {
  const step = stepOf(event.target);
  if (step && !event.target.closest(".card-line") && !step.classList.contains("is-open")) {
    openCard(step);
  }
});

// "Go to cell": the step is opened, the keyboard is put into the cell.
form.addEventListener("click", (event) => {
  const link = event.target.closest("a[data-goes-to]");
  const place = link && document.getElementById(link.hash.slice(1));
  if (!place) return;
  event.preventDefault();
  event.stopPropagation();
  for (let box = place.closest("details"); box; box = box.parentElement.closest("details")) {
    if (!box.matches("[data-menu]")) box.open = true;
  }
  if (place.matches("summary")) place.parentElement.open = true;
  if (shown && place.closest("#grid")) showDrug("");
  openCard(stepOf(place));
  place.focus();
  place.scrollIntoView({ block: "center" });
});

// ---- one drug at a time ---------------------------------------------------------------------------

/** Only what belongs to one drug is drawn; everything stays in the form, and is sent. Merged by
 * date, the table comes from the server and is read, not typed in. */
function showDrug(view) {
  shown = view;
  const choice = one("[data-show-drug]");
  if (!choice) return;
  choice.value = view;
  const merged = view === BY_DATE;
  one(".grid-scroll").hidden = one(".grid-foot").hidden = one(".read-back").hidden = merged;
  if (!merged) document.getElementById(BY_DATE).replaceChildren();
  const key = merged ? "" : view;
  const drugs = [...choice.options].slice(1, -1).map((option) => option.value);
  const columns = heads();
  const other = (at) => key !== "" && columns[at]?.drug !== key;
  const otherDrug = (at) => key !== "" && drugs[at] !== key;
  all("[data-column]").forEach((head, at) => (head.hidden = other(at)));
  for (const head of all("[data-head]")) {
    head.hidden = other(columns.findIndex((column) => column.product === head.dataset.head));
  }
  all("[data-total]").forEach((head, at) => (head.hidden = otherDrug(at)));
  one("[data-totals]").colSpan = key === "" ? drugs.length : 1;
  for (const step of steps()) {
    const says = (input) => input.value !== "" && !other(columnOf(input));
    const inputs = all(".dose-td input", step);
    for (const input of inputs) input.closest("td").hidden = other(columnOf(input));
    all(".computed", step).forEach((cell, at) => (cell.hidden = otherDrug(at)));
    // A step that says nothing of this drug and something of another is not in its view.
    step.hidden = inputs.some((input) => input.value !== "") && !inputs.some(says);
  }
}

form.addEventListener("change", (event) => {
  if (!event.target.matches("[data-show-drug]")) return;
  showDrug(event.target.value);
  if (shown === BY_DATE) changed(0);
});

function prepare() {
  const said = one("#reads");
  if (said) reads = JSON.parse(said.textContent);
  for (const step of steps()) {
    for (const part of ["days", "last_day"]) passOver(field(step, step.dataset.step, part));
  }
  if (shown || one("[data-show-drug]")?.value === BY_DATE) showDrug(shown || BY_DATE);
  const first = stepOf(document.activeElement) ?? steps()[0];
  if (first) openCard(first);
}

prepare();
const wanted = form.querySelector("[autofocus]");
if (wanted) focusCell(wanted);
