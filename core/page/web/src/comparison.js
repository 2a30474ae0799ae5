// The comparison of methods with its statistics, as lode compare prints it.
import { details, h } from "./dom.js";
import { titled } from "./table.js";

function section({ title, tables, notes }, open) {
  return details(
    title,
    () => [...tables.flatMap(titled), ...notes.map((note) => h("p", { class: "note" }, note))],
    open,
  );
}

export function comparison(data) {
  if (data.missing) return [h("p", { class: "notice" }, `Methods are not compared: ${data.missing}`)];
  return [
    h(
      "p",
      {},
      "Tests are over the seeds. Read the column Holm: where it is at most ",
      h("code", {}, String(data.numbers.alpha)),
      ", the two methods differ. A of 0.5 means that neither tends to be better.",
    ),
    ...data.sections.map((part, i) => section(part, i === 0)),
  ];
}
