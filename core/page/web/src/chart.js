// Figures on the page: drawn anew when the theme or the size changes, and with a table of their numbers.
import { choice, details, h, newId } from "./dom.js";
import { echarts } from "./engine.js";
import { common, defaultView } from "./options.js";
import { table } from "./table.js";

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

// The reader's choices, as buttons that change `view`.
const controlsOf = (choices, view, draw) =>
  choices
    .filter(({ values }) => values.length > 1)
    .map(({ key, label, values }) =>
      choice(label, values, view[key], (value) => {
        view[key] = value;
        draw();
      }),
    );

// Returns the element of a figure (figures.js says what that is).
export function figure({ title, caption, hint = "", choices = [], option, numbers, height }) {
  const view = defaultView(choices);
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
      if (chart) chart.setOption({ ...common(), ...option(view, chart.getWidth()) }, { notMerge: true });
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
  const controls = controlsOf(choices, view, self.draw);
  return h(
    "figure",
    {},
    h("h3", { id: label }, title),
    controls.length ? h("div", { class: "controls" }, controls) : null,
    holder,
    h("figcaption", {}, hint ? `${caption} ${hint}` : caption),
    details("The numbers of this figure", () => table(numbers(view), `Numbers of: ${title}`)),
  );
}
