// The comparison of methods with its statistics, as lode compare prints it.
import { details, h } from "./dom.js";
import { titled } from "./table.js";

function part({ title, tables, notes }, open) {
  return details(
    title,
    () => [...tables.flatMap(titled), ...notes.map((note) => h("p", { class: "note" }, note))],
    open,
  );
}

const parts = (sections) => sections.map((section, i) => part(section, i === 0));

// What became of the stages of pipelines.
export function stages(all) {
  return all.flatMap(({ directory, words, tables, compared }) => [
    all.length > 1 ? h("h3", { class: "task" }, directory) : null,
    ...words
      .split("\n")
      .filter(Boolean)
      .map((line) => h("p", { class: "note" }, line)),
    ...tables.flatMap(titled),
    ...compared.flatMap(({ stage, sections, fault }) =>
      fault ? h("p", { class: "notice" }, `Stage ${stage} is not compared: ${fault}`) : parts(sections),
    ),
  ]);
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
    ...parts(data.sections),
  ];
}
