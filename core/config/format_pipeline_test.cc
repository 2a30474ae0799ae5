// A resolved pipeline, written and read again, stays the same. Any bytes at all give a pipeline or
// mistakes.
#include <gmock/gmock.h>

#include <cstdint>
#include <string>
#include <vector>

#include "core/config/config_test.h"

namespace lode::core {
namespace {

void ExpectSame(const ComponentConfig& a, const ComponentConfig& b) {
  EXPECT_EQ(a.kind, b.kind);
  EXPECT_EQ(a.id, b.id);
  EXPECT_EQ(a.preset, b.preset);
  EXPECT_EQ(a.values, b.values);
  EXPECT_EQ(a.policy, b.policy);
}

void ExpectSame(const std::vector<ComponentConfig>& a, const std::vector<ComponentConfig>& b) {
  ASSERT_EQ(a.size(), b.size());
  for (std::size_t i = 0; i < a.size(); ++i) { ExpectSame(a[i], b[i]); }
}

void ExpectSame(const std::vector<ReferenceConfig>& a, const std::vector<ReferenceConfig>& b) {
  ASSERT_EQ(a.size(), b.size());
  for (std::size_t i = 0; i < a.size(); ++i) {
    EXPECT_EQ(a[i].label, b[i].label);
    EXPECT_EQ(a[i].where, b[i].where);
    EXPECT_EQ(a[i].mark, b[i].mark);
    EXPECT_EQ(a[i].mean, b[i].mean);
    EXPECT_EQ(a[i].std, b[i].std);
    EXPECT_EQ(a[i].metric, b[i].metric);
  }
}

// Everything except the positions.
void ExpectSame(const Pipeline& a, const Pipeline& b) {
  EXPECT_EQ(a.name, b.name);
  EXPECT_EQ(a.description, b.description);
  EXPECT_EQ(a.seeds, b.seeds);
  ExpectSame(a.space, b.space);
  ExpectSame(a.oracles, b.oracles);
  ExpectSame(a.explorations, b.explorations);
  ExpectSame(a.optimizer, b.optimizer);
  EXPECT_EQ(a.reward.metric, b.reward.metric);
  EXPECT_EQ(a.reward.transform, b.reward.transform);
  EXPECT_EQ(a.reward.reference, b.reward.reference);
  EXPECT_EQ(a.reward.allow_test, b.reward.allow_test);
  EXPECT_EQ(a.start.warm_start, b.start.warm_start);
  EXPECT_EQ(a.start.trials, b.start.trials);
  EXPECT_EQ(a.start.architectures, b.start.architectures);
  EXPECT_EQ(a.budget.steps, b.budget.steps);
  EXPECT_EQ(a.budget.unique_queries, b.budget.unique_queries);
  EXPECT_EQ(a.budget.evaluations, b.budget.evaluations);
  EXPECT_EQ(a.confirm.repeats, b.confirm.repeats);
  EXPECT_EQ(a.confirm.candidates, b.confirm.candidates);
  EXPECT_EQ(a.budget.patience, b.budget.patience);
  EXPECT_EQ(a.budget.stop_after_no_improvement, b.budget.stop_after_no_improvement);
  EXPECT_EQ(a.budget.wall_seconds, b.budget.wall_seconds);
  EXPECT_EQ(a.budget.marks, b.budget.marks);
  EXPECT_EQ(a.execution.on_error, b.execution.on_error);
  EXPECT_EQ(a.execution.max_failures, b.execution.max_failures);
  EXPECT_EQ(a.execution.workers, b.execution.workers);
  EXPECT_EQ(a.execution.threads, b.execution.threads);
  ExpectSame(a.references, b.references);
  EXPECT_EQ(a.plugins, b.plugins);
  EXPECT_EQ(a.reward.scale, b.reward.scale);
  EXPECT_EQ(a.reward.limit_rule, b.reward.limit_rule);
  EXPECT_EQ(a.reward.result, b.reward.result);
  ASSERT_EQ(a.reward.limits.size(), b.reward.limits.size());
  for (std::size_t i = 0; i < a.reward.limits.size(); ++i) {
    EXPECT_EQ(a.reward.limits[i].metric, b.reward.limits[i].metric);
    EXPECT_EQ(a.reward.limits[i].min, b.reward.limits[i].min);
    EXPECT_EQ(a.reward.limits[i].max, b.reward.limits[i].max);
  }
  ASSERT_EQ(a.reward.add.size(), b.reward.add.size());
  for (std::size_t i = 0; i < a.reward.add.size(); ++i) {
    EXPECT_EQ(a.reward.add[i].metric, b.reward.add[i].metric);
    EXPECT_EQ(a.reward.add[i].weight, b.reward.add[i].weight);
  }
  ASSERT_EQ(a.reward.goals.size(), b.reward.goals.size());
  for (std::size_t i = 0; i < a.reward.goals.size(); ++i) {
    EXPECT_EQ(a.reward.goals[i].metric, b.reward.goals[i].metric);
    EXPECT_EQ(a.reward.goals[i].reference, b.reward.goals[i].reference);
  }
}

constexpr char kEverything[] = R"(
[pipeline]
name = "every thing"
description = "a \"quoted\" \\ line\nand $${HOME} $$${X}, \u00e9, \u007f"
seeds = [5, 3]
[space]
use = "ring"
size = 7
[[oracle]]
use = "acme.table"
dataset = "cifar100"
[[oracle]]
use = "latency"
device = "a phone"
[reward]
metric = "test_accuracy"
transform = "relative"
reference = 76.4
allow_test = true
scale = 0.5
limits = [{metric = "latency", max = 12}, {metric = "params", min = 1e3, max = 1e6}]
limit_rule = "death"
result = "best"
add = [{metric = "params", weight = -1e-9}]
goals = [{metric = "valid_accuracy", reference = 50}, {metric = "latency"}]
[[exploration]]
use = "epsilon_greedy"
end = 0.1
[[exploration]]
use = "warm_up"
[optimizer]
use = "l2nas"
preset = "paper"
policy = "table.tsv"
hidden = [64]
decay = [0.1, 0.3333333333333333, 1e-300]
tags = ["a", "${LODE_TEST_UNSET:-b}"]
[optimizer.rea]
population = 3
[budget]
steps = 1000
unique_queries = 500
evaluations = 600
marks = [10, 20]
patience = 7
stop_after_no_improvement = 30
wall_seconds = 0.75
[start]
warm_start = "earlier"
trials = "table.tsv"
architectures = ["0-1", "1-0"]
[confirm]
repeats = 3
candidates = 4
[record]
tensorboard = true
[execution]
on_error = "stop"
max_failures = 3
workers = 2
threads = 3
[plugins]
paths = ["lib", "/opt/lode"]
[grid]
"space.size" = [7, 8]
"oracle.0.dataset" = ["cifar100", "cifar10"]
[[reference]]
label = "table 1"
where = {"space.size" = 7, "oracle.0.dataset" = "cifar10"}
mark = 20
mean = 91.25
std = 0.125
[[reference]]
label = "table 2"
mean = 3
metric = "latency"
)";

class FormatPipelineTest : public ConfigTest {
 protected:
  // Any text must give pipelines or mistakes, and nothing else.
  void ExpectPipelinesOrMistakes(const std::string& text) {
    try {
      const auto searches = Searches(text);
      ASSERT_FALSE(searches.empty());
      const std::string resolved = FormatPipeline(searches[0].pipeline, catalog_);
      ASSERT_EQ(FormatPipeline(Single(resolved), catalog_), resolved);
      ++resolved_;
    } catch (const ConfigError& e) {
      ++refused_;
      ASSERT_FALSE(e.diagnostics().empty());
      for (const Diagnostic& d : e.diagnostics()) {
        ASSERT_FALSE(d.message.empty());
        ASSERT_EQ(FormatDiagnostic(d).find('\n'), std::string::npos) << FormatDiagnostic(d);
      }
    }
  }

