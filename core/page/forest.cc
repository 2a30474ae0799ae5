#include "core/page/forest.h"

#include <algorithm>
#include <bit>
#include <numeric>
#include <utility>

#include "core/compare/random_positions.h"

namespace lode::core {
namespace {

using Choices = std::uint64_t;  // a set, one bit for each

bool Has(Choices choices, std::size_t choice) { return (choices >> choice & 1) != 0; }

Choices AllOf(std::size_t count) { return count == 64 ? ~Choices{0} : (Choices{1} << count) - 1; }

// A box of the decisions' space, in which a tree predicts one value.
struct Leaf {
  std::vector<Choices> box;  // for each decision
  double value = 0;
};

struct Split {
  double gain = 0;  // by how much the sum of squares becomes smaller
  std::size_t decision = 0;
  Choices left = 0;
};

// The samples of a node that take one choice.
struct Taken {
  std::size_t choice = 0, count = 0;
  double sum = 0;

  double mean() const { return sum / static_cast<double>(count); }
};

class TreeGrower {
 public:
  TreeGrower(const Samples& samples, std::size_t leaf) : samples_(samples), leaf_(leaf) {}

  // Returns the leaves of a tree for these samples.
  std::vector<Leaf> Grow(std::vector<std::size_t> rows) {
    std::vector<Choices> box;
    for (const std::size_t count : samples_.choices) { box.push_back(AllOf(count)); }
    GrowNode(std::move(rows), std::move(box));
    return std::move(leaves_);
  }

 private:
  void GrowNode(std::vector<std::size_t> rows, std::vector<Choices> box) {
    const Split split = BestSplit(rows);
    if (split.gain <= 0) {
      leaves_.push_back({std::move(box), MeanOf(rows)});
      return;
    }
    const auto middle = std::partition(rows.begin(), rows.end(), [&](std::size_t row) {
      return Has(split.left, samples_.taken[row][split.decision]);
    });
    std::vector<Choices> left = box;
    left[split.decision] &= split.left;
    box[split.decision] &= ~split.left;
    GrowNode({rows.begin(), middle}, std::move(left));
    GrowNode({middle, rows.end()}, std::move(box));
  }

  double MeanOf(const std::vector<std::size_t>& rows) const {
    double sum = 0;
    for (const std::size_t row : rows) { sum += samples_.values[row]; }
    return sum / static_cast<double>(rows.size());
  }

  Split BestSplit(const std::vector<std::size_t>& rows) const {
    Split best;
    const double least = 1e-12 * SquaresOf(rows);  // what rounding leaves
    for (std::size_t decision = 0; decision < samples_.choices.size(); ++decision) {
      const Split split = SplitOf(rows, decision);
      if (split.gain > std::max(best.gain, least)) { best = split; }
    }
    return best;
  }

  double SquaresOf(const std::vector<std::size_t>& rows) const {
    double sum = 0;
    for (const std::size_t row : rows) { sum += samples_.values[row] * samples_.values[row]; }
    return sum;
  }

  std::vector<Taken> TakenBy(const std::vector<std::size_t>& rows, std::size_t decision) const {
    std::vector<Taken> taken(samples_.choices[decision]);
    for (std::size_t choice = 0; choice < taken.size(); ++choice) { taken[choice].choice = choice; }
    for (const std::size_t row : rows) {
      Taken& one = taken[samples_.taken[row][decision]];
      ++one.count;
      one.sum += samples_.values[row];
    }
    std::erase_if(taken, [](const Taken& one) { return one.count == 0; });
    return taken;
  }

  // Of all divisions of the choices in two, the best one keeps their order by means (Breiman et
  // al., Classification and Regression Trees, 1984, section 9.4). A choice that no sample takes
  // stays on the right.
  Split SplitOf(const std::vector<std::size_t>& rows, std::size_t decision) const {
    std::vector<Taken> taken = TakenBy(rows, decision);
    std::ranges::stable_sort(taken, {}, &Taken::mean);
    const double all = std::accumulate(taken.begin(), taken.end(), 0.0,
                                       [](double sum, const Taken& one) { return sum + one.sum; });
    const auto count = static_cast<double>(rows.size());
    Split best{.decision = decision};
    Choices left = 0;
    double sum = 0, size = 0;
    for (std::size_t i = 0; i + 1 < taken.size(); ++i) {
      left |= Choices{1} << taken[i].choice;
      sum += taken[i].sum;
      size += static_cast<double>(taken[i].count);
      const double rest = count - size;
      if (std::min(size, rest) < static_cast<double>(leaf_)) { continue; }
      const double gain = sum * sum / size + (all - sum) * (all - sum) / rest - all * all / count;
      if (gain > best.gain) { best = {gain, decision, left}; }
    }
    return best;
  }

