// What the options of all charts share.
import { ink } from "./colors.js";

// `align`: of the axis's name to its end.
export const axisStyle = (align = "center") => {
  const { text, muted, line } = ink();
  return {
    nameTextStyle: { color: text, align },
    axisLabel: { color: muted, hideOverlap: true },
    axisLine: { lineStyle: { color: muted } },
    splitLine: { lineStyle: { color: line } },
  };
};

export const common = () => {
  const { text, ground, line } = ink();
  return {
    animation: false,
    textStyle: { fontFamily: "system-ui, sans-serif", color: text },
    tooltip: {
      confine: true,
      backgroundColor: ground,
      borderColor: line,
      textStyle: { color: text, fontSize: 13 },
    },
    legend: {
      type: "plain",
      top: 0,
      textStyle: { color: text },
      inactiveColor: "#888",
      itemWidth: 28,
      itemStyle: { opacity: 0 },
    },
  };
};

// Returns what a figure shows before its reader chooses. `choices`: see figures.js.
export const defaultView = (choices) => Object.fromEntries(choices.map(({ key, value }) => [key, value]));

// How many rows the legend of a chart takes, in an ordinary font of 12 pixels.
export function legendRows(names, width) {
  let rows = 1;
  let used = 0;
  for (const name of names) {
    const room = 44 + 7 * name.length;
    if (used > 0 && used + room > width - 20) {
      rows += 1;
      used = 0;
    }
    used += room;
  }
  return rows;
}
