// Colors of series: those of Okabe and Ito, which color-blind people can distinguish. Dashes tell series apart that
// share a color.
const light = ["#0072b2", "#d55e00", "#009e73", "#aa4d88", "#8a6d00", "#56b4e9", "#444444"];
const dark = ["#56b4e9", "#ff8a3d", "#2fc89a", "#e39cc4", "#f0e442", "#9ecbff", "#cccccc"];
const dashes = ["solid", "dashed", "dotted", [8, 3, 2, 3]];

export const isDark = () => document.documentElement.dataset.theme === "dark";

export function seriesStyle(position) {
  const palette = isDark() ? dark : light;
  return {
    color: palette[position % palette.length],
    dash: dashes[Math.floor(position / palette.length) % dashes.length],
  };
}

// The colors of a chart's frame.
export function ink() {
  const style = getComputedStyle(document.documentElement);
  const of = (name) => style.getPropertyValue(name).trim();
  return { text: of("--text"), muted: of("--muted"), line: of("--line"), ground: of("--card") };
}