  int resolved_ = 0;
  int refused_ = 0;
};

TEST_F(FormatPipelineTest, ReadsBackWhatItWrites) {
  for (const std::string& text : {std::string(kPipeline), std::string(kEverything)}) {
    for (const Search& search : Searches(text)) {
      const std::string resolved = FormatPipeline(search.pipeline, catalog_);
      // Reads it in another directory, because nothing in it is relative.
      const auto again =
          Resolve(Document::Read(Write("elsewhere/resolved.toml", resolved), {}), catalog_);
      ASSERT_EQ(again.size(), 1u);
      ExpectSame(search.pipeline, again[0].pipeline);
      EXPECT_EQ(FormatPipeline(again[0].pipeline, catalog_), resolved);
    }
  }
}

TEST_F(FormatPipelineTest, WritesEveryValueWithoutOutsideDependencies) {
  const std::string text = FormatPipeline(Single(kPipeline), catalog_);
  EXPECT_EQ(WithoutDirectory(text), R"([pipeline]
name = "p"
description = ""
seeds = [0]

[space]
use = "ring"
size = 5

[[oracle]]
use = "acme.table"
dataset = "cifar10"
table = "table.tsv"

[reward]
metric = "valid_accuracy"
transform = "identity"
scale = 1.0
allow_test = false

[optimizer]
use = "l2nas"
preset = "robust"
top_k = 64
lr = 0.0001
hidden = [128, 128]
decay = [0.9, 0.99]
tags = []
log_loss = false

[budget]
steps = 100
marks = []
patience = 100000

[execution]
on_error = "skip"
retries = 3
max_failures = 10
commit = "auto"
workers = 1
threads = 1
isolate = false
timeout_seconds = 0.0
memory_limit = 0
)");
}

TEST_F(FormatPipelineTest, AResolvedPipelineTakesOverridesLikeAnyOther) {
  const std::string text = FormatPipeline(Single(kPipeline), catalog_);
  EXPECT_EQ(Get<std::string>(Single(text, {"oracle.dataset=cifar100"}).oracles[0], "dataset"),
            "cifar100");
  EXPECT_EQ(Single(text, {"optimizer.use=rea"}).optimizer.id, "rea");
}

// Knuth's MMIX generator gives the same texts on every machine.
class Bytes {
 public:
  explicit Bytes(std::uint64_t seed) : state_(seed) {}
  std::size_t Below(std::size_t bound) {
    state_ = state_ * 6364136223846793005u + 1442695040888963407u;
    return static_cast<std::size_t>(state_ >> 33) % bound;
  }

