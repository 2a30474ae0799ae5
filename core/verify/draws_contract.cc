#include "core/verify/draws_contract.h"

#include <algorithm>
#include <cmath>
#include <lode/math.hpp>
#include <lode/plugin.hpp>
#include <map>
#include <string>
#include <utility>

#include "core/verify/chance.h"

namespace lode::verify {
namespace {

using Row = SpaceProbe::Row;

constexpr double kFewArchitectures = 500;  // each is counted separately
constexpr double kManyArchitectures = 20'000;
constexpr double kDrawsOfEachOfFew = 120;  // enough to detect one that is twice as frequent
constexpr double kDrawsOfEachOfMany = 16;
constexpr std::uint64_t kDraws = 8'000;
constexpr double kLeastShareOfNeighbour = 0.1;  // of an equal share
constexpr double kLeastShareOfParent = 0.05;
constexpr std::size_t kMostNeighbours = 400;

class DrawsContract {
 public:
  DrawsContract(const SpaceProbe& probe, const std::vector<Bytes>& samples, Findings& findings)
      : probe_(probe), api_(probe.api()), samples_(samples), findings_(findings) {
    rows_are_choices_ = std::ranges::all_of(samples, [&](const Bytes& s) {
      return std::ranges::all_of(probe.rows(), [&](const Row& r) { return ChoiceOf(s, r) >= 0; });
    });
    double product = 0;
    for (const Row& row : probe.rows()) product += lode::math::Log10(static_cast<double>(row.size));
    is_product_ = rows_are_choices_ && std::abs(product - probe.Log10Size()) < 1e-6;
  }

  void Check() {
    Do("sampling, to count results", &DrawsContract::CheckSample);
    if (probe_.CanMutate()) Do("mutating, to count results", &DrawsContract::CheckMutate);
    if (probe_.CanCrossover()) Do("crossing, to count results", &DrawsContract::CheckCrossover);
    if (probe_.CanResample()) Do("resampling, to count results", &DrawsContract::CheckResample);
  }

 private:
  void Do(const char* what, void (DrawsContract::*check)()) {
    const auto doing = findings_.Do(what);
    (this->*check)();
  }
  bool Require(bool holds, std::string_view rule, const std::string& seen) {
    return findings_.Require(holds, rule, seen);
  }

  // Returns the column of the row's only 1, or -1.
  static std::ptrdiff_t ChoiceOf(const Bytes& architecture, const Row& row) {
    const auto first = architecture.begin() + static_cast<std::ptrdiff_t>(row.first);
    const auto last = first + static_cast<std::ptrdiff_t>(row.size);
    return std::count(first, last, 1) == 1 ? std::find(first, last, 1) - first : -1;
  }
  static bool SameRow(const Row& row, const Bytes& a, const Bytes& b) {
    const auto first = static_cast<std::ptrdiff_t>(row.first);
    const auto last = static_cast<std::ptrdiff_t>(row.first + row.size);
    return std::equal(a.begin() + first, a.begin() + last, b.begin() + first);
  }
  std::string Title(std::size_t row) const { return "row " + std::to_string(row); }
  const Bytes& Sample(std::uint64_t i) const { return samples_[i % samples_.size()]; }

  // Calls draw(random, out, i) `draws` times and passes each result to count(out, i).
  template <class Draw, class Count>
  void Repeat(std::uint64_t draws, const char* stream_name, Draw&& draw, Count&& count) {
    test::RandomStream stream(1, stream_name);
    Bytes out(probe_.cells());
    for (std::uint64_t i = 0; i < draws; ++i) {
      if (i % 64 == 0) findings_.Beat();
      if (draw(stream.handle(), out.data(), i) != LODE_OK) return;  // reported by SpaceContract
      count(out, i);
    }
  }

  // ---- sample

  void CheckSample() {
    const double size = std::round(lode::math::Pow(10.0, probe_.Log10Size()));
    if (size >= 2 && size <= kManyArchitectures) CheckEach(size);
    if (is_product_) return CheckRows();
    if (probe_.CanListNeighbours()) CheckExchange();
  }

