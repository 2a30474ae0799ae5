// The Pareto front of a search with several goals.
import { axisStyle } from "./options.js";
import { ink, seriesStyle } from "./colors.js";
import { h } from "./dom.js";
import { plural, short } from "./numbers.js";

const better = (goal) => (goal.minimize ? "less is better" : "more is better");

function tip(goals, front) {
  return ({ seriesIndex, dataIndex, value }) => {
    const box = h("div", {});
    const values = seriesIndex === 0 ? front[dataIndex].values : value;
    if (seriesIndex === 0) box.append(h("strong", { class: "tip-name" }, front[dataIndex].name));
    goals.forEach((goal, i) => values[i] != null && box.append(h("div", {}, `${goal.name}: ${short(values[i])}`)));
    return box;
  };
}

// Where a goal's values are near those of the front: bad architectures may be far away.
function near(goal, values) {
  const low = Math.min(...values);
  const high = Math.max(...values);
  const span = high - low || Math.abs(high) / 10 || 1;
  const [below, above] = goal.minimize ? [span / 10, span] : [span, span / 10];
  return { min: low - below, max: high + above };
}

export function front(search) {
  const data = search.trials.front;
  if (!data || data.goals.length < 2) return [];
  const { goals, trials, others } = data;
  const against = goals.slice(1).map(({ name }) => [name, name]);
  const axis = (i, range, place) => {
    const isNear = range === "near";
    const values = trials.map((trial) => trial.values[i]);
    return {
      type: "value",
      name: `${goals[i].name} (${better(goals[i])})`,
      scale: true,
      ...place,
      ...(isNear ? near(goals[i], values) : {}),
      axisLabel: { ...place.axisLabel, showMinLabel: !isNear, showMaxLabel: !isNear },
    };
  };
  const option = ({ against, range }) => {
    const x = goals.findIndex(({ name }, i) => i > 0 && name === against);
    const points = (rows) => rows.map((row) => [row[x], row[0]]);
    return {
      grid: { left: 12, right: 24, top: 56, bottom: 34, containLabel: true },
      xAxis: axis(x, range, { nameLocation: "middle", nameGap: 28, ...axisStyle() }),
      yAxis: axis(0, range, axisStyle("left")),
      tooltip: { formatter: tip(goals, trials), confine: true },
      dataZoom: [{ type: "inside", zoomOnMouseWheel: "ctrl" }],
      legend: { top: 0, itemWidth: 14, textStyle: { color: ink().text } },
      series: [
        {
          type: "scatter",
          name: "Pareto front",
          symbol: "diamond",
          symbolSize: 10,
          z: 3,
          itemStyle: { color: seriesStyle(1).color },
          data: points(trials.map(({ values }) => values)),
        },
        {
          type: "scatter",
          name: "other architectures",
          symbolSize: 4,
          silent: true,
          itemStyle: { color: seriesStyle(0).color, opacity: 0.4 },
          data: points(others),
        },
      ],
    };
  };
  const figure = {
    name: "front",
    title: "Pareto front",
    caption:
      `The ${plural(trials.length, "trial")} of ${plural(search.commands.length, "seed")} that no other trial ` +
      `dominates, after ${search.budget}, and ${others.length} others, evenly spread, as far as ` +
      "they are in the range. " +
      goals.map((goal) => `${goal.name}: ${goal.text}`).join("; ") +
      ".",
    choices: [
      { key: "against", label: "Against", values: against, value: against[0][0] },
      {
        key: "range",
        label: "Range",
        values: [
          ["near", "near the front"],
          ["all", "all"],
        ],
        value: "near",
      },
    ],
    option,
    numbers: () => ({
      columns: [...goals.map((goal) => ({ title: goal.name, right: true })), { title: "architecture" }],
      rows: trials.map(({ values, name }) => [...values.map(short), name]),
    }),
    height: 400,
  };
  return [figure];
}