  const Samples& samples_;
  const std::size_t leaf_;
  std::vector<Leaf> leaves_;
};

std::vector<std::size_t> RowsOf(std::size_t count, bool resampled, RandomPositions& positions) {
  std::vector<std::size_t> rows(count);
  std::iota(rows.begin(), rows.end(), 0);
  if (resampled) {
    std::ranges::generate(rows, [&] { return positions.Below(count); });
  }
  return rows;
}

// Decomposes the variance of one tree's prediction.
class TreeVariance {
 public:
  TreeVariance(const std::vector<Leaf>& leaves, const std::vector<std::size_t>& choices)
      : leaves_(leaves), choices_(choices) {
    double squares = 0;
    for (const Leaf& leaf : leaves_) {
      mean_ += VolumeOf(leaf) * leaf.value;
      squares += VolumeOf(leaf) * leaf.value * leaf.value;
    }
    variance_ = std::max(squares - mean_ * mean_, 0.0);
  }

  double variance() const { return variance_; }

  std::vector<double> MeansOf(std::size_t decision) const {
    std::vector<double> means(choices_[decision]);
    for (const Leaf& leaf : leaves_) {
      const Choices choices = leaf.box[decision];
      const double weight = VolumeOf(leaf) / ShareOf(choices, decision) * leaf.value;
      for (std::size_t choice = 0; choice < means.size(); ++choice) {
        if (Has(choices, choice)) { means[choice] += weight; }
      }
    }
    return means;
  }

  double VarianceOf(const std::vector<double>& means) const {
    double sum = 0;
    for (const double mean : means) { sum += (mean - mean_) * (mean - mean_); }
    return sum / static_cast<double>(means.size());
  }

 private:
  double ShareOf(Choices choices, std::size_t decision) const {
    return std::popcount(choices) / static_cast<double>(choices_[decision]);
  }
  double VolumeOf(const Leaf& leaf) const {
    double volume = 1;
    for (std::size_t i = 0; i < choices_.size(); ++i) { volume *= ShareOf(leaf.box[i], i); }
    return volume;
  }

  const std::vector<Leaf>& leaves_;
  const std::vector<std::size_t>& choices_;
  double mean_ = 0, variance_ = 0;
};

void Add(const TreeVariance& tree, double weight, Importance& importance) {
  importance.variance += weight * tree.variance();
  for (std::size_t i = 0; i < importance.decisions.size(); ++i) {
    DecisionImportance& decision = importance.decisions[i];
    const std::vector<double> means = tree.MeansOf(i);
    decision.share += weight * tree.VarianceOf(means) / tree.variance();
    for (std::size_t choice = 0; choice < means.size(); ++choice) {
      decision.means[choice] += weight * means[choice];
    }
  }
}

}  // namespace

Importance ImportanceOf(const Samples& samples, const ForestSettings& settings) {
  RandomPositions positions;
  std::vector<std::vector<Leaf>> trees;
  std::vector<TreeVariance> varying;
  trees.reserve(settings.trees);
  for (std::size_t i = 0; i < settings.trees; ++i) {
    auto rows = RowsOf(samples.values.size(), settings.resampled, positions);
    trees.push_back(TreeGrower(samples, settings.leaf).Grow(std::move(rows)));
    const TreeVariance tree(trees.back(), samples.choices);
    if (trees.back().size() > 1 && tree.variance() > 0) { varying.push_back(tree); }
  }
  Importance importance;
  for (const std::size_t count : samples.choices) {
    importance.decisions.push_back({0, std::vector<double>(count)});
  }
  for (const TreeVariance& tree : varying) {
    Add(tree, 1 / static_cast<double>(varying.size()), importance);
  }
  return importance;
}

}  // namespace lode::core
