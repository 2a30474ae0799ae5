// Which decisions mattered.
import { axisStyle } from "./options.js";
import { ink, seriesStyle } from "./colors.js";
import { plural, short } from "./numbers.js";

const percent = (share) => `${(100 * share).toFixed(1)} %`;
const mostShown = 24;

function bestOf({ means }, decision, minimize) {
  const best = means.indexOf(minimize ? Math.min(...means) : Math.max(...means));
  return decision.choices[best];
}

export function importance(search) {
  const data = search.trials.importance;
  if (!data || !data.varies) return [];
  const { decisions } = search.trials;
  const order = data.decisions.map((_, i) => i).sort((a, b) => data.decisions[b].share - data.decisions[a].share);
  const shown = order.slice(0, mostShown);
  const rest = Math.max(0, 1 - data.decisions.reduce((sum, { share }) => sum + share, 0));
  const option = () => ({
    grid: { left: 12, right: 60, top: 8, bottom: 34, containLabel: true },
    xAxis: {
      type: "value",
      name: "share of the variance",
      nameLocation: "middle",
      nameGap: 28,
      ...axisStyle(),
      axisLabel: { formatter: (share) => `${Math.round(100 * share)} %`, color: ink().muted },
    },
    yAxis: { type: "category", inverse: true, data: shown.map((i) => decisions[i].name), ...axisStyle() },
    tooltip: {
      confine: true,
      formatter: ({ dataIndex }) => {
        const i = shown[dataIndex];
        const means = data.decisions[i].means.map((mean, c) => `${decisions[i].choices[c]}: ${short(mean)}`);
        const box = document.createElement("div");
        box.style.whiteSpace = "pre-line";
        box.textContent = [`${decisions[i].name}: ${percent(data.decisions[i].share)}`, ...means].join("\n");
        return box;
      },
    },
    series: [
      {
        type: "bar",
        data: shown.map((i) => data.decisions[i].share),
        itemStyle: { color: seriesStyle(0).color },
        label: { show: true, position: "right", color: ink().text, formatter: ({ value }) => percent(value) },
      },
    ],
  });
  return [
    {
      name: "importance",
      title: "Which decisions mattered",
      caption:
        `The share of each decision alone in the variance of ${search.metric.name}: functional ANOVA (Hutter, Hoos ` +
        `and Leyton-Brown, ICML 2014) of a forest of ${data.trees} regression trees, fitted to ` +
        `${plural(data.samples, "architecture")} of ${plural(search.commands.length, "seed")}. All combinations of ` +
        `choices count alike. ${percent(rest)} are interactions of decisions.` +
        (order.length > mostShown ? ` The ${mostShown} most important of ${order.length} decisions are drawn.` : ""),
      option,
      numbers: () => ({
        columns: [
          { title: "decision" },
          { title: "share", right: true },
          { title: "best choice" },
          { title: `mean ${search.metric.name} of each choice` },
        ],
        rows: order.map((i) => [
          decisions[i].name,
          percent(data.decisions[i].share),
          bestOf(data.decisions[i], decisions[i], search.metric.minimize),
          data.decisions[i].means.map((mean, c) => `${decisions[i].choices[c]} ${short(mean)}`).join(", "),
        ]),
      }),
      height: 60 + 24 * shown.length,
      isTall: true,
    },
  ];
}