  template <class Count>
  void RepeatSample(std::uint64_t draws, Count&& count) {
    Repeat(
        draws, "uniform",
        [&](lode_random random, std::uint8_t* out, std::uint64_t) {
          return api_.sample(probe_.instance(), random, out, nullptr);
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
      for (const auto& [bytes, count] : counts)
        Require(MayBe(count, n, 1 / size), "space.sample.uniform",
                "draws an architecture with a frequency of " + std::to_string(count / n));
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
    for (const auto& [bytes, count] : counts)
      chi_square += (count - expected) * (count - expected) / expected;
    const double freedom = size - 1, width = 2 / (9 * freedom);
    const double deviations =
        (lode::math::Pow(chi_square / freedom, 1.0 / 3) - (1 - width)) / std::sqrt(width);
    Require(deviations < 8, "space.sample.uniform",
            "chi-square is " + std::to_string(deviations) + " deviations from its mean");
  }

  // Every combination of choices is an architecture. So the values of each row are equally likely,
  // and so are the pairs of values of two rows.
  void CheckRows() {
    const auto& rows = probe_.rows();
    std::vector<std::vector<double>> single(rows.size()), pair(rows.size());
    for (std::size_t r = 0; r < rows.size(); ++r) {
      single[r].assign(rows[r].size, 0);
      pair[r].assign(rows[r].size * rows[(r + 1) % rows.size()].size, 0);
    }
    RepeatSample(kDraws, [&](const Bytes& drawn, std::uint64_t) {
      for (std::size_t r = 0; r < rows.size(); ++r) {
        const Row& next = rows[(r + 1) % rows.size()];
        const auto mine = ChoiceOf(drawn, rows[r]), its = ChoiceOf(drawn, next);
        if (mine < 0 || its < 0) continue;
        ++single[r][static_cast<std::size_t>(mine)];
        ++pair[r][static_cast<std::size_t>(mine) * next.size + static_cast<std::size_t>(its)];
      }
    });
    for (std::size_t r = 0; r < rows.size(); ++r) {
      CheckShares(single[r], Title(r) + ": column ", "space.sample.uniform");
      if (rows.size() > 1)
        CheckShares(pair[r], Title(r) + " with the next: pair ", "space.sample.uniform");
    }
  }

  void CheckShares(const std::vector<double>& counts, const std::string& title,
                   std::string_view rule, double draws = kDraws) {
    for (std::size_t c = 0; c < counts.size(); ++c) {
      Require(
          MayBe(counts[c], draws, 1.0 / static_cast<double>(counts.size())), rule,
          title + std::to_string(c) + " has a frequency of " + std::to_string(counts[c] / draws));
    }
  }

  // If every architecture is equally likely, so are a step to a random neighbor and the step back.
  // Steps therefore set each cell as often as they clear it. (A step to an architecture with more
  // neighbors is taken less often.)
  void CheckExchange() {
    std::vector<double> set(probe_.cells()), cleared(probe_.cells());
    test::RandomStream stream(1, "steps");
    const Random random(stream.handle());
    SpaceProbe own({&api_, probe_.instance()}, ignored_);
    RepeatSample(DrawsOfExchange(own), [&](const Bytes& from, std::uint64_t) {
      const auto list = own.Neighbours(from).value_or(std::vector<Bytes>{});
      if (list.empty()) return;
      const Bytes& to = list[random.Below(list.size())];
      const auto back = own.Neighbours(to).value_or(std::vector<Bytes>{});
      if (random.Uniform() * static_cast<double>(back.size()) >= static_cast<double>(list.size()))
        return;
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
  std::uint64_t DrawsOfExchange(SpaceProbe& own) const {
    const auto list = own.Neighbours(samples_.front()).value_or(std::vector<Bytes>{});
    const std::size_t bytes = std::max<std::size_t>(1, probe_.cells() * list.size());
    return std::clamp<std::uint64_t>(100'000'000 / bytes, 500, kDraws);
  }

  // ---- mutate

  void CheckMutate() {
    const auto neighbours = NeighboursOf(samples_.front());
    if (!neighbours.empty()) CheckReach(samples_.front(), neighbours);
    if (rows_are_choices_) CheckRowsChange();
  }

  std::vector<Bytes> NeighboursOf(const Bytes& parent) {
    if (!probe_.CanListNeighbours()) return {};
    SpaceProbe own({&api_, probe_.instance()}, ignored_);
    auto list = own.Neighbours(parent).value_or(std::vector<Bytes>{});
    return list.size() > kMostNeighbours ? std::vector<Bytes>{} : list;
  }

  template <class Count>
  void RepeatMutate(std::uint64_t draws, const Bytes* parent, Count&& count) {
    Repeat(
        draws, "mutate",
        [&](lode_random random, std::uint8_t* out, std::uint64_t i) {
          const Bytes& from = parent != nullptr ? *parent : Sample(i);
          return api_.mutate(probe_.instance(), random, from.data(), out, nullptr);
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
    const auto& rows = probe_.rows();
    double values = 0;
    for (const Row& row : rows) values += static_cast<double>(row.size - 1);
    if (values == 0 || values > 1000) return;
    const double least = kLeastShareOfNeighbour / 2 / values;
    const std::uint64_t draws = DrawsToRefute(least);
    std::vector<double> came(probe_.cells()), could(probe_.cells());
    RepeatMutate(draws, nullptr, [&](const Bytes& child, std::uint64_t i) {
      for (std::size_t cell = 0; cell < child.size(); ++cell)
        came[cell] += child[cell] > Sample(i)[cell] ? 1 : 0;
    });
    for (const Bytes& sample : samples_)
      for (std::size_t cell = 0; cell < sample.size(); ++cell) could[cell] += 1 - sample[cell];
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

  // ---- crossover

  // In every row in which the parents differ, each parent must pass on its own some of the time.
  void CheckCrossover() {
    const auto& rows = probe_.rows();
    std::vector<double> differ(rows.size()), mothers(rows.size()), fathers(rows.size());
    Repeat(
        4 * DrawsToRefute(kLeastShareOfParent), "crossover",
        [&](lode_random random, std::uint8_t* out, std::uint64_t i) {
          return api_.crossover(probe_.instance(), random, Sample(i).data(), Sample(i + 1).data(),
                                out, nullptr);
        },
        [&](const Bytes& child, std::uint64_t i) {
          for (std::size_t r = 0; r < rows.size(); ++r) {
            if (SameRow(rows[r], Sample(i), Sample(i + 1))) continue;
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

  // ---- resample

  void CheckResample() {
    if (!is_product_) return;
    const auto& rows = probe_.rows();
    constexpr double kProbability = 0.5;
    std::vector<double> changed(rows.size());
    RepeatResample(kProbability, [&](const Bytes& child, std::uint64_t i) {
      for (std::size_t r = 0; r < rows.size(); ++r)
        changed[r] += SameRow(rows[r], child, Sample(i)) ? 0 : 1;
    });
    for (std::size_t r = 0; r < rows.size(); ++r) {
      const double others = 1 - 1 / static_cast<double>(rows[r].size);
      Require(MayBe(changed[r], kDraws, kProbability * others), "space.resample",
              Title(r) + " changes with a frequency of " + std::to_string(changed[r] / kDraws) +
                  " with probability 0.5");
    }
    std::vector<double> came(probe_.cells());
    RepeatResample(1, [&](const Bytes& child, std::uint64_t) {
      for (std::size_t cell = 0; cell < child.size(); ++cell) came[cell] += child[cell];
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
          return api_.resample(probe_.instance(), random, probability, Sample(i).data(), out,
                               nullptr);
        },
        count);
  }

  const SpaceProbe& probe_;
  const lode_space_api& api_;
  const std::vector<Bytes>& samples_;
  Findings& findings_;
  Findings ignored_;  // the space's own contract reports them
  bool rows_are_choices_ = false;
  bool is_product_ = false;
};

}  // namespace

void CheckDraws(const SpaceProbe& probe, const std::vector<Bytes>& samples, Findings& findings) {
  DrawsContract(probe, samples, findings).Check();
}

}  // namespace lode::verify