 private:
  std::uint64_t state_;
};

// Deletes, repeats or replaces a piece, or moves a line.
void Mutate(std::string& text, Bytes& bytes) {
  using namespace std::string_view_literals;
  constexpr std::string_view kTelling = "\"'[]{}=.,#\n\\$-019_e\xff\x00\xc3"sv;
  const std::size_t at = bytes.Below(text.size());
  const std::size_t size = 1 + bytes.Below(4);
  switch (bytes.Below(4)) {
    case 0:
      text.erase(at, size);
      break;
    case 1:
      text.insert(at, text.substr(at, size));
      break;
    case 2:
      text[at] = kTelling[bytes.Below(kTelling.size())];
      break;
    default:
      text.insert(text.find('\n', at) + 1, text.substr(bytes.Below(text.size()), 4 * size));
  }
}

TEST_F(FormatPipelineTest, MutatedPipelinesGivePipelinesOrMistakes) {
  Bytes bytes(20260101);
  for (int round = 0; round < 400; ++round) {
    std::string text = round % 2 == 0 ? kEverything : kPipeline;
    const std::size_t mutations = bytes.Below(3);
    for (std::size_t i = 0; i < mutations && !text.empty(); ++i) { Mutate(text, bytes); }
    ExpectPipelinesOrMistakes(text);
  }
  EXPECT_GT(resolved_, 10);
  EXPECT_GT(refused_, 100);
}

TEST_F(FormatPipelineTest, PrefixesGivePipelinesOrMistakes) {
  const std::string text = kEverything;
  for (std::size_t size = 0; size <= text.size(); size += 3) {
    ExpectPipelinesOrMistakes(text.substr(0, size));
  }
}

}  // namespace
}  // namespace lode::core
