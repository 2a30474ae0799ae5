// Compares several methods by their ranks in blocks, such as the seeds of a task (Demsar,
// Statistical Comparisons of Classifiers over Multiple Data Sets, JMLR 7, 2006).
#pragma once

#include <cstddef>
#include <span>
#include <vector>

namespace lode::core {

struct FriedmanResult {
  std::vector<double> mean_ranks;  // of each method; 1: the best in every block
  double statistic = 0;            // chi-squared, corrected for ties
  double p = 1;                    // that at least so much differs by chance
};

// `blocks`: in each a value for each method, the larger the better. REQUIRES: a block, and at least
// two methods in each.
FriedmanResult FriedmanTest(std::span<const std::vector<double>> blocks);

// Returns the critical difference of Nemenyi's test: mean ranks that differ by less do not differ
// significantly at `alpha`, all pairs considered together. REQUIRES: at least two methods.
double NemenyiDifference(std::size_t methods, std::size_t blocks, double alpha);

// Returns the value that the studentized range of this many independent normal variables exceeds
// with a probability of `alpha`.
double StudentizedRange(std::size_t variables, double alpha);

// Returns the largest sets of methods whose mean ranks differ by less than `difference`, each in
// the order of the ranks and with at least two methods; the best first.
std::vector<std::vector<std::size_t>> GroupsWithin(std::span<const double> mean_ranks,
                                                   double difference);

}  // namespace lode::core
