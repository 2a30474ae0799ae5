#include "core/verify/life.h"

#include <malloc.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <functional>
#include <latch>
#include <limits>
#include <thread>
#include <vector>

#include "core/verify/lent_network.h"
#include "core/verify/preparation.h"
#include "core/verify/space_probe.h"

// Replacements of malloc (sanitizers and tcmalloc) report the allocated memory with these
// functions.
// NOLINTNEXTLINE(readability-identifier-naming)
extern "C" [[gnu::weak]] std::size_t __sanitizer_get_current_allocated_bytes();
extern "C" [[gnu::weak]] int MallocExtension_GetNumericProperty(const char*, std::size_t*);

namespace lode::verify {
namespace {

using std::chrono::milliseconds;

constexpr std::uint64_t kStepsOfALife = 30;
constexpr std::size_t kQueries = 4;
constexpr std::size_t kLives = 4, kBatches = 4;
constexpr std::chrono::seconds kPatience{1};
constexpr int kAttempts = 8;
constexpr milliseconds kSlowLife{300};
constexpr std::size_t kOthers = 8;

std::size_t AllocatedBytes() {
  if (__sanitizer_get_current_allocated_bytes != nullptr) {
    return __sanitizer_get_current_allocated_bytes();
  }
  std::size_t bytes = 0;
  if (MallocExtension_GetNumericProperty != nullptr &&
      MallocExtension_GetNumericProperty("generic.current_allocated_bytes", &bytes) != 0) {
    return bytes;
  }
  const struct mallinfo2 info = mallinfo2();
  return info.uordblks + info.hblkhd;
}

// Returns for each metric of an oracle whether it must be the same when the oracle is asked again.
std::vector<bool> NotNoisy(const Subject& oracle) {
  const auto& api = oracle.api<lode_oracle_api>();
  std::vector<bool> list;
  for (std::uint32_t i = 0; i < api.metric_count(oracle.get()); ++i) {
    lode_metric metric{};
    metric.struct_size = sizeof metric;
    const lode_status status = api.metric(oracle.get(), i, &metric, nullptr);
    list.push_back(status == LODE_OK && (metric.flags & LODE_METRIC_NOISY) == 0);
  }
  return list;
}

}  // namespace

template <class Function>
bool Life::Call(const char* name, Function&& function) {
  const Clock::time_point start = Clock::now();
  const lode_status status = function();
  const Clock::duration overrun = Clock::now() - std::max(start, cancel_at_);
  if (overrun > overrun_) {
    overrun_ = overrun;
    late_call_ = name;
  }
  Note(&status, 1);
  return status == LODE_OK;
}

std::string Life::Live(std::function<void()> meanwhile) {
  meanwhile_ = std::move(meanwhile);
  Subject subject(case_.component, case_.setting);
  if (!subject.created()) { return ""; }
  HappenMeanwhile();
  subject.host().CancelAt(cancel_at_);
  switch (case_.component.kind) {
    case LODE_SPACE:
      LiveAsSpace(subject);
      break;
    case LODE_ORACLE:
      LiveAsOracle(subject);
      break;
    case LODE_EXPLORATION:
      LiveAsExploration(subject);
      break;
    default:
      LiveAsOptimizer(subject);
  }
  return std::move(given_);
}

void Life::LiveAsSpace(Subject& subject) {
  Findings ignored;  // the space's own contract reports them
  SpaceProbe probe(subject.space(), ignored);
  for (std::uint64_t step = 0; step < kStepsOfALife; ++step) {
    if (step == kStepsOfALife / 2) { HappenMeanwhile(); }
    std::optional<Bytes> sample;
    const auto keep = [&](const auto& result) {
      if (result) { Note(result->data(), result->size()); }
      return probe.status();
    };
    if (!Call("sample", [&] { return keep(sample = probe.Sample(step)); })) { return; }
    Call("format", [&] { return keep(probe.Format(*sample)); });
    const std::vector<float> action(sample->begin(), sample->end());
    Call("discretize", [&] { return keep(probe.Discretize(action)); });
    if (probe.CanMutate()) {
      Call("mutate", [&] { return keep(probe.Mutate(step, *sample)); });
    }
  }
}

void Life::LiveAsOracle(Subject& subject) {
  const auto& api = subject.api<lode_oracle_api>();
  if (!Call("bind", [&] { return api.bind(subject.get(), case_.space, nullptr); })) { return; }
  if (!Call("prepare", [&] { return Prepare(subject, case_.prepared, nullptr); })) { return; }
  const std::vector<bool> same = NotNoisy(subject);
  Findings ignored;
  SpaceProbe probe(case_.space, ignored);
  for (std::uint64_t round = 0; round < 2; ++round) {
    HappenMeanwhile();
    std::array<Bytes, kQueries> samples;
    std::array<std::vector<double>, kQueries> metrics;
    std::array<lode_query, kQueries> queries{};
    for (std::size_t i = 0; i < kQueries; ++i) {
      samples[i] = probe.Sample(round * kQueries + i).value_or(Bytes(probe.cells()));
      metrics[i].assign(same.size(), 0);
      queries[i] = {sizeof(lode_query), 0, samples[i].data(), 1.0, i,
                    metrics[i].data(),  0, LODE_OK,           0,   nullptr};
    }
    if (!Call("evaluate",
              [&] { return api.evaluate(subject.get(), queries.data(), kQueries, nullptr); })) {
      return;
    }
    for (std::size_t i = 0; i < kQueries; ++i) {
      Note(&queries[i].status, 1);
      for (std::size_t m = 0; m < same.size(); ++m) { Note(&metrics[i][m], same[m] ? 1 : 0); }
    }
  }
}

void Life::LiveAsExploration(Subject& subject) {
  const auto& api = subject.api<lode_exploration_api>();
  std::vector<float> action(30, 0.5f);
  for (std::uint64_t step = 0; step < kStepsOfALife; ++step) {
    if (step == kStepsOfALife / 2) { HappenMeanwhile(); }
    bool random = false;
    subject.host().Enter(step, Phase::kExplore);
    if (Has(api, &lode_exploration_api::explore) &&
        !Call("explore", [&] { return api.explore(subject.get(), step, &random, nullptr); })) {
      return;
    }
    Note(&random, 1);
    subject.host().Enter(step, Phase::kPerturb);
    const auto cells = static_cast<std::uint32_t>(action.size());
    if (Has(api, &lode_exploration_api::perturb) && !Call("perturb", [&] {
          return api.perturb(subject.get(), step, action.data(), cells, nullptr);
        })) {
      return;
    }
    Note(action.data(), action.size());
  }
}

void Life::LiveAsOptimizer(Subject& subject) {
  const auto& api = subject.api<lode_optimizer_api>();
  Findings ignored;
  const std::size_t cells = SpaceProbe(case_.space, ignored).cells();
  subject.host().Enter(0, Phase::kSetup);
  if (!Call("bind", [&] { return api.bind(subject.get(), case_.space, nullptr); })) { return; }
  LendNetwork(subject, case_.space, ignored);
  for (std::uint64_t step = 0; step < kStepsOfALife; ++step) {
    if (step == 0 || step == kStepsOfALife / 2) { HappenMeanwhile(); }
    if (!AskAndTell(subject, step, cells)) { return; }
  }
}

bool Life::AskAndTell(Subject& subject, std::uint64_t step, std::size_t cells) {
  const auto& api = subject.api<lode_optimizer_api>();
  std::vector<float> action(cells);
  Bytes architecture(cells);
  lode_proposal proposal = ProposalInto(action.data(), architecture.data());
  subject.host().Enter(step, Phase::kAsk);
  if (!Call("ask", [&] { return api.ask(subject.get(), &proposal, nullptr); })) { return false; }
  const bool is_action = proposal.kind == LODE_PROPOSES_ACTION;
  if (is_action && case_.space.api->discretize(case_.space.instance, action.data(),
                                               architecture.data(), nullptr) != LODE_OK) {
    return false;
  }
  Note(architecture.data(), cells);
  const double reward = 1.0 / static_cast<double>(1 + step % 7);
  const lode_trial trial =
      TrialOf(step, 0, is_action ? action.data() : nullptr, architecture.data(), reward);
  subject.host().Enter(step, Phase::kTell);
  return Call("tell", [&] { return api.tell(subject.get(), &trial, 1, nullptr); });
}

namespace {

class LivesContract {
 public:
  LivesContract(const Case& checked, Findings& findings) : case_(checked), findings_(findings) {}

