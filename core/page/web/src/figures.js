// Draws figures as SVG documents, without a page. lode report runs this in an engine that knows ECMAScript 5 and has
// neither window nor timers (polyfills.js, core/page/charts.cc).
//
// A figure is
//   name, title, caption   of the file and for its readers: what is drawn, over how many seeds, at what budget
//   hint                   how to use it on the page
//   choices                [{ key, label, values: [[value, label], ...], value }]: what readers may choose, and the
//                          first choice; a view is { key: value }
//   option(view, width)    the chart's option for a width in pixels
//   numbers(view)          a table of what is drawn, { columns, rows }
//   height, isTall         in pixels, on the page; a tall one needs its height in a file, too
//   leastWidth             in pixels, in a file; or undefined
// The modules of the sections make figures, figure() in chart.js shows one on the page, and this module draws one into
// a file.
import "./polyfills.js";
import { ink } from "./colors.js";
import { curves } from "./curves.js";
import { time } from "./effort.js";
import { echarts } from "./engine.js";
import { front } from "./front.js";
import { importance } from "./importance.js";
import { ofTasks, overall } from "./methods.js";
import { common, defaultView } from "./options.js";
import { parallel } from "./parallel.js";
import { recorded } from "./recorded.js";
import { tasksOf } from "./tasks.js";
import { trials } from "./trials.js";

const ofSearch = [front, importance, parallel, trials, time, recorded];
const fontFamily = "Helvetica, Arial, 'Liberation Sans', sans-serif";

// The views of a figure, the first choice first.
function viewsOf({ choices = [] }) {
  return choices.reduce(
    (views, { key, values, value }) =>
      views.flatMap((view) => [
        { ...view, [key]: value },
        ...values.filter(([each]) => each !== value).map(([each]) => ({ ...view, [key]: each })),
      ]),
    [defaultView(choices)],
  );
}

const fileName = (words) => words.join("-").replace(/[^A-Za-z0-9_.-]+/g, "_");

// A figure with each of its views. `place`: that of its search or task, 0 if there is one.
function named(figure, place, of) {
  const { choices = [] } = figure;
  return viewsOf(figure).map((view) => {
    const chosen = choices.filter(({ key, value }) => view[key] !== value).map(({ key }) => view[key]);
    const name = fileName([figure.name, ...(place ? [place] : []), ...chosen]);
    const shortName = place > 1 ? name : fileName([figure.name, ...chosen]);
    return { name, shortName, of, figure, view, isUsual: chosen.length < 2 };
  });
}

const placed = (all, make) =>
  all.flatMap((each, i) => make(each).map((figure) => [figure, all.length > 1 ? i + 1 : 0, each]));

// The comparison of each task, and its title if there are several.
const comparedTasks = (comparison) =>
  ofTasks(comparison).map((made, i, all) => [made, all.length > 1 ? comparison.numbers.tasks[i].title : ""]);

function figuresOf(report) {
  const tasks = placed(tasksOf(report), curves).flatMap(([figure, place, [search]]) =>
    named(figure, place, place ? search.task_title : ""),
  );
  const compared = report.comparison ? [[overall(report.comparison), ""], ...comparedTasks(report.comparison)] : [];
  const searches = placed(report.searches, (search) => ofSearch.flatMap((make) => make(search)));
  return [
    ...tasks,
    ...compared.flatMap(([made, of], place) => made.flatMap((figure) => named(figure, of ? place : 0, of))),
    ...searches.flatMap(([figure, place, search]) => named(figure, place, place ? search.method : "")),
  ];
}

let figures = [];

// Takes a report's data as JSON, and returns a list of its figures as JSON (core/page/charts.h).
globalThis.lodeFigures = (json) => {
  figures = figuresOf(JSON.parse(json));
  return JSON.stringify(
    figures.map(({ name, shortName, of, figure, isUsual }) => ({
      name,
      short_name: shortName,
      of,
      title: figure.title,
      is_usual: isUsual,
    })),
  );
};

// Programs that convert SVG do not know "dominant-baseline"; what is for pages that respond is left out.
const plain = (svg) =>
  svg
    .replace(/<style[^]*?<\/style>/g, "")
    .replace(/<[a-z][^>]*>/g, (tag) =>
      tag
        .replace('dominant-baseline="central"', 'dy="0.35em"')
        .replace(/ (class|pointer-events|ecmeta_[a-z_]+)="[^"]*"/g, ""),
    );

const described = (svg, { title, caption }) =>
  svg.replace(
    ">",
    () => `>\n<title>${echarts.format.encodeHTML(title)}</title>\n<desc>${echarts.format.encodeHTML(caption)}</desc>`,
  );

// Returns the figure at a position of that list. `wanted`: the width in pixels, of which an inch has 96.
globalThis.lodeDraw = (position, wanted) => {
  const { figure, view } = figures[position];
  const width = Math.max(wanted, figure.leastWidth ?? 0);
  const height = figure.isTall ? figure.height : Math.min(figure.height, Math.round(0.66 * width));
  const chart = echarts.init(null, null, { renderer: "svg", ssr: true, width, height });
  const shared = common();
  chart.setOption({
    ...shared,
    ...figure.option(view, width),
    backgroundColor: ink().ground,
    textStyle: { ...shared.textStyle, fontFamily },
  });
  const svg = chart.renderToSVGString();
  chart.dispose();
  return described(plain(svg), figure);
};
