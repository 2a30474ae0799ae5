// An optimizer that measures `width` random architectures at the lowest fidelity that it may
// propose, the better half of them at full fidelity, and begins again.
#include <algorithm>
#include <cstddef>
#include <deque>
#include <lode/plugin.hpp>
#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace {

class Ladder {
 public:
  struct Config {
    std::int64_t width = 4;
    double lowest = 0;
  };
  static lode::Params<Config> Parameters() {
    return {
        {"width", &Config::width, "Architectures of each round.", lode::Range{.min = 2}},
        {"lowest", &Config::lowest, "The fidelity to begin with; 0: the lowest that is offered.",
         lode::Range{.min = 0, .max = 1}}};
  }

  Ladder(lode::Host host, const Config& config)
      : random_(host.Random()),
        width_(static_cast<std::size_t>(config.width)),
        lowest_(config.lowest) {}

  void Bind(const lode::Space& space) { space_.emplace(space); }

  void Offer(const lode::Fidelities& fidelities) {
    if (lowest_ > 0 && !fidelities.Serves(lowest_)) {
      throw lode::UnsupportedError("no evaluation has the fidelity of 'lowest', " +
                                   std::to_string(lowest_));
    }
    lowest_ = lowest_ > 0 ? lowest_ : fidelities.lowest();
  }

  lode::Proposal Ask() {
    if (!promoted_.empty()) {
      lode::Architecture best = std::move(promoted_.front());
      promoted_.pop_front();
      return {std::move(best), 1};
    }
    return {space_->Sample(random_), lowest_};
  }

  void Tell(const lode::Trial& trial) {
    if (trial.failed || trial.fidelity == 1) { return; }
    round_.emplace_back(trial.reward,
                        lode::Architecture(trial.architecture.begin(), trial.architecture.end()));
    if (round_.size() == width_) { Promote(); }
  }

 private:
  void Promote() {
    std::stable_sort(round_.begin(), round_.end(),
                     [](const auto& a, const auto& b) { return a.first > b.first; });
    for (std::size_t i = 0; i < width_ / 2; ++i) {
      promoted_.push_back(std::move(round_[i].second));
    }
    round_.clear();
  }

  const lode::Random random_;
  const std::size_t width_;
  double lowest_;
  std::optional<lode::Space> space_;
  std::vector<std::pair<double, lode::Architecture>> round_;  // rewards at the lowest fidelity
  std::deque<lode::Architecture> promoted_;
};

// It matches results with proposals by their order.
class InOrder : public Ladder {
 public:
  using Ladder::Ladder;
};

}  // namespace

LODE_PLUGIN("lode.test.ladder", "1.0.0", "Apache-2.0",
            lode::OptimizerComponent<Ladder>("ladder", "1.0.0", "Two fidelities.", "",
                                             LODE_CAP_SEVERAL_ASKS | LODE_CAP_ANY_ORDER),
            lode::OptimizerComponent<InOrder>("in_order", "1.0.0", "Needs results in order.", "",
                                              LODE_CAP_SEVERAL_ASKS));
