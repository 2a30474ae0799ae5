// How to repeat each run and where its numbers are.
import { command, details, h } from "./dom.js";

function versions(all) {
  return details("Versions of program, plugins and components", () =>
    h("pre", { tabindex: 0 }, JSON.stringify(all, null, 1)),
  );
}

export function reproduce(search) {
  const [first] = search.commands;
  const machines = search.machines.map(({ name, evaluations }) => `${name} (${evaluations} evaluations)`).join(", ");
  return [
    h("p", {}, "Each run keeps its resolved pipeline. This repeats it to the same trials:"),
    command(`${first.run} --seed ${first.seed}`),
    h("p", {}, "The numbers of this report are those of"),
    command(first.show),
    machines ? h("p", { class: "note" }, `Evaluated on ${machines}.`) : null,
    details("All runs", () =>
      h(
        "ul",
        { class: "plain" },
        search.commands.map(({ seed, directory }) => h("li", {}, `seed ${seed}: `, h("code", {}, directory))),
      ),
    ),
    details("The resolved pipeline", () => h("pre", { tabindex: 0 }, search.pipeline)),
    versions(search.versions),
  ];
}
