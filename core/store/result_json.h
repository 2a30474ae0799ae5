// Converts a run's result to JSON and back.
#pragma once

#include <nlohmann/json_fwd.hpp>
#include <string>
#include <string_view>
#include <vector>

#include "core/plugin/declaration.h"
#include "core/search/trial.h"

namespace lode::core {

// Returns "finished", "stalled", "interrupted" or "failed".
std::string_view EndingName(Ending ending);

// Returns a metric's value, as an integer if the metric counts.
nlohmann::json MetricToJson(const MetricDeclaration& metric, double value);

nlohmann::json ToJson(const RunResult& run, const std::vector<MetricDeclaration>& metrics);
nlohmann::json FrontToJson(const std::vector<FrontTrial>& front,
                           const std::vector<MetricDeclaration>& metrics);

// Returns [{"reason", "count"}].
nlohmann::json FailuresToJson(const std::vector<FailureKind>& kinds);

// The inverse of ToJson on its text. Throws HostError (which begins with `file`) for anything else.
RunResult ResultFromJson(const std::string& text, const std::vector<MetricDeclaration>& metrics,
                         const std::string& file);

}  // namespace lode::core
