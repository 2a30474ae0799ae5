// The trials of a search: their values by step, and how the values of its architectures are distributed.
import { axisStyle } from "./options.js";
import { ink, seriesStyle } from "./colors.js";
import { plural, short } from "./numbers.js";

const spread = (shown, of) =>
  shown < of ? `${shown} of the ${of} that did not fail, evenly spread` : `all ${of} that did not fail`;

function scatter(search) {
  const { step, value, random, of } = search.trials.points;
  const kinds = [
    ["proposed by the optimizer", 0],
    ["random", 1],
  ].filter(([, kind]) => random.includes(kind));
  const option = () => ({
    grid: { left: 12, right: 24, top: 56, bottom: 34, containLabel: true },
    xAxis: { type: "value", name: "step", nameLocation: "middle", nameGap: 28, ...axisStyle() },
    yAxis: { type: "value", name: search.metric.name, scale: true, ...axisStyle("left") },
    tooltip: { formatter: ({ value: [at, reached] }) => `step ${at}: ${short(reached)}`, confine: true },
    dataZoom: [{ type: "inside", zoomOnMouseWheel: "ctrl" }],
    legend: { top: 0, itemWidth: 14, textStyle: { color: ink().text } },
    series: kinds.map(([name, kind], i) => ({
      type: "scatter",
      name,
      symbol: kind ? "triangle" : "circle",
      symbolSize: 5,
      itemStyle: { color: seriesStyle(i).color, opacity: 0.6 },
      data: step.map((at, n) => [at, value[n], random[n]]).filter((point) => point[2] === kind),
    })),
  });
  return {
    name: "trials",
    title: `Trials: ${search.metric.name} by step`,
    caption:
      `Each point is a trial; ${plural(search.commands.length, "seed")}, ${spread(step.length, of)}. ` +
      `${search.metric.name}: ${search.metric.text}.`,
    option,
    numbers: () => ({
      columns: [{ title: "step", right: true }, { title: search.metric.name, right: true }, { title: "random" }],
      rows: step.map((at, i) => [String(at), short(value[i]), random[i] ? "yes" : "no"]),
    }),
    height: 320,
  };
}

function histogram(search) {
  const { low, width, counts, of } = search.trials.histogram;
  const ranges = counts.map((_, i) => `${short(low + i * width)} to ${short(low + (i + 1) * width)}`);
  const option = () => ({
    grid: { left: 12, right: 24, top: 34, bottom: 34, containLabel: true },
    xAxis: {
      type: "category",
      data: counts.map((_, i) => short(low + (i + 0.5) * width)),
      name: search.metric.name,
      nameLocation: "middle",
      nameGap: 28,
      ...axisStyle(),
      axisLabel: { ...axisStyle().axisLabel, formatter: (value) => String(Number(Number(value).toPrecision(3))) },
    },
    yAxis: { type: "value", name: "architectures", ...axisStyle("left") },
    tooltip: { formatter: ({ dataIndex, value }) => `${ranges[dataIndex]}: ${value}`, confine: true },
    series: [{ type: "bar", barCategoryGap: "4%", data: counts, itemStyle: { color: seriesStyle(0).color } }],
  });
  return {
    name: "distribution",
    title: `Distribution of ${search.metric.name}`,
    caption:
      `The ${plural(of, "different architecture")} that ${plural(search.commands.length, "seed")} measured fully and within ` +
      `the limits, by the value of their first trial. ${search.metric.name}: ${search.metric.text}.`,
    option,
    numbers: () => ({
      columns: [{ title: search.metric.name }, { title: "architectures", right: true }],
      rows: counts.map((count, i) => [ranges[i], String(count)]),
    }),
    height: 280,
  };
}

export function trials(search) {
  return [
    search.trials.points.of ? scatter(search) : null,
    search.trials.histogram?.counts.length > 1 ? histogram(search) : null,
  ].filter(Boolean);
}
