// What every page does by keyboard, and the words that come and go. No framework, nothing kept
// in the browser. Every key here has a button or a link that does the same.

const one = (selector, within = document) => within.querySelector(selector);
const all = (selector, within = document) => [...within.querySelectorAll(selector)];

/** An icon out of the sprite that the page carries. */
export function icon(name) {
  const svg = document.createElementNS("http://www.w3.org/2000/svg", "svg");
  svg.setAttribute("class", "icon");
  svg.setAttribute("aria-hidden", "true");
  const use = document.createElementNS("http://www.w3.org/2000/svg", "use");
  use.setAttribute("href", `#i-${name}`);
  svg.append(use);
  return svg;
}

// ---- toasts ------------------------------------------------------------------------------

const TOAST_MS = 20_000;

/** Says one sentence at the bottom left; `undo` is called when Undo is pressed. */
export function toast(text, given) {
  const { undo } = given ?? {};
  const place = one("#toasts");
  const box = document.createElement("div");
  box.className = "toast fade-in";
  const words = document.createElement("p");
  words.textContent = text;
  box.append(icon("tick"), words);
  if (undo) {
    const back = button(place.dataset.undo, () => {
      box.remove();
      undo();
    });
    box.append(back);
  }
  const close = button("", () => box.remove());
  close.setAttribute("aria-label", place.dataset.close);
  close.append(icon("cross"));
  box.append(close);
  place.append(box);
  expire(box);
  return box;
}

function button(label, act) {
  const made = document.createElement("button");
  made.type = "button";
  made.textContent = label;
  made.addEventListener("click", act);
  return made;
}

function expire(box) {
  let timer = 0;
  const start = () => {
    timer = window.setTimeout(() => box.remove(), TOAST_MS);
  };
  const stop = () => window.clearTimeout(timer);
  for (const event of ["mouseenter", "focusin"]) box.addEventListener(event, stop);
  for (const event of ["mouseleave", "focusout"]) box.addEventListener(event, start);
  start();
}

for (const place of all("[data-messages]")) {
  for (const message of all(".told:not(.warning)", place)) {
    const back = one("form", message);
    toast((one("p", message) ?? message).textContent.trim(), back && { undo: () => {
      back.hidden = true;
      document.body.append(back);
      back.requestSubmit(one("button", back));
    } });
    message.remove();
  }
  if (!place.children.length) place.remove();
}

// ---- the autosave word ---------------------------------------------------------------------

/** `state`: saving, saved (`clock` as the server wrote it) or failed. */
export function autosave(state, clock = "") {
  const word = one("#autosave");
  if (!word) return;
  const text = document.createElement("span");
  text.textContent = `${word.dataset[state]} ${clock}`.trim();
  word.classList.toggle("failed", state === "failed");
  word.replaceChildren(...(state === "saved" ? [icon("tick")] : []), text);
}

// ---- refused forms -------------------------------------------------------------------------

function goTo(id) {
  const place = document.getElementById(id);
  if (!place) return false;
  place.focus();
  place.scrollIntoView({ block: "center" });
  return true;
}

// The server says what is wrong, beside the field and in a summary; the browser's own bubble
// would name one field and vanish.
function ownWords(within) {
  if (within.matches?.("form")) within.noValidate = true;
  for (const form of all("form", within)) form.noValidate = true;
}
ownWords(document);
document.body.addEventListener("htmx:load", (event) => ownWords(event.detail.elt));

one("#error-summary")?.focus();
document.addEventListener("click", (event) => {
  const link = event.target.closest("#error-summary a, a[data-goes-to]");
  if (link && goTo(link.hash.slice(1))) event.preventDefault();
});

// A button that waits says why; pressing it moves to the first thing that is missing.
document.addEventListener("click", (event) => {
  const waiting = event.target.closest('[aria-disabled="true"], a.btn-wait[data-goes-to]');
  if (!waiting) return;
  event.preventDefault();
  event.stopImmediatePropagation();
  if (waiting.dataset.goesTo) goTo(waiting.dataset.goesTo);
}, true);

// ---- dialogs, menus, passwords ---------------------------------------------------------------

document.addEventListener("click", (event) => {
  const opener = event.target.closest("[data-opens]");
  if (opener && opener.getAttribute("aria-disabled") !== "true") {
    one(`#${CSS.escape(opener.dataset.opens)}`)?.showModal();
  }
  const closer = event.target.closest("[data-close]");
  closer?.closest("dialog")?.close();
  closer?.closest(".toast")?.remove();
  for (const menu of all("[data-menu][open]")) {
    if (!menu.contains(event.target)) menu.open = false;
  }
});

