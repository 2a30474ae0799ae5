// Figures with charts: drawn anew when the theme or the size changes, and with a table of their numbers.
import { BarChart, CustomChart, HeatmapChart, LineChart, ParallelChart, ScatterChart } from "echarts/charts";
import {
  AriaComponent,
  DataZoomInsideComponent,
  GridComponent,
  LegendComponent,
  MarkLineComponent,
  ParallelComponent,
  TooltipComponent,
  VisualMapContinuousComponent,
} from "echarts/components";
import * as echarts from "echarts/core";
import { SVGRenderer } from "echarts/renderers";
import { ink } from "./colors.js";
import { details, h, newId } from "./dom.js";
import { table } from "./table.js";

echarts.use([
  BarChart,
  CustomChart,
  HeatmapChart,
  LineChart,
  ParallelChart,
  ScatterChart,
  AriaComponent,
  DataZoomInsideComponent,
  GridComponent,
  LegendComponent,
  MarkLineComponent,
  ParallelComponent,
  TooltipComponent,
  VisualMapContinuousComponent,
  SVGRenderer,
]);

const figures = [];

export function redrawAll() {
  for (const figure of figures) figure.draw();
}

// Charts are drawn when they come near the window, and all of them before printing.
const near = new IntersectionObserver(
  (entries) => {
    for (const { isIntersecting, target } of entries) {
      if (isIntersecting) figures.find((figure) => figure.holder === target)?.begin();
    }
  },
  { rootMargin: "400px" },
);

export function drawRest() {
  for (const figure of figures) figure.begin();
}

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

// Arrow keys move through the points of the first series.
function moveByKeys(holder, chart) {
  let at = -1;
  holder.addEventListener("keydown", (event) => {
    const step = { ArrowRight: 1, ArrowLeft: -1 }[event.key];
    if (event.key === "Escape") chart().dispatchAction({ type: "hideTip" });
    if (!step || !chart()) return;
    const data =
      chart()
        .getOption()
        .series.find((series) => series.data?.length)?.data ?? [];
    at = Math.min(Math.max(at + step, 0), data.length - 1);
    chart().dispatchAction({ type: "showTip", seriesIndex: 0, dataIndex: at });
    event.preventDefault();
  });
}

// `option()`: the chart's option. `caption`: what the figure is, over how many seeds, at what budget. `numbers()`: a
// table of what is drawn, { columns, rows }. `controls`: elements above the chart.
export function figure({ title, caption, option, numbers, controls = [], height = 360 }) {
  const label = newId("figure");
  const holder = h("div", {
    class: "chart",
    style: `height:${height}px`,
    tabindex: 0,
    role: "img",
    "aria-labelledby": label,
  });
  let chart = null;
  const self = {
    holder,
    draw() {
      if (chart) chart.setOption({ ...common(), ...option() }, { notMerge: true });
    },
    begin() {
      if (chart) return;
      near.unobserve(holder);
      chart = echarts.init(holder, null, { renderer: "svg" });
      self.draw();
      new ResizeObserver(() => {
        chart.resize();
        self.draw();
      }).observe(holder);
    },
  };
  figures.push(self);
  near.observe(holder);
  moveByKeys(holder, () => chart);
  const element = h(
    "figure",
    {},
    h("h3", { id: label }, title),
    controls.length ? h("div", { class: "controls" }, controls) : null,
    holder,
    h("figcaption", {}, caption),
    numbers ? details("The numbers of this figure", () => table(numbers(), `Numbers of: ${title}`)) : null,
  );
  return { element, draw: self.draw };
}
