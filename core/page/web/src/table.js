import { h } from "./dom.js";

// A table in a box that scrolls. `columns`: [{ title, right }], `rows`: lists of texts.
export function table({ columns, rows }, caption) {
  const classOf = (text, i) =>
    [columns[i].right ? "right" : "", text.length > 60 && text.includes(" ") ? "long" : ""].join(" ").trim() || null;
  const cell = (text, i) => h("td", { class: classOf(text, i) }, text);
  const title = (column, i) =>
    column.title ? h("th", { class: classOf(column.title, i), scope: "col" }, column.title) : cell("", i);
  return h(
    "div",
    { class: "scroll", tabindex: 0, role: "group", "aria-label": caption },
    h(
      "table",
      {},
      h("thead", {}, h("tr", {}, columns.map(title))),
      h(
        "tbody",
        {},
        rows.map((row) => h("tr", {}, row.map(cell))),
      ),
    ),
  );
}

const lines = (text) => text.split("\n").filter((line) => line);

// A table with what is said above and below it.
export function titled(data) {
  return [
    lines(data.heading).map((line) => h("p", {}, line)),
    table(data, lines(data.heading)[0] ?? "table"),
    lines(data.notes).map((line) => h("p", { class: "note" }, line)),
  ].flat();
}