for (const shower of all("[data-show]")) {
  const word = shower.firstChild;
  const [show, hide] = [word.textContent, shower.dataset.hide];
  shower.hidden = false;
  shower.addEventListener("click", () => {
    const input = document.getElementById(shower.dataset.show);
    const shown = input.type === "password";
    input.type = shown ? "text" : "password";
    shower.setAttribute("aria-pressed", String(shown));
    word.textContent = shown ? hide : show;
  });
}

for (const keys of all("[data-keys]")) {
  keys.addEventListener("click", (event) => {
    const dialog = one("#keys-dialog");
    if (!dialog) return;
    event.preventDefault();
    dialog.showModal();
  });
}

// ---- a file that takes a while -----------------------------------------------------------------
// Fetched here, so that its parts can be counted as they come; whatever else is answered is asked
// for again as the form itself asks. The form's token makes both the same file.

const PART = /%part\n/g;
for (const form of all("form[data-file]")) form.addEventListener("submit", makeFile);

async function makeFile(event) {
  const form = event.currentTarget;
  const making = one("[data-making]", form);
  event.preventDefault();
  if (!making.hidden) return;
  making.hidden = false;
  making.scrollIntoView({ block: "nearest" });
  try {
    const answer = await fetch(form.action, {
      method: "POST", body: new FormData(form), credentials: "same-origin", redirect: "error",
    });
    const name = /filename="([^"]+)"/.exec(answer.headers.get("Content-Disposition") ?? "")?.[1];
    if (!answer.ok || !name) throw new TypeError("no file");
    document.dispatchEvent(new CustomEvent("taperplan:answer", {
      detail: answer.headers.get("Session-Ends-In"),
    }));
    const pieces = await read(answer.body.getReader(), one("progress", making), one("[data-made]", making));
    const link = document.createElement("a");
    link.href = URL.createObjectURL(new Blob(pieces, { type: answer.headers.get("Content-Type") }));
    link.download = name;
    link.click();
    window.setTimeout(() => URL.revokeObjectURL(link.href), 60_000);
  } catch {
    form.submit();
  }
  making.hidden = true;
}

async function read(reader, bar, words) {
  const pieces = [];
  const letters = new TextDecoder("latin1");
  let made = 0;
  for (let part = await reader.read(); !part.done; part = await reader.read()) {
    pieces.push(part.value);
    made += letters.decode(part.value).match(PART)?.length ?? 0;
    if (!bar.hasAttribute("max")) continue;
    bar.value = Math.min(made, bar.max);
    words.textContent = String(bar.value);
  }
  return pieces;
}

for (const printer of all("[data-print]")) printer.addEventListener("click", () => window.print());

// ---- a search that answers while one types ---------------------------------------------------
// A combobox over the server's own list. Without it the form finds the same.

