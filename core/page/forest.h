// A random forest that predicts a number from decisions, and the importance of each decision in it.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

namespace lode::core {

// Samples of a function of some decisions.
struct Samples {
  std::vector<std::size_t> choices;              // how many each decision has; at most 64
  std::vector<std::vector<std::uint8_t>> taken;  // of each sample: one choice for each decision
  std::vector<double> values;                    // of each sample
};

struct ForestSettings {
  std::size_t trees = 16;
  std::size_t leaf = 3;   // samples that a leaf has at least
  bool resampled = true;  // each tree learns from samples drawn with replacement
};

// What a forest says about one decision.
struct DecisionImportance {
  double share = 0;             // of the variance: that of the decision alone
  std::vector<double> means{};  // for each choice: the mean over all other decisions
};

struct Importance {
  std::vector<DecisionImportance> decisions;
  double variance = 0;  // of the forest's prediction, over all combinations of choices
};

// Functional ANOVA (Hutter, Hoos and Leyton-Brown, An Efficient Approach for Assessing
// Hyperparameter Importance, ICML 2014): fits a forest of regression trees (Breiman 2001) and
// decomposes the variance of each tree's prediction over all combinations of choices, each equally
// likely. Shares and means are averages over the trees that vary. Interactions have the rest of the
// variance. The same samples give the same result on any machine. REQUIRES: a sample; each
// decision has a choice.
Importance ImportanceOf(const Samples& samples, const ForestSettings& settings = {});

}  // namespace lode::core
