// What a report shows of the stages of pipelines.
#pragma once

#include <nlohmann/json_fwd.hpp>
#include <vector>

#include "core/compare/given_runs.h"
#include "core/report/word_table.h"

namespace lode::core {

// Returns how later stages measured what earlier ones found, what supernets reached, and what was
// left out; nothing without stages. Throws HostError.
std::vector<TitledTable> StageTables(const StoredRuns& stored);

// Returns for each directory whose pipeline has stages {"directory", "words": what became of each
// stage, "tables": how later stages measured what earlier ones found, "compared": the comparisons
// that the pipeline asks for, each {"stage", "sections"} or {"stage", "fault"}, "numbers": the
// "stages", "comparisons" and "compared" of `lode show --json`}. Throws HostError.
nlohmann::json StageData(const GivenRuns& given);

}  // namespace lode::core
