// Light and dark: what the system prefers, until the reader chooses. Print is always light.
import { redrawAll } from "./chart.js";
import { setInk } from "./colors.js";
import { h } from "./dom.js";

const prefersDark = matchMedia("(prefers-color-scheme: dark)");
let chosen = null;

function apply(theme) {
  document.documentElement.dataset.theme = theme;
  const style = getComputedStyle(document.documentElement);
  const of = (name) => style.getPropertyValue(name).trim();
  setInk({
    isDark: theme === "dark",
    text: of("--text"),
    muted: of("--muted"),
    line: of("--line"),
    ground: of("--card"),
  });
  redrawAll();
}
const current = () => chosen ?? (prefersDark.matches ? "dark" : "light");

export function followTheme() {
  apply(current());
  prefersDark.addEventListener("change", () => apply(current()));
  addEventListener("beforeprint", () => apply("light"));
  addEventListener("afterprint", () => apply(current()));
}

export function themeButton() {
  const label = () => (current() === "dark" ? "Light colors" : "Dark colors");
  const button = h("button", { type: "button", class: "theme", onclick: toggle }, label());
  function toggle() {
    chosen = current() === "dark" ? "light" : "dark";
    apply(chosen);
    button.textContent = label();
  }
  return button;
}
