#include <algorithm>
#include <cmath>
#include <lode/math.hpp>
#include <lode/plugin.hpp>
#include <map>
#include <string>
#include <vector>

#include "core/verify/draws_check.h"
#include "core/verify/space_parts.h"

namespace lode::verify {
namespace {

constexpr double kFewArchitectures = 500;  // each is counted separately
constexpr double kManyArchitectures = 20'000;
constexpr double kDrawsOfEachOfFew = 120;  // enough to detect one that is twice as frequent
constexpr double kDrawsOfEachOfMany = 16;

class SampleDraws : public DrawsCheck {
 public:
  using DrawsCheck::DrawsCheck;

  void Check() { Do("sampling, to count results", &SampleDraws::CheckSample); }

 private:
  void CheckSample() {
    const double size = std::round(math::Pow(10.0, space_.Log10Size()));
    if (size >= 2 && size <= kManyArchitectures) { CheckEach(size); }
    if (is_product_) { return CheckRows(); }
    if (space_.CanListNeighbours()) { CheckExchange(); }
  }

  template <class Count>
  void RepeatSample(std::uint64_t draws, Count&& count) {
    Repeat(
        draws, "uniform",
        [&](lode_random random, std::uint8_t* out, std::uint64_t) {
          return space_.api().sample(space_.instance(), random, out, nullptr);
        },
        count);
  }

  void CheckEach(double size) {
    const bool few = size <= kFewArchitectures;
    const auto draws =
        static_cast<std::uint64_t>((few ? kDrawsOfEachOfFew : kDrawsOfEachOfMany) * size);
    std::map<Bytes, double, BytesLess> counts;
    RepeatSample(draws, [&](const Bytes& drawn, std::uint64_t) { ++counts[drawn]; });
    const double n = static_cast<double>(draws);
    const auto distinct = static_cast<double>(counts.size());
    Require(distinct <= size, "space.log10_size",
            "sample draws " + std::to_string(counts.size()) + " different architectures");
    if (few) {
      Require(distinct == size, "space.sample.uniform",
              "draws only " + std::to_string(counts.size()) + " different architectures");
      for (const auto& [bytes, count] : counts) {
        Require(MayBe(count, n, 1 / size), "space.sample.uniform",
                "draws an architecture with a frequency of " + std::to_string(count / n));
      }
    } else {
      CheckChiSquare(counts, n, size);
    }
  }

  // Uses the cube root of Wilson and Hilferty, which is normal in good approximation: at 8
  // deviations the probability is below 1e-14, far enough from 1e-9 to allow for the error of the
  // approximation.
  void CheckChiSquare(const std::map<Bytes, double, BytesLess>& counts, double n, double size) {
    const double expected = n / size;
    double chi_square = expected * (size - static_cast<double>(counts.size()));
    for (const auto& [bytes, count] : counts) {
      chi_square += (count - expected) * (count - expected) / expected;
    }
    const double freedom = size - 1, width = 2 / (9 * freedom);
    const double deviations =
        (math::Pow(chi_square / freedom, 1.0 / 3) - (1 - width)) / std::sqrt(width);
    Require(deviations < 8, "space.sample.uniform",
            "chi-square is " + std::to_string(deviations) + " deviations from its mean");
  }

  // Every combination of choices is an architecture. So the values of each row are equally likely,
  // and so are the pairs of values of two rows.
  void CheckRows() {
    const auto& rows = space_.rows();
    std::vector<std::vector<double>> single(rows.size()), pair(rows.size());
    for (std::size_t r = 0; r < rows.size(); ++r) {
      single[r].assign(rows[r].size, 0);
      pair[r].assign(rows[r].size * rows[(r + 1) % rows.size()].size, 0);
    }
    RepeatSample(kDraws, [&](const Bytes& drawn, std::uint64_t) {
      for (std::size_t r = 0; r < rows.size(); ++r) {
        const Row& next = rows[(r + 1) % rows.size()];
        const auto mine = ChoiceOf(drawn, rows[r]), its = ChoiceOf(drawn, next);
        if (mine < 0 || its < 0) { continue; }
        ++single[r][static_cast<std::size_t>(mine)];
        ++pair[r][static_cast<std::size_t>(mine) * next.size + static_cast<std::size_t>(its)];
      }
    });
    for (std::size_t r = 0; r < rows.size(); ++r) {
      CheckShares(single[r], Title(r) + ": column ", "space.sample.uniform");
      if (rows.size() > 1) {
        CheckShares(pair[r], Title(r) + " with the next: pair ", "space.sample.uniform");
      }
    }
  }

  // If every architecture is equally likely, so are a step to a random neighbor and the step back.
  // Steps therefore set each cell as often as they clear it. (A step to an architecture with more
  // neighbors is taken less often.)
  void CheckExchange() {
    std::vector<double> set(space_.cells()), cleared(space_.cells());
    test::RandomStream stream(1, "steps");
    const Random random(stream.handle());
    RepeatSample(DrawsOfExchange(), [&](const Bytes& from, std::uint64_t) {
      const auto list = NeighboursOf(from);
      if (list.empty()) { return; }
      const Bytes& to = list[random.Below(list.size())];
      const auto back = NeighboursOf(to);
      if (random.Uniform() * static_cast<double>(back.size()) >= static_cast<double>(list.size())) {
        return;
      }
      for (std::size_t cell = 0; cell < from.size(); ++cell) {
        set[cell] += from[cell] < to[cell] ? 1 : 0;
        cleared[cell] += from[cell] > to[cell] ? 1 : 0;
      }
    });
    for (std::size_t cell = 0; cell < set.size(); ++cell) {
      Require(MayBe(set[cell], set[cell] + cleared[cell], 0.5), "space.sample.uniform",
              "steps to neighbors set cell " + std::to_string(cell) + " " +
                  std::to_string(static_cast<int>(set[cell])) + " times and clear it " +
                  std::to_string(static_cast<int>(cleared[cell])) + " times");
    }
  }

  // Returns a smaller number for longer lists.
  std::uint64_t DrawsOfExchange() {
    const auto list = NeighboursOf(samples_.front());
    const std::size_t bytes = std::max<std::size_t>(1, space_.cells() * list.size());
    return std::clamp<std::uint64_t>(100'000'000 / bytes, 500, kDraws);
  }
};

}  // namespace

void CheckSampleDraws(SpaceProbe& space, const std::vector<Bytes>& samples, Findings& findings) {
  SampleDraws(space, samples, findings).Check();
}

}  // namespace lode::verify
