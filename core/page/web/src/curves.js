// Search curves: the best so far of each method of a task, as median and quartiles over its seeds.
import { axisStyle, legendRows } from "./options.js";
import { seriesStyle } from "./colors.js";
import { h } from "./dom.js";
import { plural, short } from "./numbers.js";

const axes = {
  steps: "steps",
  unique_queries: "unique queries",
  full_evaluations: "full evaluations",
  simulated_seconds: "simulated seconds",
  wall_seconds: "seconds of wall time",
};
const mostBands = 5; // more would cover each other

// The distance from the optimum, or the value itself.
const shown = (value, search, scale) => (scale === "value" ? value : Math.abs(search.optimum - value));

// The points of a line of steps, with what a logarithmic scale cannot show left out.
function points(band, values, search, scale) {
  return band.at.map((at, i) => {
    const value = shown(values[i], search, scale);
    return [at, scale === "log_regret" && value <= 0 ? null : value];
  });
}

// A polygon between the quartiles. On a logarithmic scale, zero is drawn at the lower edge.
function area(band, search, { scale, floor }, color, name) {
  const bounded = (value) =>
    scale === "log_regret" ? Math.max(shown(value, search, scale), floor) : shown(value, search, scale);
  return {
    type: "custom",
    name,
    clip: true,
    silent: true,
    z: 1,
    tooltip: { show: false },
    data: [[band.at.at(-1), shown(band.median.at(-1), search, scale) || floor]],
    renderItem(_, api) {
      const edge = (values) => {
        const corners = [];
        band.at.forEach((at, i) => {
          if (i > 0) corners.push(api.coord([at, bounded(values[i - 1])]));
          corners.push(api.coord([at, bounded(values[i])]));
        });
        return corners;
      };
      return {
        type: "polygon",
        shape: { points: [...edge(band.lower), ...edge(band.upper).reverse()] },
        style: { fill: color, opacity: 0.18 },
      };
    },
  };
}

function lineOf(search, position, axis, scale) {
  const band = search.curves[axis];
  const { color, dash } = seriesStyle(position);
  return {
    type: "line",
    name: search.method,
    step: "end",
    symbol: "none",
    z: 2,
    data: points(band, band.median, search, scale),
    lineStyle: { color, width: 2, type: dash },
    itemStyle: { color },
  };
}

// The smallest distance from the optimum that is not zero.
function floorOf(searches, axis) {
  const values = searches.flatMap((s) =>
    ["lower", "median", "upper"].flatMap((q) => s.curves[axis][q].map((v) => shown(v, s, "regret"))),
  );
  return Math.min(...values.filter((value) => value > 0)) / 2;
}

// What the axis of values shows: the first fiftieth of the budget, with the worst values, may lie below.
function valueRange(searches, axis) {
  const values = searches.flatMap((search) => {
    const band = search.curves[axis];
    const early = band.at[0] + (band.at.at(-1) - band.at[0]) / 50;
    const first = Math.max(
      band.at.findLastIndex((at) => at <= early),
      0,
    );
    return [...band.lower.slice(first), ...band.upper.slice(first), search.optimum ?? band.median.at(-1)];
  });
  const low = Math.min(...values),
    high = Math.max(...values);
  const margin = (high - low) / 20 || Math.abs(high) / 100 || 1;
  const round = (value) => Number(value.toPrecision(Math.max(2, Math.ceil(Math.log10(Math.abs(value) / margin)) + 1)));
  return { min: round(low - margin), max: round(high + margin) };
}

function tip(axis, searches) {
  return (entries) => {
    const list = [entries].flat().filter((entry) => entry.seriesType === "line");
    if (!list.length) return "";
    const box = h("div", {}, h("strong", {}, `${short(list[0].axisValue)} ${axes[axis]}`));
    for (const { seriesName, value, color } of list) {
      box.append(h("div", {}, h("span", { style: `color:${color}` }, "■ "), `${seriesName}: ${short(value[1])}`));
    }
    return box;
  };
}

