// The best architectures of a search, drawn.
import { details, h } from "./dom.js";
import { plural } from "./numbers.js";

function card(found, search, place) {
  const seeds = `found by ${found.seeds.length === 1 ? "seed" : "seeds"} ${found.seeds.join(", ")}`;
  const ties = found.ties ? `, and ${plural(found.ties, "other")} of the same reward` : "";
  const picture = found.svg
    ? h(
        "div",
        { class: "picture", tabindex: 0, role: "group", "aria-label": `Picture of architecture ${place}` },
        h("img", {
          src: `data:image/svg+xml,${encodeURIComponent(found.svg)}`,
          alt: `The network of ${found.architecture}`,
        }),
      )
    : null;
  return h(
    "article",
    { class: "card" },
    h(
      "h3",
      {},
      `${place}. ${found.words.find((word) => word.name === search.metric.name)?.text ?? ""} ${search.metric.name}`,
    ),
    h("p", { class: "note" }, `${seeds}${ties}, first at step ${found.step}`),
    picture,
    h("p", { class: "notation", tabindex: 0 }, found.architecture),
    details("All metrics", () =>
      h(
        "dl",
        {},
        found.words.flatMap(({ name, text, about }) => [
          h("dt", {}, name),
          h("dd", {}, text, h("span", { class: "note" }, ` ${about}`)),
        ]),
      ),
    ),
  );
}

export function architectures(search) {
  if (!search.best.length)
    return [h("p", { class: "note" }, "No trial succeeded within the limits, so there is no best architecture.")];
  const note = search.no_pictures ? h("p", { class: "note" }, `No pictures: ${search.no_pictures}`) : null;
  return [
    h(
      "p",
      {},
      `The ${search.best.length === 1 ? "architecture" : plural(search.best.length, "different architecture")} ` +
        `with the best reward among the bests of ${plural(search.commands.length, "seed")}, after ${search.budget}.`,
    ),
    note,
    ...search.best.map((found, i) => card(found, search, i + 1)),
  ];
}
