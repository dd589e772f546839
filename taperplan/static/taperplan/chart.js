// The drawing of a plan, read day by day: hover, tap, or the arrow keys. Every word comes from the
// server, the same that drew it; nothing is computed here but which day the pointer is on.

const DAY_MS = 86_400_000;

for (const chart of document.querySelectorAll("[data-chart]")) begin(chart);

async function begin(chart) {
  let facts;
  try {
    const answer = await fetch(chart.dataset.chart, { credentials: "same-origin", redirect: "error" });
    if (!answer.ok) return;
    facts = await answer.json();
  } catch {
    return; // The table below has the same figures.
  }
  const out = chart.parentElement.querySelector("[data-read-out]");
  const plot = chart.querySelector(".plot");
  const cursor = chart.querySelector(".cursor");
  let at = facts.today;

  function show(day) {
    at = Math.min(Math.max(day, 0), facts.days - 1);
    const words = {
      day: dayWords(facts, at),
      planned: said(facts.planned, at) || facts.nothing.planned,
      taken: said(facts.taken, at) || facts.nothing.taken,
      symptoms: said(facts.symptoms, at) || facts.nothing.symptoms,
      flags: said(facts.flags, at),
    };
    for (const place of out.querySelectorAll("[data-read]")) {
      place.textContent = words[place.dataset.read];
    }
    chart.setAttribute("aria-valuenow", String(at));
    chart.setAttribute("aria-valuetext", [...out.querySelectorAll("p:not(.read-acts)")]
      .map((line) => line.textContent.replace(/\s+/g, " ").trim()).join(". "));
    const [left, right] = span();
    cursor.style.left = `${(left + ((at + 0.5) / facts.days) * (right - left)) * 100}%`;
  }

  /** Where the days lie in the drawing that the browser chose for this width. */
  function span() {
    const image = [...plot.querySelectorAll("img")].find((one) => one.offsetParent);
    const size = new URL(image?.currentSrc || location.href, location.href).searchParams.get("size");
    return facts.spans[size ?? ""] ?? facts.spans[""];
  }

  function point(event) {
    const box = plot.getBoundingClientRect();
    const [left, right] = span();
    const part = ((event.clientX - box.left) / box.width - left) / (right - left);
    show(Math.floor(part * facts.days));
  }

  const steps = {
    ArrowLeft: -1, ArrowDown: -1, ArrowRight: 1, ArrowUp: 1, PageDown: -7, PageUp: 7,
    Home: -Infinity, End: Infinity,
  };
  chart.addEventListener("keydown", (event) => {
    const step = steps[event.key];
    if (step === undefined || event.altKey || event.ctrlKey || event.metaKey) return;
    event.preventDefault();
    show(at + step);
  });
  chart.addEventListener("pointermove", (event) => {
    if (event.pointerType === "mouse" || event.buttons) point(event);
  });
  chart.addEventListener("click", point);
  for (const button of out.querySelectorAll("[data-step]")) {
    button.addEventListener("click", () => show(at + Number(button.dataset.step)));
  }
  window.addEventListener("resize", () => show(at));

  chart.setAttribute("role", "slider");
  chart.setAttribute("aria-valuemin", "0");
  chart.setAttribute("aria-valuemax", String(facts.days - 1));
  out.hidden = false;
  cursor.hidden = false;
  show(at);
}

function said(runs, day) {
  return runs.filter(([first, last]) => first <= day && day <= last).map((run) => run[2]).join("; ");
}

/** As "Thu 3 Dec 2026", with the server's own names. */
function dayWords(facts, ahead) {
  const day = new Date(Date.parse(`${facts.first}T00:00:00Z`) + ahead * DAY_MS);
  const weekday = facts.weekdays[(day.getUTCDay() + 6) % 7];
  const month = facts.months[day.getUTCMonth()];
  return `${weekday}\u00a0${day.getUTCDate()}\u00a0${month}\u00a0${day.getUTCFullYear()}`;
}