  void Check() {
    CheckSideBySide();
    CheckOthersMeanwhile();
    for (const milliseconds delay : {milliseconds(0), milliseconds(200)}) { CheckCancelled(delay); }
    CheckMemory();
  }

 private:
  std::string Live() { return Life(case_).Live(); }
  void LiveOften() {
    for (std::size_t i = 0; i < kLives; ++i) {
      findings_.Beat();
      Live();
    }
  }

  void CheckSideBySide() {
    const auto doing = findings_.Do("two lives in two threads at once");
    const std::string alone = Live();
    std::array<std::string, 2> given;
    std::latch both(2);  // otherwise a thread that starts late may find the other life over
    std::thread other([&] {
      both.arrive_and_wait();
      given[0] = Live();
    });
    both.arrive_and_wait();
    given[1] = Live();
    other.join();
    findings_.Require(given[0] == alone && given[1] == alone, "instances.independent",
                      "an instance gives other results while another one is used");
  }

  // Variables of the library are shared by all instances. So another instance, with another setting
  // or bound to another space, lives in the middle of a life.
  void CheckOthersMeanwhile() {
    const auto start = Life::Clock::now();
    const std::string alone = Live();
    const bool slow = Life::Clock::now() - start > kSlowLife;
    if (case_.space.api != nullptr && case_.prepared.empty()) {
      CheckOtherMeanwhile({case_.component, case_.setting, other_space_.space().handle()}, alone);
    }
    for (const Setting& other : OtherSettings(slow ? 1 : kOthers)) {
      CheckOtherMeanwhile({case_.component, other, case_.space, case_.prepared}, alone);
    }
  }

