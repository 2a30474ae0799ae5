// Decides where a run and its evaluations happen.
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

// This program as a worker that knows the same plugins. `plugins` are the values of --plugin.
WorkerProgram ThisProgram(const std::vector<std::filesystem::path>& plugins);

// Returns, under MPI, an executor on the ranks of `session`; otherwise one on processes of this
// machine if the pipeline's execution asks for them, or else one in this process, which evaluates
// in threads or batches if the oracles can. An optimizer that cannot ask ahead gets only one
// process or thread, and one that trains a relaxed network none on ranks. All arguments outlive the
// executor. Use it only in the thread that makes it. Throws HostError, CancelledError.
std::unique_ptr<Executor> MakeExecutor(const Pipeline& pipeline, const Catalog& catalog,
                                       const RunContext& run, const WorkerProgram& program,
                                       MpiSession* session = nullptr);

// Makes the run. If the pipeline's execution isolates all, its space, explorations and optimizer
// get a process of their own; otherwise they are in this process. All arguments outlive the run.
// REQUIRES: run.cancelled is not null. Throws HostError, CancelledError.
std::unique_ptr<Runner> MakeRun(const Pipeline& pipeline, const Catalog& catalog,
                                const RunContext& run, const WorkerProgram& program,
                                std::unique_ptr<Executor> executor);

}  // namespace lode::core
