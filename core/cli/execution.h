// Executes what is planned, with progress on standard error, and prints what came out.
#pragma once

#include <filesystem>
#include <vector>

#include "core/cli/command.h"
#include "core/cli/execution_options.h"
#include "core/exec/mpi_session.h"
#include "core/run/planned_searches.h"
#include "core/run/staged_pipeline.h"

namespace lode::cli {

// What a program that is started under mpirun or not needs to execute runs.
struct Evaluators {
  core::MpiSession& mpi;
  const GlobalOptions& global;
};

// Return an ExitStatus. Throw HostError.
int Execute(core::PlannedSearches& searches, const ExecutionOptions& options,
            const Evaluators& evaluators);
// `directory`: of all stages, as it is to be printed.
int Execute(core::StagedPipeline& pipeline, const std::filesystem::path& directory,
            const ExecutionOptions& options, const Evaluators& evaluators);

}  // namespace lode::cli
