// Failures, and where the time went.
import { axisStyle } from "./options.js";
import { ink, seriesStyle } from "./colors.js";
import { h } from "./dom.js";
import { plural, short } from "./numbers.js";
import { table } from "./table.js";

export function failures(search) {
  if (!search.failed) return [h("p", {}, "No trial failed.")];
  const rows = search.failures.map(({ reason, count }) => [reason, String(count)]);
  return [
    h("p", {}, `${plural(search.failed, "trial")} of ${plural(search.commands.length, "seed")} failed.`),
    table({ columns: [{ title: "reason" }, { title: "trials", right: true }], rows }, "Failures by reason"),
  ];
}

export function time(search) {
  const runs = search.time.filter(({ seconds }) => seconds > 0);
  if (!runs.length) return [];
  const rest = ({ seconds, evaluating, workers }) => Math.max(0, seconds - evaluating / Math.max(1, workers));
  const option = () => ({
    grid: { left: 12, right: 24, top: 56, bottom: 34, containLabel: true },
    xAxis: {
      type: "category",
      name: "seed",
      nameLocation: "middle",
      nameGap: 28,
      data: runs.map(({ seed }) => String(seed)),
      ...axisStyle(),
    },
    yAxis: { type: "value", name: "seconds of wall time", ...axisStyle("left") },
    tooltip: { trigger: "axis", confine: true, valueFormatter: short },
    legend: { top: 0, itemWidth: 14, textStyle: { color: ink().text } },
    series: [
      ["evaluating", (run) => run.evaluating / Math.max(1, run.workers)],
      ["everything else: optimizer, space, store", rest],
    ].map(([name, of], i) => ({
      type: "bar",
      stack: "all",
      barMaxWidth: 48,
      name,
      data: runs.map(of),
      itemStyle: { color: seriesStyle(i).color },
    })),
  });
  return [
    {
      name: "time",
      title: "Where the time went",
      caption:
        "The wall time of each seed's search. Evaluations that ran at once on several workers count by their " +
        "mean over the workers.",
      option,
      numbers: () => ({
        columns: ["seed", "seconds", "of evaluations", "evaluations", "workers"].map((title) => ({
          title,
          right: true,
        })),
        rows: runs.map((run) =>
          [run.seed, short(run.seconds), short(run.evaluating), run.evaluations, run.workers].map(String),
        ),
      }),
      height: 260,
    },
  ];
}
