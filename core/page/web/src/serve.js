// The page of lode serve: the runs of a directory, live while they run.
import { figure, redrawAll } from "./chart.js";
import { details, h } from "./dom.js";
import { liveCurves } from "./live_curves.js";
import { runDetails } from "./live_run.js";
import { runList, summary } from "./live_runs.js";
import { followTheme, themeButton } from "./theme.js";

const pause = 1500; // milliseconds between looks
const mostChosen = 7; // as many colors as there are

const state = { runs: null, chosen: null, curves: new Map() }; // as last read; the ids that the reader chose; by id

async function get(path) {
  const answer = await fetch(path, { signal: AbortSignal.timeout(30000) });
  if (!answer.ok) throw new Error(await answer.text());
  return answer.json();
}

// Those under way first; without any, the last ones.
function usualChoice(runs) {
  const begun = runs.filter((run) => run.best);
  const running = begun.filter((run) => run.standing === "running");
  return new Set((running.length ? running : begun.slice(-mostChosen)).slice(0, mostChosen).map((run) => run.id));
}

// Until the reader chooses, the choice follows the runs.
const chosenIds = () => state.chosen ?? usualChoice(state.runs.runs);

function choose(id, isChosen) {
  state.chosen = new Set(chosenIds());
  if (isChosen) state.chosen.add(id);
  else state.chosen.delete(id);
  look();
}

function shownRuns() {
  const chosen = state.runs ? state.runs.runs.filter((run) => chosenIds().has(run.id)) : [];
  return chosen.filter((run) => state.curves.has(run.id)).map((run) => state.curves.get(run.id));
}

const notice = h("p", { class: "notice", role: "alert", hidden: true });
const told = h("p", { class: "note", role: "status" });
const list = runList(choose);
const chart = figure(liveCurves(shownRuns));
const open = runDetails(details);
const remarks = h("div", {});

function section(id, title, ...children) {
  return h("section", { id, "aria-labelledby": `${id}-title` }, h("h2", { id: `${id}-title` }, title), ...children);
}

function build() {
  document.body.append(
    h("a", { class: "skip", href: "#main" }, "Skip to the runs"),
    h("header", {}, h("h1", {}, "Runs"), told, themeButton()),
    h(
      "main",
      { id: "main", tabindex: -1 },
      notice,
      remarks,
      section("runs", "All runs", list.element),
      section("curves", "Side by side", chart),
      section("chosen", "The chosen runs", open.element),
    ),
  );
}

async function readChosen() {
  const wanted = [...chosenIds()].filter((id) => state.runs.runs.some((run) => run.id === id));
  const read = await Promise.all(wanted.map((id) => get(`/api/runs/${id}`)));
  for (const run of read) state.curves.set(run.id, run);
}

function show() {
  const { runs } = state;
  document.title = `${runs.standings.running ?? 0} running · ${runs.directory}`;
  document.querySelector("h1").textContent = runs.directory;
  told.textContent = summary(runs);
  remarks.replaceChildren(...runs.damages.map((damage) => h("p", { class: "notice" }, damage)));
  list.show(runs, chosenIds());
  redrawAll();
  open.show(shownRuns());
}

let looking = false;
async function look() {
  if (looking) return;
  looking = true;
  try {
    state.runs = await get("/api/runs");
    await readChosen();
    show();
    notice.hidden = true;
  } catch (error) {
    notice.textContent = `The server does not answer, so this page shows the past: ${error.message}`;
    notice.hidden = false;
  }
  looking = false;
}

followTheme();
build();
look();
setInterval(() => document.hidden || look(), pause);
document.addEventListener("visibilitychange", () => document.hidden || look());
