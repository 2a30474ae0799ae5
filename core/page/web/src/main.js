// Builds the page from the report's data.
import { architectures } from "./architectures.js";
import { drawRest, figure } from "./chart.js";
import { comparison, stages } from "./comparison.js";
import { curves } from "./curves.js";
import { details, h } from "./dom.js";
import { failures, time } from "./effort.js";
import { front } from "./front.js";
import { importance } from "./importance.js";
import { ofTasks, overall } from "./methods.js";
import { plural } from "./numbers.js";
import { parallel } from "./parallel.js";
import { recorded } from "./recorded.js";
import { reproduce } from "./reproduce.js";
import { state } from "./state.js";
import { titled } from "./table.js";
import { tasksOf } from "./tasks.js";
import { followTheme, themeButton } from "./theme.js";
import { trials } from "./trials.js";

const report = JSON.parse(document.getElementById("report").textContent);

// What distinguishes a search from others: its pipeline, its point of a grid, and its method.
function nameOf({ name, point, method }) {
  const isTold = name === method || point.split(" ").includes(method);
  return [name, point, isTold ? "" : method].filter(Boolean).join(", ");
}

function section(id, title, ...children) {
  return h(
    "section",
    { id, "aria-labelledby": `${id}-title` },
    h("h2", { id: `${id}-title` }, title),
    ...children.flat(),
  );
}

function searched() {
  const runs = report.searches.reduce((sum, search) => sum + search.commands.length, 0);
  return section(
    "searched",
    "What was searched",
    h(
      "p",
      {},
      `${plural(report.searches.length, "search", "searches")}, ${plural(runs, "run")}. `,
      "A search is one pipeline; a run is a search with one seed.",
    ),
    report.remarks.map((remark) => h("p", { class: "notice" }, remark)),
    report.overview ? titled(report.overview) : null,
    report.searches.map((search) =>
      details(
        nameOf(search),
        () =>
          [
            search.description ? h("p", {}, search.description) : null,
            titled(search.runs),
            search.endings ? h("p", { class: "notice" }, search.endings) : null,
          ]
            .flat()
            .filter(Boolean),
        report.searches.length === 1,
      ),
    ),
  );
}

function eachTask(show) {
  const all = tasksOf(report);
  return all
    .map((searches) => [all.length > 1 ? h("h3", { class: "task" }, searches[0].task_title) : null, show(searches)])
    .flat();
}

function eachSearch(show) {
  return report.searches
    .map((search, i) =>
      report.searches.length === 1
        ? show(search)
        : details(nameOf(search), () => show(search).filter(Boolean), i === 0),
    )
    .flat();
}

const drawn = (figures) => figures.map(figure);
const found = (searches) => {
  const figures = drawn(curves(searches));
  return figures.length ? figures : [h("p", { class: "note" }, "No run has found anything, so there are no curves.")];
};
const compared = (data) => [...drawn([...overall(data), ...ofTasks(data).flat()]), ...comparison(data)];
const learned = (search) => {
  const figures = [...state(search), ...drawn([...importance(search), ...parallel(search)])];
  return figures.length ? figures : [h("p", { class: "note" }, search.no_pictures || "Too few trials tell something.")];
};
const tried = (search) => drawn([...front(search), ...trials(search)]);
const effort = (search) => [...failures(search), ...drawn([...time(search), ...recorded(search)])];

function sections() {
  return [
    searched(),
    section("curves", "How fast it was found", eachTask(found)),
    report.comparison ? section("comparison", "How the methods compare", compared(report.comparison)) : null,
    report.stages.length ? section("stages", "What the stages came to", stages(report.stages)) : null,
    section("best", "The best architectures", eachSearch(architectures)),
    section("learned", "What the search learned", eachSearch(learned)),
    section("trials", "What was tried", eachSearch(tried)),
    section("effort", "Failures and time", eachSearch(effort)),
    section("reproduce", "How to reproduce it", eachSearch(reproduce)),
  ].filter(Boolean);
}

function build() {
  const all = sections();
  const links = all.map((each) => h("li", {}, h("a", { href: `#${each.id}` }, each.querySelector("h2").textContent)));
  document.body.append(
    h("a", { class: "skip", href: "#main" }, "Skip to the report"),
    h(
      "header",
      {},
      h("h1", {}, report.title),
      h("p", { class: "note" }, `A report of Lode ${report.version}. Nothing in this file is loaded from elsewhere.`),
      themeButton(),
      h("nav", { "aria-label": "Sections" }, h("ul", {}, links)),
    ),
    h("main", { id: "main", tabindex: -1 }, all),
  );
}

followTheme();
build();
addEventListener("beforeprint", () => {
  for (const element of document.querySelectorAll("details[data-print]")) element.open = true;
  drawRest();
});
