// What the search learned: the mean of the best architectures that it found, beside that of the truly best.
import { figure } from "./chart.js";
import { axisStyle } from "./options.js";
import { ink } from "./colors.js";
import { h } from "./dom.js";
import { plural, short } from "./numbers.js";

// The node that a row of a matrix leads to, in labels like "0->1"; otherwise every row is its own.
const destination = (label) => label.split("->")[1] ?? label;
// Darker is higher in either theme.
const shades = ["#ffffff", "#08306b"];

// Positions before which a bar separates columns.
function bars(rows) {
  const has = rows.some((label) => label.includes("->"));
  return has ? rows.map((_, i) => i).filter((i) => i > 0 && destination(rows[i]) !== destination(rows[i - 1])) : [];
}

function cells(matrix, first, values) {
  const all = [];
  matrix.rows.forEach((_, row) =>
    matrix.columns.forEach((_, column) =>
      all.push([row, column, values[first + row * matrix.columns.length + column]]),
    ),
  );
  return all;
}

function option(matrix, first, side) {
  const { text } = ink();
  const marked = cells(matrix, first, side.best).filter(([, , one]) => one === 1);
  const contrast = (share) => (share > 0.5 ? "#fff" : "#000");
  return {
    grid: { left: 8, right: 12, top: 8, bottom: 8, containLabel: true },
    xAxis: {
      type: "category",
      data: matrix.rows,
      position: "top",
      ...axisStyle(),
      axisLabel: { color: text, interval: 0, rotate: matrix.rows.length > 9 ? 60 : 0 },
    },
    yAxis: { type: "category", data: matrix.columns, inverse: true, ...axisStyle(), axisLabel: { color: text } },
    visualMap: { show: false, min: 0, max: 1, dimension: 2, seriesIndex: 0, inRange: { color: shades } },
    tooltip: {
      confine: true,
      formatter: ({ value: [row, column, share] }) => `${matrix.rows[row]}, ${matrix.columns[column]}: ${short(share)}`,
    },
    series: [
      {
        type: "heatmap",
        data: cells(matrix, first, side.mean),
        itemStyle: { borderColor: ink().line, borderWidth: 0.5 },
        markLine: {
          silent: true,
          symbol: "none",
          label: { show: false },
          lineStyle: { color: text, width: 3, type: "solid" },
          data: [],
        },
      },
      {
        type: "custom",
        silent: true,
        z: 4,
        data: marked.map(([row, column]) => [row, column]),
        renderItem(_, api) {
          const [x, y] = api.coord([api.value(0), api.value(1)]);
          const share = side.mean[first + api.value(0) * matrix.columns.length + api.value(1)];
          return {
            type: "text",
            style: {
              text: "X",
              x,
              y,
              fill: contrast(share),
              font: "bold 15px sans-serif",
              align: "center",
              verticalAlign: "middle",
            },
          };
        },
      },
      {
        type: "custom",
        silent: true,
        z: 4,
        data: bars(matrix.rows).map((at) => [at]),
        renderItem(_, api) {
          const [width] = api.size([1, 1]);
          const [x, top] = api.coord([api.value(0), 0]);
          const [, bottom] = api.coord([api.value(0), matrix.columns.length - 1]);
          const half = api.size([1, 1])[1] / 2;
          return {
            type: "line",
            shape: { x1: x - width / 2, x2: x - width / 2, y1: top - half, y2: bottom + half },
            style: { stroke: text, lineWidth: 3 },
          };
        },
      },
    ],
  };
}

function side(search, matrix, first, { title, caption, data }) {
  return figure({
    title: search.trials.state.matrices.length > 1 ? `${title}: ${matrix.name}` : title,
    caption,
    option: () => option(matrix, first, data),
    numbers: () => ({
      columns: [{ title: "row" }, ...matrix.columns.map((name) => ({ title: name, right: true }))],
      rows: matrix.rows.map((name, row) => [
        name,
        ...matrix.columns.map((_, column) => short(data.mean[first + row * matrix.columns.length + column])),
      ]),
    }),
    height: 60 + 34 * matrix.columns.length,
  });
}

export function state(search) {
  const data = search.trials.state;
  if (!data) return [];
  const found = {
    title: "What the search had found",
    caption:
      `The mean of the ${plural(data.found.count, "best architecture")} that seed ${data.seed} found in ` +
      `${data.steps} steps. Darker is higher; X marks the best one` +
      (data.matrices.some(({ rows }) => bars(rows).length) ? "; bars separate the nodes that edges lead to." : "."),
    data: data.found,
  };
  const truth = data.true && {
    title: "What is truly best",
    caption: `The mean of the ${plural(data.true.count, "architecture")} of the whole space with the best rewards.`,
    data: data.true,
  };
  let first = 0;
  return data.matrices.map((matrix) => {
    const sides = [found, truth].filter(Boolean).map((each) => side(search, matrix, first, each));
    first += matrix.rows.length * matrix.columns.length;
    return h("div", { class: sides.length > 1 ? "pair" : null }, sides);
  });
}
