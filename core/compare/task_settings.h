// What searches must share to be comparable.
#pragma once

#include <string>
#include <utility>
#include <vector>

#include "core/compare/given_runs.h"
#include "core/plugin/declaration.h"

namespace lode::core {

// A path of the pipeline, or a property of the reward's metric, and its value.
using TaskSetting = std::pair<std::string, std::string>;

// Returns the space, the oracles with what they measure, and what the search wanted, in this order:
// all that decides which values a search may reach, and which of them are better.
std::vector<TaskSetting> TaskSettingsOf(const GivenSearch& search);

// Returns the first difference in words: "oracle.dataset is cifar10 in A, cifar100 in B". "" if
// there is none.
std::string DescribeDifference(const std::vector<TaskSetting>& first, const std::string& a,
                               const std::vector<TaskSetting>& second, const std::string& b);

// Returns "nb201 on nb201.table: valid_accuracy (percent; validation split of cifar10)".
// `compared`: the metric of the best that is compared.
std::string TaskTitle(const GivenSearch& search, const MetricDeclaration& compared);

}  // namespace lode::core