  void CheckOtherMeanwhile(const Case& other, const std::string& alone) {
    const auto doing = findings_.Do("a life during which another instance lives");
    const auto live_other = [&] {
      findings_.Beat();
      Life(other).Live();
    };
    findings_.Require(
        Life(case_).Live(live_other) == alone, "instances.independent",
        "an instance gives other results after one with " + other.setting.name + " has lived");
  }

  // A preparation belongs to one setting and one space.
  std::vector<Setting> OtherSettings(std::size_t most) const {
    if (!case_.prepared.empty()) { return {case_.setting}; }
    std::vector<Setting> others = Variations(case_.component, case_.setting);
    if (others.size() > most) { others.resize(most); }
    return others;
  }

  // A busy machine may delay some attempts, but not all of them.
  void CheckCancelled(milliseconds delay) {
    std::chrono::duration<double> least = std::chrono::hours(1);
    std::string late_call;
    for (int attempt = 0; attempt < kAttempts && least > kPatience; ++attempt) {
      const auto doing =
          findings_.Do("a life that is cancelled after " + std::to_string(delay.count()) + " ms");
      Life life(case_, Life::Clock::now() + delay);
      life.Live();
      least = std::min<std::chrono::duration<double>>(least, life.overrun());
      late_call = life.late_call();
    }
    const auto doing = findings_.Do("cancelling lives");
    findings_.Require(least <= kPatience, "host.cancellation",
                      late_call + " continues for " + std::to_string(least.count()) + " s");
  }

  // A leak grows in every batch of lives; memory that is kept on purpose grows only in the first
  // ones.
  void CheckMemory() {
    const auto doing = findings_.Do("many lives, one after another");
    LiveOften();
    std::ptrdiff_t least = std::numeric_limits<std::ptrdiff_t>::max();
    for (std::size_t batch = 0; batch < kBatches && least > 0; ++batch) {
      const std::size_t before = AllocatedBytes();
      LiveOften();
      least = std::min(least, static_cast<std::ptrdiff_t>(AllocatedBytes() - before));
    }
    findings_.Require(
        least <= 0, "process.memory",
        "each leaves at least " + std::to_string(least / std::ptrdiff_t{kLives}) + " bytes behind");
  }

  const Case& case_;
  Findings& findings_;
  test::Grid other_space_{5, 2};
};

}  // namespace

void CheckLives(const Case& checked, Findings& findings) {
  LivesContract(checked, findings).Check();
}

}  // namespace lode::verify
