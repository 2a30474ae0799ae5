// Results in words: the tables and sentences of every output. Renderers lay them out.
#pragma once

#include <cstddef>
#include <filesystem>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "core/plugin/declaration.h"
#include "core/report/best_runs.h"
#include "core/report/results.h"
#include "core/report/stage_comparison.h"
#include "core/report/standings.h"
#include "core/report/word_table.h"
#include "core/search/search_result.h"

namespace lode::core {

// Describes the search, with a row for each run, and the statistics over the seeds that reached
// each mark and the end.
TitledTable RunsTable(const SearchSummary& summary);

// The Pareto front of all runs together, with its hypervolume: at most kFrontRows of its trials,
// evenly spread. Nothing if there is one goal.
inline constexpr std::size_t kFrontRows = 20;
std::optional<TitledTable> FrontTable(const SearchSummary& summary);

// One row for each search and point of its budget, next to the published figures in the pipeline.
// REQUIRES: a summary.
TitledTable ComparisonTable(std::span<const SearchSummary> summaries);

// One row for each architecture that the later stage measured.
TitledTable StagesTable(const StageComparison& comparison);

// One row for each directory, and how to continue or what is damaged.
TitledTable PipelinesTable(const std::vector<PipelineStanding>& pipelines);

// Returns a line for each run that did not spend its budget: "seed 2 failed: no luck\n".
std::string DescribeEndings(const SearchSummary& summary);

// Returns "3 of 10 seeds ended after 4 to 13 of 1000 steps", or "" if none ended early.
std::string DescribeEarlyRuns(const SearchSummary& summary);

// One row for each supernet that a stage has trained with an accuracy_env, and figure published
// beside it. Nothing without such stages.
std::optional<TitledTable> SupernetsTable(const std::vector<StageStanding>& stages);

// One row for each stage that is left out and figure published beside it. Nothing without such
// stages.
std::optional<TitledTable> LeftOutTable(const std::vector<StageStanding>& stages);

// Returns a line for each stage and one for each whose runs have not all begun.
std::string DescribeStages(const std::vector<StageStanding>& stages);

// Returns a line without its end: "mine seed 3: unfinished, 20 of 100 steps, best accuracy 73.07 at
// step 7: ARCHITECTURE".
std::string DescribeUnfinished(const UnfinishedRun& run);

// Returns a line without its end: "mine seed 3: 100 steps, 90 unique queries, 0.52 s, best accuracy
// 73.07".
std::string DescribeEnded(const std::string& title, const RunResult& run,
                          const MetricDeclaration& metric, std::size_t reward_metric,
                          ResultRule rule = ResultRule::kBest);

// Returns "best: accuracy 73.07, cifar10 seed 3 at step 7".
std::string DescribeBest(const BestRun& best);

// Returns "accuracy 73.07, accuracy 91.50" with at most kShownBests, or "-".
inline constexpr std::size_t kShownBests = 3;
std::string DescribeBests(const std::vector<PipelineStanding::Best>& bests);

// Returns a time in the local time zone: "2026-01-31 14:05".
std::string TimeText(std::filesystem::file_time_type time);

}  // namespace lode::core
