// Where a run and its evaluations happen.
#pragma once

#include <filesystem>
#include <memory>
#include <vector>

#include "core/config/pipeline.h"
#include "core/exec/mpi_session.h"
#include "core/exec/worker_process.h"
#include "core/plugin/catalog.h"
#include "core/plugin/component.h"
#include "core/search/executor.h"
#include "core/search/run.h"

namespace lode::core {

// This program as a worker that knows the same plugins. `plugins`: as --plugin named them.
WorkerProgram ThisProgram(const std::vector<std::filesystem::path>& plugins);

// The ranks of `session` under MPI; else processes of this machine if the pipeline's execution asks
// for them; else this process. An optimizer that cannot ask ahead gets one process only. Everything
// outlives the executor, which is used by the thread that makes it. Throws HostError,
// CancelledError.
std::unique_ptr<Executor> MakeExecutor(const Pipeline& pipeline, const Catalog& catalog,
                                       const RunContext& run, const WorkerProgram& program,
                                       MpiSession* session = nullptr);

// Its space, explorations and optimizer in a process of their own if the pipeline's execution isolates
// all, else in this process. Everything outlives the run. REQUIRES: run.cancelled is not null. Throws
// HostError, CancelledError.
std::unique_ptr<Runner> MakeRun(const Pipeline& pipeline, const Catalog& catalog,
                                const RunContext& run, const WorkerProgram& program,
                                std::unique_ptr<Executor> executor);

}  // namespace lode::core
