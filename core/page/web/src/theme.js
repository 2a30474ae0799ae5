// Light and dark: what the system prefers, until the reader chooses. Print is always light.
import { redrawAll } from "./chart.js";
import { h } from "./dom.js";

const prefersDark = matchMedia("(prefers-color-scheme: dark)");
let chosen = null;

function apply(theme) {
  document.documentElement.dataset.theme = theme;
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
