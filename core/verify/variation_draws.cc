#include <lode/plugin.hpp>
#include <map>
#include <string>
#include <vector>

#include "core/verify/draws_check.h"
#include "core/verify/space_parts.h"

namespace lode::verify {
namespace {

constexpr double kLeastShareOfNeighbour = 0.1;  // of an equal share
constexpr double kLeastShareOfParent = 0.05;
constexpr std::size_t kMostNeighbours = 400;

class VariationDraws : public DrawsCheck {
 public:
  using DrawsCheck::DrawsCheck;

  void Check() {
    if (space_.CanMutate()) { Do("mutating, to count results", &VariationDraws::CheckMutate); }
    if (space_.CanCrossover()) {
      Do("crossing, to count results", &VariationDraws::CheckCrossover);
    }
    if (space_.CanResample()) {
      Do("resampling, to count results", &VariationDraws::CheckResample);
    }
  }

 private:
  void CheckMutate() {
    const auto neighbours = FewNeighboursOf(samples_.front());
    if (!neighbours.empty()) { CheckReach(samples_.front(), neighbours); }
    if (rows_are_choices_) { CheckRowsChange(); }
  }

  std::vector<Bytes> FewNeighboursOf(const Bytes& parent) {
    if (!space_.CanListNeighbours()) { return {}; }
    auto list = NeighboursOf(parent);
    return list.size() > kMostNeighbours ? std::vector<Bytes>{} : list;
  }

  template <class Count>
  void RepeatMutate(std::uint64_t draws, const Bytes* parent, Count&& count) {
    Repeat(
        draws, "mutate",
        [&](lode_random random, std::uint8_t* out, std::uint64_t i) {
          const Bytes& from = parent != nullptr ? *parent : Sample(i);
          return space_.api().mutate(space_.instance(), random, from.data(), out, nullptr);
        },
        count);
  }

  void CheckReach(const Bytes& parent, const std::vector<Bytes>& neighbours) {
    const double least = kLeastShareOfNeighbour / static_cast<double>(neighbours.size());
    const std::uint64_t draws = 2 * DrawsToRefute(least);
    std::map<Bytes, double, BytesLess> counts;
    RepeatMutate(draws, &parent, [&](const Bytes& child, std::uint64_t) { ++counts[child]; });
    for (std::size_t n = 0; n < neighbours.size(); ++n) {
      Require(MayBeAtLeast(counts[neighbours[n]], static_cast<double>(draws), least),
              "space.mutate.reach",
              "neighbor " + std::to_string(n) + " of " + std::to_string(neighbours.size()) +
                  " is drawn " + std::to_string(static_cast<int>(counts[neighbours[n]])) +
                  " times in " + std::to_string(draws));
    }
  }

  // Also for spaces that list no neighbors, or many: each value of each row must occur.
  void CheckRowsChange() {
    const auto& rows = space_.rows();
    double values = 0;
    for (const Row& row : rows) { values += static_cast<double>(row.size - 1); }
    if (values == 0 || values > 1000) { return; }
    const double least = kLeastShareOfNeighbour / 2 / values;
    const std::uint64_t draws = DrawsToRefute(least);
    std::vector<double> came(space_.cells()), could(space_.cells());
    RepeatMutate(draws, nullptr, [&](const Bytes& child, std::uint64_t i) {
      for (std::size_t cell = 0; cell < child.size(); ++cell) {
        came[cell] += child[cell] > Sample(i)[cell] ? 1 : 0;
      }
    });
    for (const Bytes& sample : samples_) {
      for (std::size_t cell = 0; cell < sample.size(); ++cell) { could[cell] += 1 - sample[cell]; }
    }
    for (std::size_t r = 0; r < rows.size(); ++r) {
      for (std::size_t c = rows[r].first; c < rows[r].first + rows[r].size; ++c) {
        const double share = could[c] / static_cast<double>(samples_.size());
        Require(
            MayBeAtLeast(came[c], static_cast<double>(draws), least * share), "space.mutate.reach",
            Title(r) + ": column " + std::to_string(c - rows[r].first) + " is drawn " +
                std::to_string(static_cast<int>(came[c])) + " times in " + std::to_string(draws));
      }
    }
  }

  // In every row in which the parents differ, each parent must pass on its own some of the time.
  void CheckCrossover() {
    const auto& rows = space_.rows();
    std::vector<double> differ(rows.size()), mothers(rows.size()), fathers(rows.size());
    Repeat(
        4 * DrawsToRefute(kLeastShareOfParent), "crossover",
        [&](lode_random random, std::uint8_t* out, std::uint64_t i) {
          return space_.api().crossover(space_.instance(), random, Sample(i).data(),
                                        Sample(i + 1).data(), out, nullptr);
        },
        [&](const Bytes& child, std::uint64_t i) {
          for (std::size_t r = 0; r < rows.size(); ++r) {
            if (SameRow(rows[r], Sample(i), Sample(i + 1))) { continue; }
            ++differ[r];
            mothers[r] += SameRow(rows[r], child, Sample(i)) ? 1 : 0;
            fathers[r] += SameRow(rows[r], child, Sample(i + 1)) ? 1 : 0;
          }
        });
    for (std::size_t r = 0; r < rows.size(); ++r) {
      Require(MayBeAtLeast(mothers[r], differ[r], kLeastShareOfParent), "space.crossover.mix",
              Title(r) + " is hardly ever the mother's");
      Require(MayBeAtLeast(fathers[r], differ[r], kLeastShareOfParent), "space.crossover.mix",
              Title(r) + " is hardly ever the father's");
    }
  }

  void CheckResample() {
    if (!is_product_) { return; }
    const auto& rows = space_.rows();
    constexpr double kProbability = 0.5;
    std::vector<double> changed(rows.size());
    RepeatResample(kProbability, [&](const Bytes& child, std::uint64_t i) {
      for (std::size_t r = 0; r < rows.size(); ++r) {
        changed[r] += SameRow(rows[r], child, Sample(i)) ? 0 : 1;
      }
    });
    for (std::size_t r = 0; r < rows.size(); ++r) {
      const double others = 1 - 1 / static_cast<double>(rows[r].size);
      Require(MayBe(changed[r], kDraws, kProbability * others), "space.resample",
              Title(r) + " changes with a frequency of " + std::to_string(changed[r] / kDraws) +
                  " with probability 0.5");
    }
    std::vector<double> came(space_.cells());
    RepeatResample(1, [&](const Bytes& child, std::uint64_t) {
      for (std::size_t cell = 0; cell < child.size(); ++cell) { came[cell] += child[cell]; }
    });
    for (std::size_t r = 0; r < rows.size(); ++r) {
      const auto first = came.begin() + static_cast<std::ptrdiff_t>(rows[r].first);
      CheckShares({first, first + static_cast<std::ptrdiff_t>(rows[r].size)},
                  Title(r) + ": with probability 1 column ", "space.resample");
    }
  }

  template <class Count>
  void RepeatResample(double probability, Count&& count) {
    Repeat(
        kDraws, "resample",
        [&](lode_random random, std::uint8_t* out, std::uint64_t i) {
          return space_.api().resample(space_.instance(), random, probability, Sample(i).data(),
                                       out, nullptr);
        },
        count);
  }
};

}  // namespace

void CheckVariationDraws(SpaceProbe& space, const std::vector<Bytes>& samples, Findings& findings) {
  VariationDraws(space, samples, findings).Check();
}

}  // namespace lode::verify
