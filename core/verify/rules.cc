#include "core/verify/rules.h"

#include <algorithm>

namespace lode::verify {
namespace {

constexpr Rule kRules[] = {
    // The file.
    {"plugin.load", "The host takes the file: entry, versions, components and their functions."},
    {"plugin.symbols", "The file exports lode_plugin_v1 and no other symbol."},
    {"plugin.torch", "A file declares LODE_CAP_USES_TORCH if and only if it needs LibTorch."},
    {"plugin.descriptor", "The plugin has a well-formed ID and version, a license and a build."},

    // A component's declarations.
    {"descriptor.id", "The ID is [a-z][a-z0-9_]*, with dots between parts."},
    {"descriptor.version", "The version is three numbers, as in 1.2.0."},
    {"descriptor.summary", "The summary is one sentence with a period; doc is text or empty."},
    {"descriptor.param", "Parameters have distinct names, sentences, valid bounds, choices."},
    {"descriptor.default", "Each default has its parameter's type and is within its bounds."},
    {"descriptor.preset", "Presets have names and set parameters to allowed values."},
    {"descriptor.save", "A component has both save and load, or neither."},

    // Creating instances.
    {"create.defaults", "An instance can be created with the defaults."},
    {"create.setting",
     "Each bound, choice and preset creates an instance, or is refused as invalid."},
    {"create.beyond", "Values beyond the declared bounds and choices are refused as invalid."},
    {"create.host", "create works on a host that offers less, and does not touch missing slots."},

    // Rules for every call.
    {"error.message", "A failed call leaves one line of text and its own status in lode_error."},
    {"error.null", "A call ends in the same way with and without a lode_error."},
    {"error.exception", "No exception crosses the boundary."},
    {"component.extension", "extension returns NULL for an ID that does not exist."},
    {"inputs.untouched", "A call does not write to its inputs."},
    {"outputs.untouched", "A failed call changes none of its outputs."},
    {"outputs.bounds", "Nothing is written past the caller's outputs."},
    {"determinism",
     "The same arguments and random numbers give the same results, whatever outputs held before."},
    {"instances.independent", "Instances do not disturb each other, nor those of other settings."},
    {"host.text", "Texts for the host are single lines of UTF-8 of at most 16 KiB, not NULL."},
    {"host.progress", "The fraction of progress is at most 1, or negative if unknown."},
    {"text.printable",
     "Declared texts, labels and architectures are UTF-8 without control characters."},
    {"names.host", "No parameter or metric has a name that the host reserves."},
    {"host.cancellation", "A call ends within a second after the host cancels."},
    {"state.save", "save succeeds, and fails if its sink does."},
    {"state.load",
     "load accepts what save wrote and nothing else, and always leads to the same behavior."},
    {"state.load.unchanged", "A load that failed leaves the instance as it was."},

    // State that a component must not change.
    {"process.output", "Nothing is printed."},
    {"process.threads", "Threads have ended when the instance is destroyed (LibTorch's may stay)."},
    {"process.files", "No file stays open when the instance is destroyed."},
    {"process.memory", "The memory of an instance is freed with it."},
    {"process.signals",
     "No signal handler is changed; a library may take a free signal when it is loaded."},
    {"process.state", "Directory, environment, locale, file mask, rounding stay as they were."},
    {"process.crash", "The process does not crash."},
    {"process.exit", "A component does not end the process."},
    {"process.hang", "Every call ends."},

    // Search spaces.
    {"space.matrices", "At least one matrix; each has cells, its own name and distinct labels."},
    {"space.log10_size", "log10_size is the number of architectures, as far as it can be counted."},
    {"space.discretize", "Every finite action becomes an architecture and stays unchanged."},
    {"space.discretize.valid", "discretize returns architectures that format accepts."},
    {"space.discretize.finite", "Actions that are not finite are refused as invalid."},
    {"space.discretize.idempotent", "An architecture used as an action becomes itself."},
    {"space.sample", "sample draws architectures, and not always the same one."},
    {"space.sample.uniform",
     "sample draws each architecture with the same probability: each of at most 20000, each row's "
     "values if all combinations are architectures, else by steps to neighbors and back."},
    {"space.format", "format writes one line for architectures and refuses other bytes."},
    {"space.round_trip", "parse gives back what format wrote; no two architectures share a text."},
    {"space.parse", "parse reads the whole text and refuses other texts as invalid."},
    {"space.mutate", "mutate changes one decision, and not always the same way."},
    {"space.mutate.reach", "mutate draws every neighbor, with at least a tenth of an equal share."},
    {"space.neighbours", "neighbours lists each architecture one mutation away once, mutually."},
    {"space.crossover",
     "Each row of a child is that of one parent, or joins parts of their labels: e3_k7 from e3_k5 "
     "and e6_k7."},
    {"space.crossover.mix",
     "Each row in which the parents differ comes from either one with probability 1/20 or more."},
    {"space.canonical",
     "canonical returns architectures that are their own representatives, more than one."},
    {"space.resample",
     "resample changes nothing at probability 0, most at 1, and refuses invalid ones."},
    {"space.graph", "graph draws labeled nodes, and edges between nodes that it has drawn."},
    {"space.metrics", "Metrics are well-formed, finite, and depend only on the architecture."},
    {"space.threads", "Functions called from four threads at once give the same results."},

    // Oracles.
    {"oracle.metrics", "At least one metric, well-formed, and constant from bind on."},
    {"oracle.bind",
     "bind accepts spaces it can measure and refuses others as unsupported (or its file, i/o)."},
    {"oracle.before_bind", "evaluate and prepare before bind are refused as invalid."},
    {"oracle.prepare", "prepare succeeds, also in a prepared directory, with the same results."},
    {"oracle.prepare.files", "prepare writes only into its directory."},
    {"oracle.prepare.cancelled", "A cancelled prepare says so, and a later one continues it."},
    {"oracle.evaluate", "evaluate measures architectures: finite numbers for every metric."},
    {"oracle.optimum", "The optimum of a metric is finite, and nothing measured is better."},
    {"oracle.noise", "A metric that is not noisy does not depend on the evaluation's seed."},
    {"oracle.fidelities",
     "Declared fidelities are well-formed and constant, and measured; others refused as invalid."},
    {"oracle.batch", "A batch gives the same results as its architectures alone."},
    {"oracle.invalid_architecture", "Bytes that are not an architecture are not measured."},
    {"oracle.cost", "The cost is a finite number of seconds, not negative, the same each time."},
    {"oracle.canonical", "With LODE_CAP_CANONICAL an architecture and its representative agree."},
    {"oracle.threads", "With LODE_CAP_CONCURRENT four threads at once get the same results."},

    // Relaxed networks of oracles.
    {"relaxed.table", "LODE_CAP_RELAXED, save, load and all functions of the network, or none."},
    {"relaxed.info", "describe states at least one batch for each split, always the same."},
    {"relaxed.refused",
     "Calls before restart and wrong ones are refused as invalid, missing features as "
     "unsupported."},
    {"relaxed.restart", "restart makes the same network for the same seed, whatever came before."},
    {"relaxed.batch",
     "Equal calls of measure have equal results; step changes them, with or without a gradient."},
    {"relaxed.gradient", "Gradients equal finite differences of the loss, in both splits."},
    {"relaxed.absent", "Gradients at 0 are 0, the differences, or finite, as requested."},
    {"relaxed.unrolled", "Unrolled gradients equal finite differences of the unrolled loss."},
    {"relaxed.state", "A loaded network measures and steps as the saved one, to the last bit."},

    // Exploration strategies.
    {"exploration.explore", "explore answers every step with true or false."},
    {"exploration.perturb", "perturb accepts every finite action."},
    {"exploration.finite", "perturb keeps finite actions finite."},

    // Optimizers.
    {"optimizer.bind", "bind accepts a space or refuses it as unsupported; it accepts some space."},
    {"optimizer.before_bind", "ask, tell and load before bind are refused."},
    {"optimizer.ask", "ask succeeds at every step."},
    {"optimizer.ahead",
     "With LODE_CAP_SEVERAL_ASKS, ask and tell work with 2, 3 and 7 proposals in progress."},
    {"optimizer.proposal", "A proposal is a finite action or an architecture of the space."},
    {"optimizer.tell", "tell accepts every trial: failed, rejected, uninvited, several goals."},
    {"optimizer.known", "tell accepts many known trials of step 0 before the first ask."},
    {"optimizer.failure", "An architecture that always fails is proposed only a few times."},
    {"optimizer.exhausted", "exhausted gives the same answer again, and changes nothing."},
    {"optimizer.offer", "Only fidelities that were offered are proposed; 1 if none were."},
    {"optimizer.any_order",
     "With LODE_CAP_ANY_ORDER, ask and tell work when younger steps are told before older ones."},
    {"optimizer.connect",
     "An optimizer that trains a relaxed network says so, and takes one; without, ask is refused."},
    {"optimizer.restore",
     "Loaded with its network between ask and tell, an optimizer continues as before."},
    {"optimizer.batch", "Trials told in one call have the same effect as one by one."},
};

constexpr std::string_view kUnchecked[] = {
    "Whether save keeps all that an optimizer has learned: only whether loaded states agree.",
    // NOLINTNEXTLINE(bugprone-suspicious-missing-comma): one text on two lines
    "Whether sample draws equally in a space of more than 20000 architectures that lists no "
    "neighbors and in which not all combinations of rows' values are architectures.",
    "Whether load refuses all damaged states: only some bytes are changed.",
    "Whether a call ends that reports ever new progress.",
    "Whether canonical, graph and metrics match the network that the author has in mind.",
};

}  // namespace

std::span<const std::string_view> Unchecked() { return kUnchecked; }

std::span<const Rule> Rules() { return kRules; }

bool IsRule(std::string_view id) { return std::ranges::count(kRules, id, &Rule::id) > 0; }

}  // namespace lode::verify
