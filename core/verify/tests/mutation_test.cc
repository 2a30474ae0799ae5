// Tests verify by mutation: sound components of all four kinds with one typical fault each, and the
// rule that finds it. Faults that no rule finds are listed in `lode verify --rules` as not checked.
#include <gtest/gtest.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <cstdlib>
#include <filesystem>
#include <string>
#include <string_view>
#include <vector>

#include "core/verify/rules.h"
#include "core/verify/verify.h"

namespace lode::verify {
namespace {

struct Mutant {
  const char* kind;
  int fault;  // number in mutants/KIND.c or .cc
  const char* what;
  const char* rule;  // the rule that finds it; "" if none does
};

constexpr Mutant kMutants[] = {
    {"space", 1, "draws one value twice as often as the others", "space.sample.uniform"},
    {"space", 2, "never draws the last value of the last row", "space.sample.uniform"},
    {"space", 3, "draws the first two rows equal", "space.sample.uniform"},
    {"space", 4, "sample counts instead of drawing", "determinism"},
    {"space", 5, "mutate never touches the last row", "space.mutate.reach"},
    {"space", 6, "mutate changes nothing at times", "space.mutate"},
    {"space", 7, "mutate changes two rows", "space.mutate"},
    {"space", 8, "mutate goes one way only", "space.mutate.reach"},
    {"space", 9, "mutate writes to the parent", "inputs.untouched"},
    {"space", 10, "crossover copies the mother", "space.crossover.mix"},
    {"space", 11, "the first row is always the father's", "space.crossover.mix"},
    {"space", 12, "crossover draws a new row", "space.crossover"},
    {"space", 13, "parse accepts text after a blank", "space.parse"},
    {"space", 14, "parse takes a short text", "space.parse"},
    {"space", 15, "parse takes unknown digits", "space.parse"},
    {"space", 16, "parse reads on to a NUL", "process.crash"},
    {"space", 17, "parse refuses with another status", "space.parse"},
    {"space", 18, "two architectures have one text", "space.round_trip"},
    {"space", 19, "format takes a row of zeros", "space.format"},
    {"space", 20, "format writes a line break", "space.format"},
    {"space", 21, "a label sets colors", "text.printable"},
    {"space", 22, "format ignores its sink", "space.format"},
    {"space", 23, "discretize ignores the last row", "space.discretize.idempotent"},
    {"space", 24, "discretize reads past the action", "process.crash"},
    {"space", 25, "discretize takes NaN", "space.discretize.finite"},
    {"space", 26, "discretize leaves rows of negative cells empty", "space.discretize.valid"},
    {"space", 27, "discretize changes with the number of calls", "determinism"},
    {"space", 28, "canonical rotates", "space.canonical"},
    {"space", 29, "canonical knows one architecture", "space.canonical"},
    {"space", 30, "canonical writes to its argument", "inputs.untouched"},
    {"space", 31, "neighbours forgets the last row", "space.mutate"},
    {"space", 32, "an architecture is its own neighbour", "space.neighbours"},
    {"space", 33, "neighbours come in changing order", "determinism"},
    {"space", 34, "neighbours ignores its sink", "space.neighbours"},
    {"space", 35, "resample never touches the last row", "space.resample"},
    {"space", 36, "resample halves the probability", "space.resample"},
    {"space", 37, "an edge ends at a node to come", "space.graph"},
    {"space", 38, "graph draws the same for all", "space.graph"},
    {"space", 39, "graph ignores its sink", "space.graph"},
    {"space", 40, "measure adds to the caller's buffer", "determinism"},
    {"space", 41, "measure writes a metric too many", "outputs.bounds"},
    {"space", 42, "measure gives the last architecture's value", "determinism"},
    {"space", 43, "a metric is not a number at times", "space.metrics"},
    {"space", 44, "log10_size is the natural logarithm", "space.log10_size"},
    {"space", 45, "format writes into a static buffer", "space.threads"},
    {"space", 46, "sample draws into a static buffer", "space.threads"},
    {"space", 47, "a parameter is kept in a static variable", "instances.independent"},
    {"space", 48, "create leaks", "process.memory"},
    {"space", 49, "a create that fails sets *out", "outputs.untouched"},
    {"space", 50, "create clamps its parameters", "create.beyond"},
    {"space", 51, "an error has two lines", "error.message"},
    {"space", 52, "a parse that fails has written", "outputs.untouched"},
    {"space", 53, "create prints", "process.output"},
    {"space", 54, "two rows have one label", "space.matrices"},
    {"space", 55, "there is a matrix past the last", "space.matrices"},
    {"space", 56, "a parameter is called use", "names.host"},
    {"space", 57, "a metric is called reward", "names.host"},
    {"space", 58, "create logs NULL", "host.text"},
    {"space", 59, "mutate reads the clock", "determinism"},
    {"space", 60, "an error has no end", "error.message"},
    {"space", 61, "sample draws the first and last row equal", "space.sample.uniform"},
    {"space", 62, "sample writes past the architecture", "outputs.bounds"},
    {"space", 63, "mutate goes one way nearly always", "space.mutate.reach"},
    {"space", 64, "the last row is always the mother's", "space.crossover.mix"},
    {"space", 65, "crossover writes to the father", "inputs.untouched"},
    {"space", 66, "resample never draws the old value", "space.resample"},
    {"space", 67, "parse stops at a NUL", "space.parse"},
    {"space", 68, "a node has no label", "space.graph"},
    {"space", 69, "destroy logs two lines", "host.text"},
    {"space", 70, "destroy frees twice", "process.crash"},
    {"space", 71, "the summary is not a sentence", "descriptor.summary"},
    {"space", 72, "a default is out of range", "descriptor.default"},
    {"oracle", 1, "evaluate adds to the caller's buffer", "determinism"},
    {"oracle", 2, "evaluate writes to the architecture", "inputs.untouched"},
    {"oracle", 3, "a batch has the first one's score", "oracle.batch"},
    {"oracle", 4, "evaluate takes its own stride", "process.crash"},
    {"oracle", 5, "a score depends on the one before", "determinism"},
    {"oracle", 6, "measures what is not an architecture", "oracle.invalid_architecture"},
    {"oracle", 7, "a metric that is not noisy has noise", "oracle.noise"},
    {"oracle", 8, "a cost is negative", "oracle.cost"},
    {"oracle", 9, "costs add up", "oracle.cost"},
    {"oracle", 10, "evaluates before bind", "process.crash"},
    {"oracle", 11, "a query that fails has written", "outputs.untouched"},
    {"oracle", 12, "there is a metric past the last", "oracle.metrics"},
    {"oracle", 13, "a split is unknown", "oracle.metrics"},
    {"oracle", 14, "a unit has a tab", "text.printable"},
    {"oracle", 15, "a number of epochs is not a number", "oracle.metrics"},
    {"oracle", 16, "refuses a space as invalid", "oracle.bind"},
    {"oracle", 17, "bind takes no space", "oracle.bind"},
    {"oracle", 18, "sums up in a static variable", "oracle.threads"},
    {"oracle", 19, "a parameter is kept in a static variable", "instances.independent"},
    {"oracle", 20, "the space is kept in a static variable", "instances.independent"},
    {"oracle", 21, "a score is not a number at times", "oracle.evaluate"},
    {"oracle", 22, "evaluate writes a metric too many", "outputs.bounds"},
    {"oracle", 23, "progress has a NULL text", "host.text"},
    {"oracle", 24, "progress counts percent", "host.progress"},
    {"oracle", 25, "a log line has no end", "host.text"},
    {"oracle", 26, "a record's name has control characters", "host.text"},
    {"oracle", 27, "evaluate leaves files open", "process.files"},
    {"oracle", 28, "a thread lives on", "process.threads"},
    {"oracle", 29, "evaluate leaks", "process.memory"},
    {"oracle", 30, "evaluate prints", "process.output"},
    {"oracle", 31, "evaluate sets an environment variable", "process.state"},
    {"oracle", 32, "refuses an empty batch", "oracle.evaluate"},
    {"oracle", 33, "one failure ends the batch", "oracle.batch"},
    {"oracle", 34, "a failure has no reason", "error.message"},
    {"oracle", 35, "destroy uses slots that the host lacks", "process.crash"},
    {"oracle", 36, "destroy frees nothing", "process.memory"},
    {"oracle", 37, "claims that representatives agree", "oracle.canonical"},
    {"oracle", 38, "fidelities descend", "oracle.fidelities"},
    {"oracle", 39, "measures at any fidelity", "oracle.fidelities"},
    {"oracle", 40, "fails at a fidelity that it declares", "oracle.fidelities"},
    {"oracle", 41, "fidelities change with the evaluations", "oracle.fidelities"},
    {"oracle", 42, "fidelities writes past its struct", "outputs.bounds"},
    {"oracle", 43, "says its fidelities before bind", "oracle.before_bind"},
    {"exploration", 1, "explore does not say no", "exploration.explore"},
    {"exploration", 2, "explore counts the steps of all instances", "determinism"},
    {"exploration", 3, "perturb writes past the action", "outputs.bounds"},
    {"exploration", 4, "perturb doubles until it is infinite", "exploration.finite"},
    {"exploration", 5, "perturb expects a cell", "outputs.bounds"},
    {"exploration", 6, "explore ends", "exploration.explore"},
    {"exploration", 7, "a parameter is kept in a static variable", "instances.independent"},
    {"exploration", 8, "explore reads the clock", "determinism"},
    {"exploration", 9, "explore has random numbers of its own", "determinism"},
    {"exploration", 10, "explore answers 2", "exploration.explore"},
    {"exploration", 11, "noise is kept in a static variable", "determinism"},
    {"exploration", 12, "perturb refuses large actions", "exploration.perturb"},
    {"exploration", 13, "create refuses with another status", "create.beyond"},
    {"exploration", 14, "reads beyond the host's table", "create.host"},
    {"exploration", 15, "the version is a word", "descriptor.version"},
    {"exploration", 16, "extension knows every id", "component.extension"},
    {"optimizer", 1, "has random numbers of its own", "determinism"},
    {"optimizer", 2, "asks before bind", "process.crash"},
    {"optimizer", 3, "leaves a row without a 1", "optimizer.proposal"},
    {"optimizer", 4, "does not say what it proposes", "optimizer.proposal"},
    {"optimizer", 5, "keeps a pointer to a trial's architecture", "optimizer.ask"},
    {"optimizer", 6, "tell takes its own stride", "optimizer.batch"},
    {"optimizer", 7, "tell writes to the metrics", "inputs.untouched"},
    {"optimizer", 8, "refuses failed trials", "optimizer.tell"},
    {"optimizer", 9, "save leaves out the best architecture and its reward", ""},
    {"optimizer", 10, "load takes what is cut off", "state.load"},
    {"optimizer", 11, "a load that fails has changed the state", "state.load.unchanged"},
    {"optimizer", 12, "save ignores its sink", "state.save"},
    {"optimizer", 13, "exhausted counts", "determinism"},
    {"optimizer", 14, "exhausted changes its mind", "optimizer.exhausted"},
    {"optimizer", 15, "expects the trial of its last proposal", "optimizer.ahead"},
    {"optimizer", 16, "tell leaks", "process.memory"},
    {"optimizer", 17, "what it learns is kept in a static variable", "determinism"},
    {"optimizer", 18, "tell reads the last trial only", "optimizer.batch"},
    {"optimizer", 19, "asks end", "optimizer.ask"},
    {"optimizer", 21, "refuses every space as invalid", "optimizer.bind"},
    {"optimizer", 22, "records without a name", "host.text"},
    {"optimizer", 23, "reads the clock", "determinism"},
    {"optimizer", 24, "a parameter is kept in a static variable", "instances.independent"},
    {"optimizer", 25, "ask writes past the architecture", "outputs.bounds"},
    {"optimizer", 26, "proposes an action of one cell", "optimizer.proposal"},
    {"optimizer", 27, "refuses several objectives", "optimizer.tell"},
    {"optimizer", 28, "refuses what it did not ask for", "optimizer.tell"},
    {"optimizer", 29, "tell writes to the architecture", "inputs.untouched"},
    {"optimizer", 30, "save writes nothing of what it learned", "state.save"},
    {"optimizer", 32, "load forgets the number of trials", "state.load"},
    {"optimizer", 33, "load draws random numbers", "state.load"},
    {"optimizer", 34, "load takes a damaged architecture", ""},
    {"optimizer", 35, "needs a log", "create.host"},
    {"optimizer", 36, "saves and does not load", "descriptor.save"},
    {"optimizer", 37, "proposes a fidelity that it was not offered", "optimizer.offer"},
    {"optimizer", 38, "keeps a pointer to the offered fidelities", "process.crash"},
    {"optimizer", 39, "takes an offer before bind", "optimizer.before_bind"},
    {"optimizer", 40, "offer writes to the fidelities", "inputs.untouched"},
    {"optimizer", 41, "expects older steps first", "optimizer.any_order"},
    {"optimizer", 42, "refuses fidelities as an internal error", "optimizer.offer"},
    {"optimizer", 43, "refuses many known trials", "optimizer.known"},
    {"network", 1, "a step changes nothing", "relaxed.batch"},
    {"network", 2, "an epoch has more batches after each step", "relaxed.info"},
    {"network", 3, "a restart adds to the seed", "relaxed.restart"},
    {"network", 4, "a restart ignores the seed", "relaxed.restart"},
    {"network", 5, "a step writes a gradient that nobody wants", "process.crash"},
    {"network", 6, "a step needs a place for the gradient", "relaxed.batch"},
    {"network", 7, "a step reports the loss after it", "relaxed.batch"},
    {"network", 8, "a sparse mixture is refused", "relaxed.batch"},
    {"network", 9, "each call is on the next batch", "relaxed.batch"},
    {"network", 10, "absent operations have no gradient", "relaxed.absent"},
    {"network", 11, "the unrolled gradient is that without the virtual step", "relaxed.unrolled"},
    {"network", 12, "the accuracy is in percent", "relaxed.batch"},
    {"network", 13, "the loss on validation is not a number", "relaxed.batch"},
    {"network", 14, "the gradient forgets the last row", "relaxed.gradient"},
    {"network", 15, "the gradient on validation points down", "relaxed.gradient"},
    {"network", 16, "measure takes a step", "relaxed.batch"},
    {"network", 17, "the network starts by itself", "relaxed.refused"},
    {"network", 18, "save writes the network after another step", "relaxed.state"},
    {"network", 20, "a random number of earlier asks is not saved", "optimizer.restore"},
    {"network", 21, "load forgets the epoch", "optimizer.restore"},
    {"network", 22, "load forgets the moments", "optimizer.restore"},
};

struct Quiet : Observer {
  void OnDoing(const std::string&, const std::string&) override {}
  void OnReport(const Report&) override {}
};

std::vector<Finding> Find(const std::string& kind, int fault) {
  setenv("LODE_MUTANT", (kind + ":" + std::to_string(fault)).c_str(), 1);
  const auto file =
      std::filesystem::path(LODE_BINARY_DIR) / "tests/plugins" / ("mutant_" + kind + ".lode.so");
  Quiet quiet;
  std::vector<Finding> found;
  for (const Report& report : Verify({file, "", {}, {}, std::chrono::seconds(60)}, quiet)) {
    EXPECT_EQ(report.skipped, "");
    found.insert(found.end(), report.findings.begin(), report.findings.end());
  }
  return found;
}

std::string Describe(const std::vector<Finding>& findings) {
  std::string text;
  for (const Finding& f : findings) { text += f.rule + ": " + f.done + ": " + f.seen + "\n"; }
  return text;
}

class Soundness : public testing::TestWithParam<const char*> {};

TEST_P(Soundness, FindsNothingInAComponentWithoutAFault) {
  EXPECT_EQ(Describe(Find(GetParam(), 0)), "");
}

INSTANTIATE_TEST_SUITE_P(Kind, Soundness,
                         testing::Values("space", "oracle", "exploration", "optimizer", "network"));

class Mutation : public testing::TestWithParam<Mutant> {};

TEST_P(Mutation, IsFoundByItsRule) {
  const Mutant& mutant = GetParam();
  const auto found = Find(mutant.kind, mutant.fault);
  if (*mutant.rule == '\0') {
    EXPECT_EQ(Describe(found), "") << mutant.what << ": is found now; name the rule";
  } else {
    EXPECT_GT(std::ranges::count(found, mutant.rule, &Finding::rule), 0)
        << mutant.what << ": is found only by:\n"
        << Describe(found);
  }
}

INSTANTIATE_TEST_SUITE_P(Fault, Mutation, testing::ValuesIn(kMutants),
                         [](const testing::TestParamInfo<Mutant>& info) {
                           return std::string(info.param.kind) + "_" +
                                  std::to_string(info.param.fault);
                         });

TEST(Mutants, AreManyAndNearlyAllFound) {
  const auto missed = std::ranges::count(kMutants, std::string_view(), &Mutant::rule);
  EXPECT_GE(std::size(kMutants), 60u);
  EXPECT_LE(missed, 2);
  EXPECT_GE(Unchecked().size(), static_cast<std::size_t>(missed));
  for (const Mutant& mutant : kMutants) {
    EXPECT_TRUE(*mutant.rule == '\0' || IsRule(mutant.rule)) << mutant.rule;
  }
}

}  // namespace
}  // namespace lode::verify
