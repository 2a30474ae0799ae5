// Results in memory for the tests of numbers, words and renderers.
#pragma once

#include <cstdint>
#include <string>
#include <utility>
#include <vector>

#include "core/config/pipeline.h"
#include "core/plugin/declaration.h"
#include "core/search/search_result.h"

namespace lode::core {

inline const MetricDeclaration kAccuracy = {"accuracy",      "percent", "Accuracy.", LODE_MAXIMIZE,
                                            LODE_SPLIT_TEST, "cifar10", 200,         false};
inline const MetricDeclaration kParams = {
    "params", "count", "Parameters.", LODE_MINIMIZE, LODE_SPLIT_NONE, "", 0, false};

// Regularized evolution of 100 steps with a mark at 50, at one point of a grid. A figure was
// published for the mark at this point: 88 ± 0.5.
inline Search MakeSearch() {
  Search search;
  search.point = {{"oracle.dataset", "cifar10"}};
  Pipeline& p = search.pipeline;
  p.name = "mine";
  p.space.id = "cells";
  p.optimizer.id = "rea";
  p.reward.metric = "accuracy";
  p.reward.transform = Transform::kExponential;
  p.reward.allow_test = true;
  p.budget.steps = 100;
  p.budget.marks = {50};
  p.references = {{"elsewhere", {{"oracle.dataset", "cifar100"}}, 50, 1, 1},
                  {"here", {{"oracle.dataset", "cifar10"}}, 50, 88, 0.5}};
  return search;
}

inline BestTrial Best(double accuracy) { return {"arch", 7, 1, {accuracy}, 0}; }

// A run that had nothing more to propose after some steps.
inline RunResult Exhausted(std::uint64_t seed, std::uint64_t steps, double accuracy) {
  RunResult run;
  run.seed = seed;
  run.steps = run.unique_queries = steps;
  run.best = Best(accuracy);
  return run;
}

// A run that spent its budget.
inline RunResult MakeRun(std::uint64_t seed, double at_mark, double at_end) {
  RunResult run;
  run.seed = seed;
  run.steps = 100;
  run.unique_queries = 90;
  run.best = Best(at_end);
  run.marks = {{50, Best(at_mark)}};
  return run;
}

// A run that failed before its first success.
inline RunResult Failed(std::uint64_t seed) {
  RunResult run;
  run.seed = seed;
  run.ending = Ending::kFailed;
  run.reason = "no luck";
  return run;
}

}  // namespace lode::core
