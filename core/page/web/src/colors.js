// Colors of series: those of Okabe and Ito, which color-blind people can distinguish. Dashes tell series apart that
// share a color.
const light = ["#0072b2", "#d55e00", "#009e73", "#aa4d88", "#8a6d00", "#56b4e9", "#444444"];
const dark = ["#56b4e9", "#ff8a3d", "#2fc89a", "#e39cc4", "#f0e442", "#9ecbff", "#cccccc"];
const dashes = ["solid", "dashed", "dotted", [8, 3, 2, 3]];

// Black on white, until a page has a theme.
let frame = { isDark: false, text: "#000000", muted: "#333333", line: "#dddddd", ground: "#ffffff" };

// The colors of a chart's frame.
export const ink = () => frame;
export function setInk(colors) {
  frame = colors;
}
export const isDark = () => frame.isDark;

export function seriesStyle(position) {
  const palette = isDark() ? dark : light;
  return {
    color: palette[position % palette.length],
    dash: dashes[Math.floor(position / palette.length) % dashes.length],
  };
}
