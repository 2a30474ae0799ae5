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

export function front(search) {
  const data = search.trials.front;
  if (!data || data.goals.length < 2) return [];
  const { goals, trials, others } = data;
  const against = goals.slice(1).map(({ name }) => [name, name]);
  const axis = (goal, place) => ({ type: "value", name: `${goal.name} (${better(goal)})`, scale: true, ...place });
  const option = ({ against }) => {
    const x = goals.findIndex(({ name }, i) => i > 0 && name === against);
    const points = (rows) => rows.map((row) => [row[x], row[0]]);
    return {
      grid: { left: 12, right: 24, top: 56, bottom: 34, containLabel: true },
      xAxis: axis(goals[x], { nameLocation: "middle", nameGap: 28, ...axisStyle() }),
      yAxis: axis(goals[0], axisStyle("left")),
      tooltip: { formatter: tip(goals, trials), confine: true },
      dataZoom: [{ type: "inside", zoomOnMouseWheel: "ctrl" }],
      legend: { top: 0, textStyle: { color: ink().text } },
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
      `dominates, after ${search.budget}, and ${others.length} others, evenly spread. ` +
      goals.map((goal) => `${goal.name}: ${goal.text}`).join("; ") +
      ".",
    choices: against.length > 1 ? [{ key: "against", label: "Against", values: against, value: against[0][0] }] : [],
    option,
    numbers: () => ({
      columns: [...goals.map((goal) => ({ title: goal.name, right: true })), { title: "architecture" }],
      rows: trials.map(({ values, name }) => [...values.map(short), name]),
    }),
    height: 400,
  };
  return [figure];
}
