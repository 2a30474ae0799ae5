#include <algorithm>
#include <array>
#include <optional>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include "core/verify/contract.h"
#include "core/verify/meanwhile.h"
#include "core/verify/space_parts.h"

namespace lode::verify {
namespace {

class ThreadContract : public Contract {
 public:
  ThreadContract(SpaceProbe& space, Findings& findings) : Contract(findings), space_(space) {}

  void Check() { Do("calling from four threads at once", &ThreadContract::CheckThreads); }

 private:
  using Observed = std::vector<std::optional<Bytes>>;

  // Observes the results of calls for the architecture that `seed` draws.
  static void ObserveOne(SpaceProbe& space, std::uint64_t seed, Observed& seen) {
    const auto sample = space.Sample(seed);
    seen.push_back(sample);
    if (!sample) { return; }
    const std::string text = space.Format(*sample).value_or("");
    const std::vector<float> as_action(sample->begin(), sample->end());
    seen.emplace_back(Bytes(text.begin(), text.end()));
    seen.push_back(space.Parse(text));
    seen.push_back(space.Discretize(as_action));
    if (space.CanMutate()) { seen.push_back(space.Mutate(seed, *sample)); }
    if (space.CanCrossover()) {
      seen.push_back(space.Crossover(seed, *sample, seen.back().value_or(*sample)));
    }
    if (space.HasCanonical()) { seen.push_back(space.Canonical(*sample)); }
    if (space.CanResample()) { seen.push_back(space.Resample(seed, 0.5, *sample)); }
    if (space.CanListNeighbours() && seed < 20) {
      for (Bytes& neighbour : space.Neighbours(*sample).value_or(std::vector<Bytes>{})) {
        seen.emplace_back(std::move(neighbour));
      }
    }
    if (!space.HasGraph() || seed >= 20) { return; }
    const auto graph = space.Graph(*sample).value_or(SpaceProbe::GraphParts{});
    for (const auto* texts : {&graph.labels, &graph.groups, &graph.edge_labels}) {
      for (const std::string& t : *texts) { seen.emplace_back(Bytes(t.begin(), t.end())); }
    }
  }

  static Observed Observe(SpaceProbe& space, std::uint64_t first = 0,
                          std::uint64_t last = kSampleCount) {
    Observed seen;
    for (std::uint64_t seed = first; seed < last; ++seed) { ObserveOne(space, seed, seen); }
    return seen;
  }

  // Other calls in the middle of each call with a callback must change nothing.
  void CheckInterleaved() {
    constexpr std::uint64_t kCalls = 10;
    const auto expected = Observe(space_, 0, kCalls);
    for (std::uint64_t seed = 0; seed < kCalls && !locks_; ++seed) {
      Meanwhile meanwhile([&] {
        Findings own;
        SpaceProbe other({&space_.api(), space_.instance()}, own);
        Observe(other, 100 + seed, 102 + seed);
      });
      Findings own;
      SpaceProbe space({&space_.api(), space_.instance()}, own);
      space.Interleave(&meanwhile);
      Observed seen;
      ObserveOne(space, seed, seen);
      locks_ = meanwhile.locks();
      Observed alone;
      ObserveOne(space_, seed, alone);
      Require(seen == alone && own.empty(), "space.threads",
              "functions called while another thread is in one give other results");
    }
    Require(Observe(space_, 0, kCalls) == expected, "space.threads",
            "functions give other results after they were called from another thread");
  }

  // Four threads at once must see the same as one thread.
  void CheckThreads() {
    CheckInterleaved();
    const auto expected = Observe(space_);
    std::array<bool, 4> same{};
    std::vector<std::thread> threads;
    threads.reserve(same.size());
    for (bool& result : same) {
      threads.emplace_back([&] {
        Findings own;
        SpaceProbe space({&space_.api(), space_.instance()}, own);
        result = Observe(space) == expected;
      });
    }
    for (std::thread& thread : threads) { thread.join(); }
    Require(std::ranges::all_of(same, [](bool s) { return s; }), "space.threads",
            "functions called from four threads at once give other results");
  }

  SpaceProbe& space_;
  bool locks_ = false;  // a function waits for the end of another one
};

}  // namespace

void CheckThreads(SpaceProbe& space, Findings& findings) {
  ThreadContract(space, findings).Check();
}

}  // namespace lode::verify
