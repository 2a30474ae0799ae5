// A run's result as JSON, both ways.
#pragma once

#include <nlohmann/json_fwd.hpp>
#include <string>
#include <string_view>
#include <vector>

#include "core/plugin/declaration.h"
#include "core/search/trial.h"

namespace lode::core {

// "finished", "stalled", "interrupted", "failed".
std::string_view EndingName(Ending ending);

// A value of a metric; of one that counts an integer.
nlohmann::json MetricToJson(const MetricDeclaration& metric, double value);

nlohmann::json ToJson(const RunResult& run, const std::vector<MetricDeclaration>& metrics);
nlohmann::json FrontToJson(const std::vector<FrontTrial>& front,
                           const std::vector<MetricDeclaration>& metrics);

// [{"reason", "count"}].
nlohmann::json FailuresToJson(const std::vector<FailureKind>& kinds);

// The inverse of ToJson on its text. Throws HostError, `file` first, for anything else.
RunResult ResultFromJson(const std::string& text, const std::vector<MetricDeclaration>& metrics,
                         const std::string& file);

}  // namespace lode::core
