// Architectures as lines through their choices.
import { ink, isDark } from "./colors.js";
import { plural, short } from "./numbers.js";

const mostAxes = 32; // more cannot be told apart

// From bad to good, in either theme: Viridis's ends.
const ramp = () => (isDark() ? ["#5b4b8a", "#2aa198", "#fde725"] : ["#c7bfe0", "#21918c", "#440154"]);

export function parallel(search) {
  const data = search.trials.parallel;
  const { decisions } = search.trials;
  if (!data || data.rows.length < 2 || decisions.length > mostAxes) return [];
  const values = data.rows.map((row) => row.at(-1));
  const low = Math.min(...values);
  const high = Math.max(...values);
  // The rows are sorted by reward, and their colors tell their ranks: most values may be close to each other.
  const ranked = data.rows.map((row, i) => [...row, i / (data.rows.length - 1)]);
  const none = (i) => decisions[i].choices.length - 1;
  const used = (i) => data.rows.some((row) => row[i] === none(i));
  // Choices are written once for neighbors that have the same ones.
  const repeats = (i) => i > 0 && String(decisions[i].choices) === String(decisions[i - 1].choices);
  const option = (_, width) => {
    const isCrowded = decisions.length > 12 || width < 180 + 60 * decisions.length;
    const { text, muted, ground } = ink();
    // Labels stand on the lines, so they have a rim.
    const label = { color: text, fontSize: 10, textBorderColor: ground, textBorderWidth: 3 };
    const style = {
      z: 10,
      axisLine: { lineStyle: { color: muted } },
      axisLabel: label,
      nameTextStyle: { color: text, fontSize: isCrowded ? 10 : 11, align: isCrowded ? "left" : "center" },
      nameRotate: isCrowded ? 60 : 0,
      nameTruncate: { maxWidth: 200 },
    };
    const longest = Math.max(...decisions.map(({ name }) => name.length), search.metric.name.length);
    const top = isCrowded ? Math.min(20 + 5 * longest, 190) : 40;
    return {
      parallel: { left: 60, right: 60, top, bottom: 20, axisExpandable: false },
      parallelAxis: [
        ...decisions.map(({ name, choices }, dim) => ({
          dim,
          name,
          type: "category",
          data: used(dim) ? choices : choices.slice(0, -1),
          ...style,
          axisLabel: { ...style.axisLabel, show: !isCrowded || !repeats(dim) },
        })),
        {
          dim: decisions.length,
          name: search.metric.name,
          type: "value",
          min: low,
          max: high,
          ...style,
          axisLabel: { ...label, formatter: short },
        },
      ],
      visualMap: { show: false, min: 0, max: 1, dimension: decisions.length + 1, inRange: { color: ramp() } },
      tooltip: { show: false },
      series: [{ type: "parallel", data: ranked, lineStyle: { width: 1, opacity: 0.5 }, silent: false }],
    };
  };
  return [
    {
      name: "parallel",
      title: "Choices of good and bad architectures",
      caption:
        `Each line is an architecture: ${data.rows.length} of the ${data.of} different ones that ` +
        `${plural(search.commands.length, "seed")} measured fully, evenly spread by reward. The more contrast, the ` +
        "better.",
      hint: "Drag along an axis to select lines, click it to select all.",
      option,
      numbers: () => ({
        columns: [...decisions.map(({ name }) => ({ title: name })), { title: search.metric.name, right: true }],
        rows: data.rows.map((row) => [
          ...row.slice(0, -1).map((taken, i) => decisions[i].choices[taken]),
          short(row.at(-1)),
        ]),
      }),
      leastWidth: 130 + 24 * decisions.length,
      height: decisions.length > 5 ? 440 : 380,
    },
  ];
}
