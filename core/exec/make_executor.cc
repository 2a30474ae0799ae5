#include "core/exec/make_executor.h"

#include <cstdint>
#include <string>
#include <utility>

#include "core/config/oracle_roles.h"
#include "core/config/resolve.h"
#include "core/exec/in_process.h"
#include "core/exec/ranks.h"
#include "core/exec/remote_run.h"
#include "core/exec/retrying.h"
#include "core/exec/threads.h"
#include "core/exec/workers.h"
#include "core/plugin/log.h"

namespace lode::core {
namespace {

// Returns how many evaluations there are at once.
std::size_t WorkersFor(const Pipeline& pipeline, const Catalog& catalog) {
  const auto* optimizer = catalog.Find(LODE_OPTIMIZER, pipeline.optimizer.id);
  const bool several = optimizer != nullptr &&
                       (optimizer->capabilities & LODE_CAP_SEVERAL_ASKS) != 0 &&
                       !TrainsNetwork(pipeline.optimizer, catalog);
  return several ? static_cast<std::size_t>(pipeline.execution.workers) : 1;
}

Setup SetupOf(const Pipeline& pipeline, const Catalog& catalog, const RunContext& run) {
  return {FormatPipeline(pipeline, catalog),
          run.seed,
          LogLevel(),
          pipeline.execution.timeout_seconds,
          pipeline.execution.memory_limit,
          run.prepared.string()};
}

Workers::Limits LimitsOf(const ExecutionConfig& execution) {
  return {execution.timeout_seconds, execution.memory_limit};
}

std::unique_ptr<TimedExecutor> MakeInThisProcess(const Pipeline& pipeline, const Catalog& catalog,
                                                 const RunContext& run) {
  const std::size_t workers = WorkersFor(pipeline, catalog);
  const Parallel parallel = ParallelOf(pipeline.oracles, catalog);
  if (workers > 1 && parallel == Parallel::kThreads) {
    return std::make_unique<Threads>(pipeline, catalog, run, workers);
  }
  return std::make_unique<InProcess>(pipeline, catalog, run,
                                     parallel == Parallel::kBatch ? workers : 1);
}

std::unique_ptr<TimedExecutor> MakePlainExecutor(const Pipeline& pipeline, const Catalog& catalog,
                                                 const RunContext& run,
                                                 const WorkerProgram& program,
                                                 MpiSession* session) {
  const ExecutionConfig& execution = pipeline.execution;
  const auto setup = [&] { return SetupOf(pipeline, catalog, run); };
  const bool on_ranks = session != nullptr && UnderMpi();
  if (on_ranks && !TrainsNetwork(pipeline.optimizer, catalog)) {
    return std::make_unique<Ranks>(*session, setup(), run);
  }
  if (execution.isolates_oracles()) {
    return std::make_unique<Workers>(WorkersFor(pipeline, catalog), LimitsOf(execution), setup(),
                                     program, run);
  }
  return MakeInThisProcess(pipeline, catalog, run);
}

}  // namespace

WorkerProgram ThisProgram(const std::vector<std::filesystem::path>& plugins) {
  WorkerProgram program{"/proc/self/exe", {"lode"}};
  for (const std::filesystem::path& plugin : plugins) {
    program.arguments.insert(program.arguments.end(), {"--plugin", plugin.string()});
  }
  program.arguments.emplace_back("worker");
  return program;
}

std::unique_ptr<Executor> MakeExecutor(const Pipeline& pipeline, const Catalog& catalog,
                                       const RunContext& run, const WorkerProgram& program,
                                       MpiSession* session) {
  auto executor = MakePlainExecutor(pipeline, catalog, run, program, session);
  const ExecutionConfig& execution = pipeline.execution;
  if (execution.on_error == OnError::kRetry) {
    return std::make_unique<Retrying>(std::move(executor), execution.retries, run);
  }
  return executor;
}

std::unique_ptr<Runner> MakeRun(const Pipeline& pipeline, const Catalog& catalog,
                                const RunContext& run, const WorkerProgram& program,
                                std::unique_ptr<Executor> executor) {
  if (pipeline.execution.isolates_all()) {
    return std::make_unique<RemoteRun>(SetupOf(pipeline, catalog, run), pipeline.reward,
                                       LimitsOf(pipeline.execution), program, run,
                                       std::move(executor));
  }
  return std::make_unique<Run>(pipeline, run.seed, catalog, *run.cancelled, std::move(executor),
                               run.progress, run.prepared);
}

}  // namespace lode::core
