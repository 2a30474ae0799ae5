// How methods compare, drawn: the values of their seeds, and their mean ranks.
import { ink, seriesStyle } from "./colors.js";
import { axisStyle } from "./options.js";
import { plural, short } from "./numbers.js";

const grid = { left: 12, right: 24, top: 12, bottom: 34, containLabel: true };
const methodAxis = (names) => ({ type: "category", inverse: true, data: names, ...axisStyle() });
const valueAxis = (name) => ({ type: "value", name, nameLocation: "middle", nameGap: 28, scale: true, ...axisStyle() });

// Lines between points: [[x1, y1, x2, y2], ...], where y is the place of a method.
const lines = (data, color) => ({
  type: "custom",
  silent: true,
  data,
  renderItem(_, api) {
    const [x1, y1] = api.coord([api.value(0), api.value(1)]);
    const [x2, y2] = api.coord([api.value(2), api.value(3)]);
    return { type: "line", shape: { x1, y1, x2, y2 }, style: { stroke: color, lineWidth: 3 } };
  },
  encode: { x: [0, 2], y: [1, 3] },
});

function values(task, budgets, unit) {
  const budget = budgets.at(-1);
  const points = task.points.filter((point) => point.budget === budget && point.best.count > 0);
  if (points.length < 2) return [];
  const names = points.map(({ method }) => method);
  const intervals = points.flatMap(({ interval }, i) => (interval ? [[interval[0], i, interval[1], i]] : []));
  return [
    {
      name: "comparison",
      title: `${task.metric} after ${short(budget)} ${unit}`,
      caption:
        `Each circle is the best ${task.metric} of a seed, each diamond the mean of a method's seeds` +
        `${intervals.length ? ", with its 95 % bootstrap interval" : ""}, after ${short(budget)} ${unit}. ${task.title}.`,
      option: () => ({
        grid,
        xAxis: valueAxis(task.metric),
        yAxis: methodAxis(names),
        tooltip: { confine: true, formatter: ({ value: [x, i] }) => `${names[i]}: ${short(x)}` },
        legend: { show: false },
        series: [
          {
            type: "scatter",
            symbolSize: 6,
            itemStyle: { color: seriesStyle(0).color, opacity: 0.5 },
            data: points.flatMap((point, i) => point.values.map((value) => [value, i])),
          },
          lines(intervals, seriesStyle(1).color),
          {
            type: "scatter",
            symbol: "diamond",
            symbolSize: 13,
            z: 3,
            itemStyle: { color: seriesStyle(1).color },
            data: points.map(({ best }, i) => [best.mean, i]),
          },
        ],
      }),
      numbers: () => ({
        columns: ["method", "seeds", "mean", "95 % interval"].map((title, i) => ({ title, right: i > 0 })),
        rows: points.map(({ method, best, interval }) => [
          method,
          String(best.count),
          short(best.mean),
          interval ? interval.map(short).join(" to ") : "-",
        ]),
      }),
      height: 60 + 34 * names.length,
      isTall: true,
    },
  ];
}

function ranked({ ranks, groups, blocks, critical_difference: critical }) {
  const order = Object.entries(ranks).sort((a, b) => a[1] - b[1]);
  const names = order.map(([name]) => name);
  const right = Math.max(...order.map(([, rank]) => rank));
  const bars = groups.map((group, i) => {
    const places = group.map((name) => names.indexOf(name));
    const x = right + 0.12 * (i + 1);
    return [x, Math.min(...places) - 0.2, x, Math.max(...places) + 0.2];
  });
  return {
    name: "ranks",
    title: "Mean ranks",
    caption:
      `The mean rank of each method over ${plural(blocks, "block")}, each a seed of a task, 1 the best.` +
      (critical
        ? ` Two methods differ if their ranks do by ${short(critical)} or more (Nemenyi); bars join those that do not.`
        : ""),
    option: () => ({
      grid,
      xAxis: { ...valueAxis("mean rank"), min: 1 },
      yAxis: methodAxis(names),
      tooltip: { confine: true, formatter: ({ value: [rank, i] }) => `${names[i]}: ${short(rank)}` },
      legend: { show: false },
      series: [
        {
          type: "scatter",
          symbol: "diamond",
          symbolSize: 13,
          itemStyle: { color: seriesStyle(0).color },
          data: order.map(([, rank], i) => [rank, i]),
        },
        lines(bars, ink().text),
      ],
    }),
    numbers: () => ({
      columns: [{ title: "method" }, { title: "mean rank", right: true }],
      rows: order.map(([name, rank]) => [name, short(rank)]),
    }),
    height: 60 + 34 * names.length,
    isTall: true,
  };
}

// The figures of each task, as a list for each.
export function ofTasks({ numbers }) {
  if (!numbers) return [];
  return numbers.tasks.map((task) => values(task, numbers.budgets, numbers.unit));
}

// The ranks over all tasks together; of two methods, the table says all.
export function overall({ numbers }) {
  const ranking = numbers?.tasks.length === 1 ? numbers.tasks[0].ranking : numbers?.ranking;
  return ranking && Object.keys(ranking.ranks).length > 2 ? [ranked(ranking)] : [];
}
