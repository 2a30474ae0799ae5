// Values that components recorded during the search, such as losses.
import { axisStyle } from "./options.js";
import { seriesStyle } from "./colors.js";
import { plural, short } from "./numbers.js";

function one(search, data) {
  const option = () => ({
    grid: { left: 12, right: 24, top: 34, bottom: 34, containLabel: true },
    xAxis: { type: "value", name: "step", nameLocation: "middle", nameGap: 28, max: "dataMax", ...axisStyle() },
    yAxis: { type: "value", name: data.name, scale: true, ...axisStyle("left") },
    tooltip: { trigger: "axis", confine: true, valueFormatter: short },
    legend: { show: false },
    series: [
      ["upper quartile", data.upper, "dotted"],
      ["median", data.median, "solid"],
      ["lower quartile", data.lower, "dotted"],
    ].map(([name, values, type]) => ({
      type: "line",
      name,
      symbol: "none",
      data: data.at.map((at, i) => [at, values[i]]),
      lineStyle: { color: seriesStyle(0).color, type, width: type === "solid" ? 2 : 1 },
      itemStyle: { color: seriesStyle(0).color },
    })),
  });
  return {
    name: `recorded-${data.name}`,
    title: data.name,
    caption:
      `Recorded during the search: median and quartiles over ${plural(data.seeds, "seed")} of the means in ` +
      `${plural(data.at.length, "interval")} of steps.`,
    option,
    numbers: () => ({
      columns: ["step", "lower quartile", "median", "upper quartile"].map((title) => ({ title, right: true })),
      rows: data.at.map((at, i) => [String(at), short(data.lower[i]), short(data.median[i]), short(data.upper[i])]),
    }),
    height: 260,
  };
}

export const recorded = (search) => search.recorded.map((data) => one(search, data));
