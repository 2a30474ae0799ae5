// What the chosen runs are doing, each in a part that opens.
import { h } from "./dom.js";
import { namesOf } from "./live_curves.js";
import { plural } from "./numbers.js";
import { table } from "./table.js";

const clock = (time) => new Date(time * 1000).toLocaleTimeString([], { hour12: false });

function best(run) {
  if (!run.best) return h("p", { class: "note" }, "Nothing was found yet.");
  const noun = run.metric.noisy ? "Highest measured" : "Best";
  return h(
    "p",
    {},
    `${noun} ${run.metric.name}: ${run.best.text} at step ${run.best.step}, `,
    h("code", { class: "notation" }, run.best_architecture ?? ""),
  );
}

function failures(run) {
  if (!run.failures) return null;
  const rows = run.failure_kinds.map(({ reason, count }) => [reason, String(count)]);
  return table({ columns: [{ title: "reason" }, { title: "trials", right: true }], rows }, `Failures of ${run.title}`);
}

function recent(run) {
  const columns = [
    { title: "step", right: true },
    { title: run.metric?.name ?? "value", right: true },
    { title: "architecture" },
  ];
  const rows = run.recent
    .toReversed()
    .map((trial) => [String(trial.step), trial.failure || trial.text, trial.architecture]);
  return table({ columns, rows }, `The last trials of ${run.title}`);
}

function messages(run) {
  const lines = run.messages.map(({ time, text }) => `${clock(time)}  ${text}`).join("\n");
  return h("pre", { tabindex: 0, "aria-label": `Messages of ${run.title}` }, lines);
}

function contents(run) {
  return [
    h("p", { class: "note" }, `${run.directory} · ${run.standing}${run.damage ? `: ${run.damage}` : ""}`),
    best(run),
    run.failures ? h("h3", {}, plural(run.failures, "failed trial")) : null,
    failures(run),
    run.messages.length ? [h("h3", {}, "What long calls reported"), messages(run)] : null,
    run.recent.length ? [h("h3", {}, "The last trials"), recent(run)] : null,
  ]
    .flat()
    .filter(Boolean);
}

// What changes is made anew, unless the reader is in it.
export function runDetails(details) {
  const element = h("div", {});
  const parts = new Map();

  function part(run, name) {
    const box = h("div", {});
    const made = details(name, () => box, false);
    return { element: made, box, summary: made.querySelector("summary"), shown: "" };
  }

  function update(each, run, name) {
    const text = JSON.stringify(run);
    each.summary.textContent = name;
    if (each.shown === text || each.box.contains(document.activeElement)) return;
    each.shown = text;
    each.box.replaceChildren(...contents(run));
  }

  function show(runs) {
    const names = namesOf(runs);
    for (const id of parts.keys()) {
      if (!runs.some((run) => run.id === id)) parts.delete(id);
    }
    runs.forEach((run, i) => {
      if (!parts.has(run.id)) parts.set(run.id, part(run, names[i]));
      update(parts.get(run.id), run, names[i]);
    });
    const wanted = runs.map((run) => parts.get(run.id).element);
    if (wanted.length !== element.children.length || wanted.some((each, i) => element.children[i] !== each)) {
      element.replaceChildren(...wanted);
    }
  }
  return { element, show };
}
