// The curves of the chosen runs on one chart, as far as they are.
import { seriesStyle } from "./colors.js";
import { h } from "./dom.js";
import { short } from "./numbers.js";
import { axisStyle, legendRows } from "./options.js";

// Titles may be equal: then the directories distinguish.
export function namesOf(runs) {
  return runs.map((run) =>
    runs.filter((other) => other.title === run.title).length > 1 ? `${run.title} (${run.directory})` : run.title,
  );
}

// Each point, and the last step.
const pointsOf = (run) => (run.curve.length ? [...run.curve, [Math.max(run.steps - 1, 0), run.curve.at(-1)[1]]] : []);

// What is best has room; the first quarter of the improvements may lie below.
function valueRange(runs) {
  const values = runs.flatMap(({ curve }) => curve.slice(Math.floor(curve.length / 4)).map(([, value]) => value));
  if (!values.length) return {};
  const low = Math.min(...values);
  const high = Math.max(...values);
  const margin = (high - low) / 20 || Math.abs(high) / 100 || 1;
  const digits = Math.max(2, Math.ceil(Math.log10((Math.abs(high) || 1) / margin)) + 1);
  const round = (value) => Number(value.toPrecision(Math.min(digits, 15)));
  return { min: round(low - margin), max: round(high + margin) };
}

function tip(entries) {
  const list = [entries].flat();
  if (!list.length) return "";
  const box = h("div", {}, h("strong", {}, `step ${short(list[0].axisValue)}`));
  for (const { seriesName, value, color } of list) {
    box.append(h("div", {}, h("span", { style: `color:${color}` }, "■ "), `${seriesName}: ${short(value[1])}`));
  }
  return box;
}

// Runs with the metric of the first one: others have another axis.
const comparable = (runs) =>
  runs.filter((run) => run.metric && run.metric.name === runs.find((r) => r.metric)?.metric.name);

function option(runs, width) {
  const names = namesOf(runs);
  return {
    grid: { left: 12, right: 24, top: 30 + 22 * legendRows(names, width), bottom: 34, containLabel: true },
    tooltip: { trigger: "axis", formatter: tip, confine: true },
    xAxis: {
      type: "value",
      name: "steps",
      nameLocation: "middle",
      nameGap: 28,
      min: 0,
      max: "dataMax",
      ...axisStyle(),
    },
    yAxis: {
      type: "value",
      name: runs[0]?.metric.name ?? "",
      nameLocation: "end",
      ...valueRange(runs),
      ...axisStyle("left"),
    },
    series: runs.map((run, i) => {
      const { color, dash } = seriesStyle(i);
      return {
        type: "line",
        name: names[i],
        step: "end",
        symbol: "none",
        data: pointsOf(run),
        lineStyle: { color, width: 2, type: dash },
        itemStyle: { color },
      };
    }),
  };
}

function numbers(runs) {
  const names = namesOf(runs);
  const metric = runs[0]?.metric.name ?? "value";
  return {
    columns: [{ title: "run" }, { title: "step", right: true }, { title: metric, right: true }],
    rows: runs.flatMap((run, i) => run.curve.map(([step, value]) => [names[i], String(step), short(value)])),
  };
}

// Returns the figure (figures.js says what that is). `runs()`: the chosen ones.
export function liveCurves(runs) {
  return {
    title: "The best so far",
    caption:
      "The best value of the reward's metric among the trials so far, by steps, of the runs that are ticked in the " +
      "table. Runs whose metric is another one than the first's are left out.",
    height: 380,
    option: (_, width) => option(comparable(runs()), width),
    numbers: () => numbers(comparable(runs())),
  };
}
