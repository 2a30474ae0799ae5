// The list of runs: how each stands, how far it is, and what it has found.
import { h } from "./dom.js";
import { plural, short } from "./numbers.js";

// 0:07, 12:03, 1:02:33
export function duration(seconds) {
  const whole = Math.round(seconds);
  const two = (number) => String(number).padStart(2, "0");
  const minutes = Math.floor(whole / 60);
  return minutes < 60
    ? `${minutes}:${two(whole % 60)}`
    : `${Math.floor(minutes / 60)}:${two(minutes % 60)}:${two(whole % 60)}`;
}

const order = ["preparing", "running", "damaged", "failed", "killed", "unfinished", "not begun", "finished"];

// Those under way first.
const sorted = (runs) => [...runs].sort((a, b) => order.indexOf(a.standing) - order.indexOf(b.standing));

// "2 running, 5 in the queue · 1200 trials · 12 trials/s · 3 of 4 workers busy"
export function summary({ runs, standings, preparations }) {
  const isActive = standings.running || standings.preparing;
  const nameOf = (standing) => (isActive && standing === "not begun" ? "in the queue" : standing);
  const counts = order.filter((name) => standings[name]).map((name) => `${standings[name]} ${nameOf(name)}`);
  const sum = (number) => runs.reduce((total, run) => total + (number(run) ?? 0), 0);
  const rate = sum((run) => run.trials_per_second);
  const workers = sum((run) => run.live?.workers);
  const facts = [
    preparations.length ? `${plural(preparations.length, "stage")} preparing` : "",
    counts.length ? counts.join(", ") : "no runs yet",
    plural(
      sum((run) => run.steps),
      "trial",
    ),
    rate ? `${Number(rate.toPrecision(3))} trials/s` : "",
    sum((run) => run.failures) ? `${sum((run) => run.failures)} failed` : "",
    workers ? `${sum((run) => run.live?.busy)} of ${workers} workers busy` : "",
  ];
  return facts.filter(Boolean).join(" · ");
}

const stepsOf = (run) => (run.planned_steps == null ? `${run.steps}` : `${run.steps}/${run.planned_steps}`);

function bar(run) {
  if (run.progress == null) return h("td", {}, "");
  const percent = Math.floor(run.progress * 100);
  const meter = h("progress", { max: 100, value: percent, "aria-label": `Progress of ${run.title}` });
  return h("td", { class: "bar" }, meter, ` ${percent} %`);
}

function workersOf(run) {
  return run.live?.workers ? `${run.live.busy}/${run.live.workers}` : "";
}

// What it is doing, or what went wrong.
const doing = (run) => run.damage || run.live?.call || "";

const columns = [
  "show",
  "run",
  "standing",
  "progress",
  "steps",
  "best",
  "trials/s",
  "time left",
  "workers",
  "failed",
  "report",
  "doing",
];
const right = new Set(["steps", "best", "trials/s", "time left", "workers", "failed"]);

// `onchoose(id, isChosen)`
export function runList(onchoose) {
  const body = h("tbody", {});
  const boxes = new Map(); // kept, so that the keyboard's focus stays where it is
  const head = columns.map((title) => h("th", { scope: "col", class: right.has(title) ? "right" : null }, title));
  const holder = h(
    "div",
    { class: "scroll", tabindex: 0, role: "group", "aria-label": "Table of all runs" },
    h("table", {}, h("thead", {}, h("tr", {}, head)), body),
  );
  const empty = h("p", { class: "note" }, "No runs yet. They appear here once they are planned.");

  function boxOf(run) {
    if (!boxes.has(run.id)) {
      const box = h("input", {
        type: "checkbox",
        "aria-label": `Compare ${run.title}, ${run.directory}`,
        onchange: () => onchoose(run.id, box.checked),
      });
      boxes.set(run.id, { box, cell: h("td", {}, box), link: h("a", { href: `/report/${run.id}` }, "report") });
    }
    return boxes.get(run.id);
  }

  function row(run, chosen) {
    const { box, cell, link } = boxOf(run);
    box.checked = chosen.has(run.id);
    const number = (text) => h("td", { class: "right" }, text);
    return h(
      "tr",
      { "data-id": run.id, "data-standing": run.standing },
      cell,
      h("th", { scope: "row" }, run.title, h("span", { class: "place" }, run.directory)),
      h("td", {}, h("span", { class: "standing", "data-standing": run.standing }, run.standing)),
      bar(run),
      number(stepsOf(run)),
      number(run.best ? run.best.text : ""),
      number(run.trials_per_second == null ? "" : short(Number(run.trials_per_second.toPrecision(3)))),
      number(run.live?.left_seconds == null ? "" : duration(run.live.left_seconds)),
      number(workersOf(run)),
      number(run.failures ? String(run.failures) : ""),
      h("td", {}, run.has_report ? link : ""),
      h("td", { class: "doing" }, doing(run)),
    );
  }

  // Columns that say nothing take no room.
  function hideEmpty() {
    const rows = [...body.rows];
    columns.forEach((title, i) => {
      const isEmpty = title !== "show" && rows.every((each) => !each.cells[i].textContent);
      for (const each of [head[i], ...rows.map((row) => row.cells[i])]) each.hidden = isEmpty;
    });
  }

  // Puts rows in place; what has the focus is moved back to it.
  function show({ runs, preparations }, chosen) {
    const focused = document.activeElement;
    const stages = preparations.map((each) =>
      h(
        "tr",
        { "data-standing": "preparing" },
        h("td", {}),
        h("th", { scope: "row" }, each.title || each.directory),
        h("td", { class: "standing", "data-standing": "preparing" }, "preparing"),
        bar({ title: each.title || each.directory, progress: each.live.fraction }),
        ...["", "", ""].map((text) => h("td", {}, text)),
        h("td", { class: "right" }, each.live.left_seconds == null ? "" : duration(each.live.left_seconds)),
        ...["", "", ""].map((text) => h("td", {}, text)),
        h("td", { class: "doing" }, each.live.call),
      ),
    );
    body.replaceChildren(...stages, ...sorted(runs).map((run) => row(run, chosen)));
    hideEmpty();
    holder.hidden = !runs.length && !preparations.length;
    empty.hidden = !holder.hidden;
    if (focused !== document.activeElement && holder.contains(focused)) focused.focus({ preventScroll: true });
  }
  return { element: h("div", {}, holder, empty), show };
}