function option(searches, { axis, scale }, width) {
  const metric = searches[0].metric;
  const name = scale === "value" ? metric.name : `distance of ${metric.name} from the optimum`;
  const floor = scale === "log_regret" ? floorOf(searches, axis) : 0;
  const lines = searches.map((search, i) => lineOf(search, i, axis, scale));
  const areas =
    searches.length > mostBands
      ? []
      : searches.map((search, i) =>
          area(search.curves[axis], search, { scale, floor }, seriesStyle(i).color, search.method),
        );
  if (scale === "value" && searches[0].optimum != null) {
    lines[0].markLine = {
      silent: true,
      symbol: "none",
      data: [{ yAxis: searches[0].optimum }],
      lineStyle: { type: "dotted" },
      label: { formatter: "optimum", position: "insideEndTop" },
    };
  }
  const rows = legendRows(
    searches.map(({ method }) => method),
    width,
  );
  return {
    grid: { left: 12, right: 24, top: 30 + 22 * rows, bottom: 34, containLabel: true },
    tooltip: { trigger: "axis", formatter: tip(axis, searches), confine: true },
    dataZoom: [{ type: "inside", zoomOnMouseWheel: "ctrl" }],
    xAxis: {
      type: "value",
      name: axes[axis],
      nameLocation: "middle",
      nameGap: 28,
      min: "dataMin",
      max: "dataMax",
      ...axisStyle(),
    },
    yAxis: {
      type: scale === "log_regret" ? "log" : "value",
      name,
      nameLocation: "end",
      ...(scale === "value" ? valueRange(searches, axis) : {}),
      ...axisStyle("left"),
      axisLabel: { ...axisStyle().axisLabel, showMinLabel: scale !== "value", showMaxLabel: scale !== "value" },
    },
    series: [...lines, ...areas],
  };
}

function numbers(searches, axis) {
  const columns = [
    { title: "method" },
    ...[axes[axis], "lower quartile", "median", "upper quartile"].map((title) => ({ title, right: true })),
  ];
  const rows = searches.flatMap((search) => {
    const band = search.curves[axis];
    return band.at.map((at, i) => [search.method, ...[at, band.lower[i], band.median[i], band.upper[i]].map(short)]);
  });
  return { columns, rows };
}

function captionOf(searches) {
  const seeds = [...new Set(searches.map((search) => Object.values(search.curves)[0].seeds))];
  const bands =
    searches.length > mostBands
      ? "the line is the median"
      : "the line is the median, the area reaches from the lower to the upper quartile";
  return (
    `Best ${searches[0].metric.name} so far (${searches[0].metric.text}); ${bands} over ` +
    `${seeds.length === 1 ? plural(seeds[0], "seed") : `${Math.min(...seeds)} to ${Math.max(...seeds)} seeds`}. ` +
    `Budget: ${searches[0].budget}. Each line ends where the first of its seeds ended.`
  );
}

// What readers choose: what the budget counts comes first; a full evaluation is a unique query unless the optimizer
// chooses fidelities.
function choicesOf(drawn) {
  const shared = Object.keys(axes).filter((axis) => drawn.every((search) => search.curves[axis]));
  const counted = [drawn[0].axis, drawn[0].axis === "full_evaluations" ? "unique_queries" : ""];
  const axis = {
    key: "axis",
    label: "Axis",
    values: shared.map((each) => [each, axes[each]]),
    value: counted.find((each) => shared.includes(each)) ?? shared[0],
  };
  const scales = [
    ["value", "value"],
    ["regret", "regret"],
    ["log_regret", "log regret"],
  ];
  const knows = drawn.every((search) => search.optimum != null);
  return [axis, { key: "scale", label: "Scale", values: knows ? scales : scales.slice(0, 1), value: "value" }];
}

// `searches`: those of one task.
export function curves(searches) {
  const drawn = searches.filter((search) => Object.keys(search.curves).length);
  if (!drawn.length) return [];
  return [
    {
      name: "curves",
      title: "Search curves",
      caption: captionOf(drawn),
      hint: "Click a name to hide a line; Ctrl and the wheel zoom.",
      choices: choicesOf(drawn),
      height: 400,
      option: (view, width) => option(drawn, view, width),
      numbers: ({ axis }) => numbers(drawn, axis),
    },
  ];
}
