// A space that is small enough to know everything about it: `rows` decisions with `choices` values
// each, a one-hot matrix, with every optional function except metrics and graph. Written "2-0-1".
#pragma once

#include <algorithm>
#include <cstdint>
#include <lode/choices.hpp>
#include <string>
#include <vector>

namespace lode::verify {

class GridSpace : public ChoiceSpace {
 public:
  struct Config {
    std::int64_t rows = 4;
    std::int64_t choices = 3;
  };
  static Params<Config> Parameters() {
    return {{"rows", &Config::rows, "Number of decisions.", Range{1, 20}},
            {"choices", &Config::choices, "Number of values of each decision.", Range{1, 10}}};
  }
  GridSpace(Host, const Config& config)
      : ChoiceSpace(Decisions(config), '-'),
        rows_(static_cast<std::size_t>(config.rows)),
        choices_(static_cast<std::size_t>(config.choices)) {}

  // The order of decisions does not matter, so the representative has ascending choices.
  void Canonical(ArchitectureView architecture, std::span<std::uint8_t> out) const {
    std::vector<std::size_t> choices = ChoicesOf(architecture);
    std::ranges::sort(choices);
    SetChoices(choices, out);
  }

 private:
  static std::vector<Decision> Decisions(const Config& config) {
    std::vector<std::string> values;
    for (std::int64_t c = 0; c < config.choices; ++c) values.push_back(std::to_string(c));
    std::vector<Decision> decisions;
    for (std::int64_t r = 0; r < config.rows; ++r)
      decisions.push_back({"decision " + std::to_string(r), values, "grid"});
    return decisions;
  }

 protected:
  std::size_t rows_;
  std::size_t choices_;
};

inline const lode_component& GridSpaceComponent() {
  return *SpaceComponent<GridSpace>("grid", "1.0.0", "A grid of independent decisions.");
}

}  // namespace lode::verify
