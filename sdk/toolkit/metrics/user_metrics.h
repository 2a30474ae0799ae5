// Metrics that the pipeline declares: parameters of oracles whose metrics only their user knows.
// Such an oracle has LODE_CAP_METRICS_VARY.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <lode/plugin.hpp>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace lode::metrics {

// An oracle's Config derives from it.
struct Config {
  // "accuracy [percent]": a name and, in brackets, its unit; "accuracy" if it has none.
  std::vector<std::string> maximize, minimize;
  // Names of the metrics that were measured on each split of the data; the others belong to none.
  std::vector<std::string> train, validation, test;
  std::string dataset;  // data set of the metrics with a split; "" if it has no name
};

// Appends them to an oracle's own parameters.
template <class C>
void AddParameters(Params<C>& params) {
  using Names = std::vector<std::string>;
  const auto add = [&](const char* name, Names Config::*member, const char* doc) {
    Names C::*of_oracle = member;
    params.emplace_back(name, of_oracle, doc);
  };
  add("maximize", &Config::maximize,
      "Metrics where more is better: names, each with its unit in brackets if it has one, as in "
      "\"accuracy [percent]\".");
  add("minimize", &Config::minimize, "Metrics where less is better, as in \"latency [ms]\".");
  add("train", &Config::train, "Those that were measured on training data.");
  add("validation", &Config::validation, "Those that were measured on validation data.");
  add("test", &Config::test,
      "Those that were measured on test data: the pipeline must allow a search on them.");
  std::string C::*dataset = &Config::dataset;
  params.emplace_back("dataset", dataset, "Name of the data they were measured on, if any.");
}

// Returns the metrics in the order of `maximize`, then `minimize`. Throws InvalidError if
// there is none, if one is malformed or declared twice, or if a split names something that is not a
// metric or is in another split.
std::vector<Metric> Metrics(const Config& config);

// "NAME = VALUE", as an item of a list, without the spaces around both.
struct Assignment {
  std::string name, value;
};
// Returns nothing for an item without "=".
std::optional<Assignment> ParseAssignment(std::string_view item);

// Returns the column of a table that each metric is read from: the one with the metric's name,
// unless an item "METRIC = COLUMN" of the parameter `columns` says otherwise. Throws InvalidError
// for an item of another form, or whose metric does not exist or already has a column.
std::vector<std::string> ColumnsOf(const std::vector<Metric>& metrics,
                                   const std::vector<std::string>& items);

}  // namespace lode::metrics
