// Executes plans, with progress on standard error, and prints the results.
#pragma once

#include <filesystem>
#include <optional>
#include <vector>

#include "core/cli/command.h"
#include "core/cli/execution_options.h"
#include "core/cli/serving.h"
#include "core/exec/mpi_session.h"
#include "core/run/completion.h"
#include "core/run/planned_searches.h"
#include "core/run/staged_pipeline.h"

namespace lode::cli {

// What works on runs: evaluators, with or without mpirun, and a page that shows them.
struct Evaluators {
  core::MpiSession& mpi;
  const GlobalOptions& global;
  Serving* serving = nullptr;  // not started; or null
};

// Takes the port for --serve; returns nothing without that option. Throws HostError.
std::optional<Serving> MakeServing(const ExecutionOptions& options);

// Makes or continues the runs with their progress, and prints nothing else. Throws HostError.
core::Completion ExecuteShowing(core::PlannedSearches& searches, const ExecutionOptions& options,
                                const Evaluators& evaluators);

int StatusOf(core::Completion completion);

// Do the same and print the results. Return an ExitStatus. Throw HostError.
int Execute(core::PlannedSearches& searches, const ExecutionOptions& options,
            const Evaluators& evaluators);
// `directory`: the directory of all stages, for printing.
int Execute(core::StagedPipeline& pipeline, const std::filesystem::path& directory,
            const ExecutionOptions& options, const Evaluators& evaluators);

}  // namespace lode::cli
