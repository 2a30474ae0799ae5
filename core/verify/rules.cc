#include "core/verify/rules.h"

#include <algorithm>

namespace lode::verify {
namespace {

constexpr Rule kRules[] = {
    // The file.
    {"plugin.load", "The host takes the file: entry, versions, components and their functions."},
    {"plugin.symbols", "The file exports lode_plugin_v1 and no other symbol."},
    {"plugin.torch", "A file that needs LibTorch says so by LODE_CAP_USES_TORCH, and only then."},
    {"plugin.descriptor", "The plugin has a well-formed id and version, a licence and a build."},

    // What a component says of itself.
    {"descriptor.id", "The id is [a-z][a-z0-9_]*, with dots between parts."},
    {"descriptor.version", "The version is three numbers, as in 1.2.0."},
    {"descriptor.summary", "The summary is one sentence with a full stop; doc is text or empty."},
    {"descriptor.param", "Parameters have names of their own, sentences, sane bounds, choices."},
    {"descriptor.default", "Each default has its parameter's type and lies in its bounds."},
    {"descriptor.preset", "Presets have names and set parameters to values that are allowed."},
    {"descriptor.save", "save and load come together or not at all."},

    // Making instances.
    {"create.defaults", "An instance can be made with the defaults."},
    {"create.setting",
     "Each bound, choice and preset makes an instance, or is refused as invalid."},
    {"create.beyond", "Values beyond the declared bounds and choices are refused as invalid."},
    {"create.host", "A host that offers less is no reason to fail, nor are its slots touched."},

    // What holds for every call.
    {"error.message", "A failed call leaves one line of text and its own status in lode_error."},
    {"error.null", "A call without a lode_error ends as one with it."},
    {"error.exception", "No exception crosses the boundary."},
    {"inputs.untouched", "What is given to be read is not written to."},
    {"outputs.untouched", "A failed call changes none of its outputs."},
    {"outputs.bounds", "Nothing is written past what the caller gave."},
    {"determinism",
     "The same arguments and random numbers give the same results, whatever outputs held before."},
    {"instances.independent", "Instances do not disturb each other, nor those of other settings."},
    {"host.text", "Texts for the host are single lines of UTF-8 of at most 16 KiB, not NULL."},
    {"host.progress", "The fraction of progress is at most 1, or negative if unknown."},
    {"text.printable",
     "Declared texts, labels and architectures are UTF-8 without control characters."},
    {"names.host", "No parameter or metric is called as something of the host's is."},
    {"host.cancellation", "A call ends within a second of the host's wish to cancel."},
    {"state.save", "save succeeds, and fails if its sink does."},
    {"state.load",
     "load takes what save wrote, with one behaviour from there on, and nothing else."},
    {"state.load.unchanged", "A load that failed leaves the instance as it was."},

    // What a component must leave alone.
    {"process.output", "Nothing is printed."},
    {"process.threads", "Threads have ended when the instance is destroyed (LibTorch's may stay)."},
    {"process.files", "No file stays open when the instance is destroyed."},
    {"process.memory", "What an instance allocates is freed with it."},
    {"process.signals",
     "No signal handler is changed; a library may take a free signal when it is loaded."},
    {"process.state", "Directory, environment, locale, file mask, rounding stay as they were."},
    {"process.crash", "The process is not brought down."},
    {"process.exit", "The process is not ended."},
    {"process.hang", "Every call ends."},

    // Search spaces.
    {"space.matrices", "At least one matrix; each has cells, a name and labels of its own."},
    {"space.log10_size", "log10_size is the number of architectures, as far as it can be counted."},
    {"space.discretize", "Every finite action becomes an architecture and stays unchanged."},
    {"space.discretize.valid", "What discretize makes is an architecture that format accepts."},
    {"space.discretize.finite", "Actions that are not finite are refused as invalid."},
    {"space.discretize.idempotent", "An architecture taken for an action becomes itself."},
    {"space.sample", "sample draws architectures, and not always the same."},
    {"space.sample.uniform",
     "sample draws each architecture with the same probability: each of at most 20000, each row's "
     "values if all combinations are architectures, else by steps to neighbours and back."},
    {"space.format", "format writes one line for architectures and refuses other bytes."},
    {"space.round_trip", "parse gives back what format wrote; no two architectures share a text."},
    {"space.parse", "parse reads the whole text and refuses what is no architecture as invalid."},
    {"space.mutate", "mutate changes one decision, and not always the same way."},
    {"space.mutate.reach",
     "mutate draws every neighbour, with a tenth of an equal share at least."},
    {"space.neighbours", "neighbours lists each architecture one mutation away once, mutually."},
    {"space.crossover",
     "Each row of a child is one of its parents', or joins parts of their labels: e3_k7 of e3_k5 "
     "and e6_k7."},
    {"space.crossover.mix",
     "Each row in which the parents differ is each one's, with a probability of 1/20 at least."},
    {"space.canonical",
     "canonical gives architectures that are their own representatives, more than one."},
    {"space.resample", "resample changes nothing at probability 0, most at 1; refuses others."},
    {"space.graph", "graph draws labelled nodes, and edges between nodes that it has drawn."},
    {"space.metrics", "Metrics are well-formed, follow from the architecture alone, are finite."},
    {"space.threads", "Functions called from four threads at once give the same results."},

    // Oracles.
    {"oracle.metrics", "At least one metric, well-formed, and constant from bind on."},
    {"oracle.bind",
     "bind takes spaces it can measure and refuses others as unsupported (or its file, i/o)."},
    {"oracle.before_bind", "evaluate and prepare before bind are refused as invalid."},
    {"oracle.prepare", "prepare succeeds, and again where it was done, with the same results."},
    {"oracle.prepare.files", "prepare writes into its directory only."},
    {"oracle.prepare.cancelled", "A prepare that was cut off says so, and is gone on with."},
    {"oracle.evaluate", "evaluate measures architectures: finite numbers for every metric."},
    {"oracle.optimum", "The optimum of a metric is finite, and nothing measured is better."},
    {"oracle.noise", "A metric that is not noisy does not depend on the evaluation's seed."},
    {"oracle.batch", "A batch has the results that its architectures have alone."},
    {"oracle.invalid_architecture", "Bytes that are no architecture are not measured."},
    {"oracle.cost", "The cost is a finite number of seconds, not negative, the same each time."},
    {"oracle.canonical", "With LODE_CAP_CANONICAL an architecture and its representative agree."},
    {"oracle.threads", "With LODE_CAP_CONCURRENT four threads at once get the same results."},

    // Exploration strategies.
    {"exploration.explore", "explore answers every step with true or false."},
    {"exploration.perturb", "perturb takes every finite action."},
    {"exploration.finite", "perturb keeps finite actions finite."},

    // Optimizers.
    {"optimizer.bind", "bind takes a space or refuses it as unsupported; some space it takes."},
    {"optimizer.before_bind", "ask, tell and load before bind are refused."},
    {"optimizer.ask", "ask succeeds at every step."},
    {"optimizer.ahead",
     "With LODE_CAP_SEVERAL_ASKS ask and tell go on with 2, 3, 7 proposals out."},
    {"optimizer.proposal", "A proposal is a finite action or an architecture of the space."},
    {"optimizer.tell", "tell takes every trial: failed, rejected, uninvited, several goals."},
    {"optimizer.failure", "What always fails is not proposed more than a few times."},
    {"optimizer.exhausted", "exhausted says the same when it is asked again, and changes nothing."},
    {"optimizer.batch", "Trials told in one call have the effect of telling them one by one."},
};

constexpr std::string_view kUnchecked[] = {
    "Whether save keeps all that an optimizer has learned: only that what was loaded is the same.",
    "Whether sample draws equally in a space of more than 20000 architectures that lists no "
    "neighbours and in which not all combinations of rows' values are architectures.",
    "Whether load refuses all damaged states: some bytes are changed, not each.",
    "Whether canonical, graph and metrics are those of the network that the author has in mind.",
};

}  // namespace

std::span<const std::string_view> Unchecked() { return kUnchecked; }

std::span<const Rule> Rules() { return kRules; }

bool IsRule(std::string_view id) { return std::ranges::count(kRules, id, &Rule::id) > 0; }

}  // namespace lode::verify