const TYPED_MS = 180;
for (const input of all("[data-suggest]")) suggest(input);
if (one("input" + (/^#[\w-]+$/.test(location.hash) ? location.hash : "[data-none]"))) {
  goTo(location.hash.slice(1));
}

function suggest(input) {
  const place = document.createElement("div");
  input.insertAdjacentElement("afterend", place);
  input.setAttribute("role", "combobox");
  input.setAttribute("aria-autocomplete", "list");
  input.setAttribute("aria-expanded", "false");
  let timer = 0;
  let asking = null;
  // What the list that is shown answers: a key never chooses from an older one.
  let answered = null;

  const options = () => all("[role=option]", place);
  const chosen = () => options().findIndex((row) => row.getAttribute("aria-selected") === "true");

  function choose(at) {
    const rows = options();
    for (const [number, row] of rows.entries()) row.setAttribute("aria-selected", String(number === at));
    if (at >= 0 && rows[at]) {
      input.setAttribute("aria-activedescendant", rows[at].id);
      rows[at].scrollIntoView({ block: "nearest" });
    } else input.removeAttribute("aria-activedescendant");
  }

  function shut() {
    asking?.abort();
    window.clearTimeout(timer);
    place.replaceChildren();
    input.setAttribute("aria-expanded", "false");
    input.removeAttribute("aria-controls");
    input.removeAttribute("aria-activedescendant");
  }

  async function ask() {
    window.clearTimeout(timer);
    asking?.abort();
    asking = new AbortController();
    const typed = input.value;
    try {
      // Sent in the body: an address stays in histories and logs.
      const body = new URLSearchParams({
        q: typed, csrfmiddlewaretoken: one("[name=csrfmiddlewaretoken]", input.form).value,
      });
      const answer = await fetch(input.dataset.suggest, {
        method: "POST", body, credentials: "same-origin", redirect: "error", signal: asking.signal,
      });
      if (!answer.ok) return shut();
      document.dispatchEvent(new CustomEvent("taperplan:answer", {
        detail: answer.headers.get("Session-Ends-In"),
      }));
      const found = new DOMParser().parseFromString(await answer.text(), "text/html");
      place.replaceChildren(...found.body.children);
      answered = typed;
    } catch (error) {
      if (error.name !== "AbortError") shut();
      return undefined;
    }
    const list = one("[role=listbox]", place);
    input.setAttribute("aria-expanded", String(Boolean(list)));
    if (list) input.setAttribute("aria-controls", list.id);
    else input.removeAttribute("aria-controls");
    return list;
  }

  input.addEventListener("input", () => {
    window.clearTimeout(timer);
    if (!input.value.trim()) shut();
    else timer = window.setTimeout(ask, TYPED_MS);
  });
  input.addEventListener("keydown", async (event) => {
    const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
    if (step) {
      event.preventDefault();
      if ((answered !== input.value || !options().length) && !(await ask())) return;
      const many = options().length;
      choose((Math.max(chosen(), step < 0 ? 0 : -1) + step + many) % many);
    } else if (event.key === "Enter" && chosen() >= 0) {
      event.preventDefault();
      location.assign(options()[chosen()].dataset.url);
    } else if (event.key === "Escape" && place.children.length) {
      event.stopPropagation();
      event.preventDefault();
      shut();
    }
  });
  // Before the field loses the keyboard, or the list would be gone from under the finger.
  place.addEventListener("pointerdown", (event) => event.preventDefault());
  place.addEventListener("click", (event) => {
    const row = event.target.closest("[data-url]");
    if (row) location.assign(row.dataset.url);
  });
  input.addEventListener("blur", shut);
}

// ---- keys ----------------------------------------------------------------------------------

const singleKeys = document.body.hasAttribute("data-single-keys");
const TYPING = 'input:not([type="radio"], [type="checkbox"]), textarea, select, [contenteditable]';
let afterG = false;
for (const hint of all("[data-keys-hint]")) hint.hidden = !singleKeys;

function rows() {
  return all("[data-row]").filter((row) => row.offsetParent !== null);
}

function select(step) {
  const lines = rows();
  if (!lines.length) return;
  const now = lines.findIndex((row) => row.classList.contains("selected"));
  const next = now < 0 ? (step > 0 ? 0 : lines.length - 1) : now + step;
  const row = lines[Math.min(Math.max(next, 0), lines.length - 1)];
  mark(row);
  one("[data-open]", row)?.focus();
}

function mark(row) {
  for (const other of all("[data-row].selected")) other.classList.remove("selected");
  row.classList.add("selected");
}

document.addEventListener("focusin", (event) => {
  const row = event.target.closest("[data-row]");
  if (row) mark(row);
});

function act() {
  const doing = one("[data-row].selected [data-act]");
  if (!doing) return;
  // A key must not acknowledge a red flag by itself: it brings the button, Enter presses it.
  if (doing.tagName === "A") doing.click();
  else doing.focus();
}

/** On the page that compares two versions: the row of the next change, round and round. */
function nextChange(by) {
  const lines = all("[data-change]");
  const now = lines.indexOf(document.activeElement);
  const next = now < 0 ? (by > 0 ? 0 : lines.length - 1) : (now + by + lines.length) % lines.length;
  lines[next].focus();
  lines[next].scrollIntoView({ block: "center" });
}

function follow(selector) {
  const link = one(selector);
  if (link?.tagName === "A" && link.getAttribute("href")) link.click();
  else link?.click?.();
}

const LETTERS = {
  "/": () => {
    const search = one("[data-search]");
    if (search?.offsetParent) search.focus();
    else follow("a.bar-icon");
  },
  "?": () => one("#keys-dialog")?.showModal(),
  j: () => select(1),
  k: () => select(-1),
  a: act,
};

document.addEventListener("keydown", (event) => {
  if (event.key === "Escape") {
    for (const menu of all("[data-menu][open]")) {
      menu.open = false;
      one("summary", menu).focus();
    }
    return;
  }
  if (event.ctrlKey || event.metaKey) {
    command(event);
    return;
  }
  if (!singleKeys || event.altKey || event.defaultPrevented) return;
  if (event.target.closest?.(TYPING) || one("dialog[open]")) return;
  const key = event.key.length === 1 ? event.key.toLowerCase() : event.key;
  if (afterG) {
    afterG = false;
    const door = { w: "worklist", p: "patients", r: "red-flags" }[key];
    const link = door ? one(`[data-room="${door}"]`) : one(`[data-after-g="${CSS.escape(key)}"]`);
    if (link) {
      event.preventDefault();
      link.click();
    }
    return;
  }
  if (key === "g") {
    afterG = true;
    window.setTimeout(() => {
      afterG = false;
    }, 1500);
    return;
  }
  // A page's own keys: a link or a button with data-key="c".
  const own = one(`[data-key="${CSS.escape(key)}"]`);
  const changes = key === "n" && !own && one("[data-change]");
  const does = own ? () => own.click() : changes ? () => nextChange(event.shiftKey ? -1 : 1) : LETTERS[key];
  if (does && !event.target.closest?.("[data-own-keys]")) {
    event.preventDefault();
    does();
  }
});

function command(event) {
  if (event.key === "Enter") {
    // By the form's own mark, or its one primary button; the plan's editor has this key itself.
    const form = event.target.closest?.("form");
    const primary = "main form:not([data-editor]) button.btn-primary:not([type=button])";
    const done = form && !event.defaultPrevented
      && (one("[data-complete]", form) ?? all(primary, form)[0]);
    if (done) {
      event.preventDefault();
      done.click();
    }
  }
  if (event.key.toLowerCase() === "s" && !event.shiftKey && !event.altKey) {
    const saving = one("[data-save-now]");
    if (saving) {
      event.preventDefault();
      saving.click();
    }
  }
}

// ---- the session's end -----------------------------------------------------------------------
// A warning a minute before. What is done in any tab of this browser counts; when time is over the
// page is covered, not left: what is typed stays until the same person signs in again.

const WARN_SECONDS = 60;
if (document.body.dataset.endsIn) watchIdle(Number(document.body.dataset.endsIn));

function watchIdle(seconds) {
  const dialog = one("#idle-dialog");
  const cover = one("#cover");
  const left = one("[data-idle-left]", dialog);
  const tabs = new BroadcastChannel("taperplan-session");
  let deadline = Date.now() + seconds * 1000;
  let over = false;

  tabs.addEventListener("message", (event) => {
    if (event.data === "over") end();
    else if (!over) later(event.data);
  });
  tabs.postMessage(deadline);

  function later(moment) {
    deadline = Math.max(deadline, moment);
    if (dialog.open && deadline - Date.now() > WARN_SECONDS * 1000) dialog.close();
  }

  /** The server says with every answer how long the session lasts from then on. */
  function heard(endsIn) {
    if (!endsIn) return;
    later(Date.now() + Number(endsIn) * 1000);
    tabs.postMessage(deadline);
  }
  document.body.addEventListener("htmx:afterRequest", (event) => {
    heard(event.detail.xhr.getResponseHeader("Session-Ends-In"));
  });
  document.addEventListener("taperplan:answer", (event) => heard(event.detail));
  document.body.addEventListener("session-over", end);

  async function ask(method) {
    try {
      const answer = await fetch(document.body.dataset.session, {
        method,
        headers: { "X-CSRFToken": one("#csrf").content, Accept: "application/json" },
        credentials: "same-origin",
        redirect: "error",
      });
      if (!answer.ok) return null;
      heard(answer.headers.get("Session-Ends-In"));
      return await answer.json();
    } catch {
      return null;
    }
  }

  one("[data-stay]", dialog).addEventListener("click", async () => {
    if (!(await ask("POST"))) end();
  });
  dialog.addEventListener("cancel", (event) => event.preventDefault());

  function end() {
    over = true;
    if (dialog.open) dialog.close();
    if (!cover.open) cover.showModal();
  }
  cover.addEventListener("cancel", (event) => event.preventDefault());

  async function back() {
    if (!over) return;
    const answer = await ask("GET");
    if (!answer) return;
    if (answer.user !== document.body.dataset.user) {
      window.location.assign("/");
      return;
    }
    one("#csrf").content = answer.token;
    for (const field of all('input[name="csrfmiddlewaretoken"]')) field.value = answer.token;
    document.body.setAttribute("data-hx-headers", JSON.stringify({ "X-CSRFToken": answer.token }));
    over = false;
    cover.close();
  }
  window.addEventListener("focus", back);
  one("[data-back]", cover).addEventListener("click", back);

  window.setInterval(() => {
    if (over) return;
    const rest = Math.ceil((deadline - Date.now()) / 1000);
    if (rest <= 0) {
      tabs.postMessage("over");
      end();
    } else if (rest <= WARN_SECONDS) {
      left.textContent = String(rest);
      if (!dialog.open) dialog.showModal();
    }
  }, 1000);
}

// ---- the block on top: who it is, and what is open -------------------------------------------

const block = one(".sticky-block");
if (block) {
  const measure = () => block.classList.toggle("stays", block.offsetHeight * 5 <= window.innerHeight);
  new ResizeObserver(measure).observe(block);
  window.addEventListener("resize", measure);
}

// A strip of rooms that scrolls aside shows the room one is in.
for (const here of all(".tabs a[aria-current], .bar-nav.few a[aria-current]")) {
  const strip = here.closest("ul, .bar-nav");
  const past = here.getBoundingClientRect().right - strip.getBoundingClientRect().right;
  if (past > 0) strip.scrollLeft += past + 24;
}

// ---- htmx ------------------------------------------------------------------------------------

for (const failure of ["htmx:sendError", "htmx:timeout", "htmx:responseError"]) {
  document.body.addEventListener(failure, () => autosave("failed"));
}
