// Metrics that the pipeline declares: parameters of oracles that measure what their user knows and
// they do not. Such an oracle has LODE_CAP_METRICS_VARY.
// SPDX-License-Identifier: Apache-2.0
#ifndef LODE_PLUGINS_USER_METRICS_USER_METRICS_H_
#define LODE_PLUGINS_USER_METRICS_USER_METRICS_H_

#include <lode/plugin.hpp>
#include <string>
#include <vector>

namespace user_metrics {

// An oracle's Config derives from it.
struct Config {
  // "accuracy [percent]": a name and, in brackets, its unit; "accuracy" if it has none.
  std::vector<std::string> maximize, minimize;
  // Names of the metrics that were measured on that split of the data; the others on none.
  std::vector<std::string> train, validation, test;
  std::string dataset;  // of the metrics with a split; "" if it has no name
};

// Appends them to an oracle's own parameters.
template <class C>
void AddParameters(lode::Params<C>& params) {
  using Names = std::vector<std::string>;
  const auto add = [&](const char* name, Names Config::*member, const char* doc) {
    Names C::*of_oracle = member;
    params.emplace_back(name, of_oracle, doc);
  };
  add("maximize", &Config::maximize,
      "Metrics of which more is better: names, each with its unit in brackets if it has one, as in "
      "\"accuracy [percent]\".");
  add("minimize", &Config::minimize, "Metrics of which less is better, as in \"latency [ms]\".");
  add("train", &Config::train, "Which of them were measured on training data.");
  add("validation", &Config::validation, "Which of them were measured on validation data.");
  add("test", &Config::test,
      "Which of them were measured on test data: the pipeline has to allow a search on them.");
  std::string C::*dataset = &Config::dataset;
  params.emplace_back("dataset", dataset, "Name of the data they were measured on, if any.");
}

// The metrics in the order of `maximize`, then `minimize`. Throws lode::InvalidError if there is
// none, one is malformed or declared twice, or a split names what is no metric or in another split.
std::vector<lode::Metric> Metrics(const Config& config);

}  // namespace user_metrics

#endif  // LODE_PLUGINS_USER_METRICS_USER_METRICS_H_
