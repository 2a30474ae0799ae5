// The optimizer "my_component": a hill climber, called (1+1) in evolution strategies. Proposes a
// mutation of the best architecture so far, and restarts when that no longer helps.
#pragma once

#include <cmath>
#include <cstdint>
#include <lode/plugin.hpp>
#include <optional>

// Tell is called with every trial, whoever proposed its architecture. Save and Load, which are
// optional, carry what was learned from one search to another. The random stream is restarted at
// every call.
class MyComponent {
 public:
  struct Config {
    std::int64_t patience = 50;
  };
  static lode::Params<Config> Parameters() {
    return {lode::Param<Config>{
        "patience", &Config::patience,
        "Number of trials in a row without improvement after which it restarts.",
        lode::Range{.min = 1}}
                .Unit("trials")};
  }

  MyComponent(lode::Host host, const Config& config)
      : host_(host), patience_(static_cast<std::uint64_t>(config.patience)) {}

  void Bind(const lode::Space& space) {
    if (!space.CanMutate()) { throw lode::UnsupportedError("the space has no mutate"); }
    space_ = space;
  }

  lode::Architecture Ask() {
    const lode::Random random = host_.Random();
    if (climb_.best.empty()) { return space_->Sample(random); }
    return space_->Mutate(random, climb_.best);
  }

  void Tell(const lode::Trial& trial) {
    if (!trial.failed && (climb_.best.empty() || trial.reward > climb_.reward)) {
      climb_ = {{trial.architecture.begin(), trial.architecture.end()}, trial.reward, 0};
    } else if (++climb_.failures >= patience_) {
      climb_ = {};
    }
  }

  void Save(lode::Writer& writer) const {
    writer.Value(climb_.reward);
    writer.Value(climb_.failures);
    writer.Value(static_cast<std::uint64_t>(climb_.best.size()));
    writer.Values(std::span<const std::uint8_t>(climb_.best));
  }

  // Throws if the bytes are not what Save wrote for this space, and then changes nothing.
  void Load(lode::Reader& reader) {
    if (!space_) { throw lode::InvalidError("load before bind"); }
    Climb loaded;
    loaded.reward = reader.Value<double>();
    loaded.failures = reader.Value<std::uint64_t>();
    const auto cells = reader.Value<std::uint64_t>();
    if (!std::isfinite(loaded.reward) || (cells != 0 && cells != space_->cells())) {
      throw lode::InvalidError("the saved state belongs to another optimizer or space");
    }
    loaded.best.resize(cells);
    reader.Values(std::span(loaded.best));
    if (cells > 0) {
      space_->Format(loaded.best);  // throws if it is not an architecture
    }
    climb_ = std::move(loaded);
  }

 private:
  struct Climb {
    lode::Architecture best;  // empty before the first trial
    double reward = 0;        // of `best`
    std::uint64_t failures = 0;
  };

  lode::Host host_;
  std::uint64_t patience_;
  std::optional<lode::Space> space_;
  Climb climb_;
};
