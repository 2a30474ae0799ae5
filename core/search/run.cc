#include "core/search/run.h"

#include <optional>
#include <utility>

#include "core/search/components.h"
#include "core/search/evaluator.h"
#include "core/search/oracles.h"
#include "core/search/pareto.h"
#include "core/search/search_loop.h"

namespace lode::core {

// The parts of a run, in the order in which they are made.
struct Run::Parts {
  Parts(const Pipeline& its_pipeline, std::uint64_t seed, const Catalog& catalog,
        const std::atomic<bool>& cancelled, std::function<void(const CallProgress&)> progress,
        std::unique_ptr<Executor> its_executor, std::filesystem::path prepared)
      : pipeline(its_pipeline),
        context{seed, &cancelled, std::move(progress),
                [this](std::string_view name, double value) { records.emplace_back(name, value); },
                std::move(prepared)},
        executor(std::move(its_executor)),
        components(pipeline, catalog, context, executor->fidelities(), executor->network()),
        evaluator(EvaluatorParts(pipeline, catalog, context, components.space(), *executor),
                  [this](const EvaluationRecord& evaluation) { loop->Pass(evaluation); }),
        reward(pipeline.reward, evaluator.metrics()),
        goals(pipeline.reward, evaluator.metrics()) {
    loop.emplace(SearchLoop::Parts{.pipeline = pipeline,
                                   .context = context,
                                   .components = components,
                                   .executor = *executor,
                                   .evaluator = evaluator,
                                   .reward = reward,
                                   .goals = goals,
                                   .computed = AreAllFree(pipeline, catalog),
                                   .records = records});
  }

  const Pipeline pipeline;
  Records records;  // by exploration and optimizer, for the current step
  const RunContext context;
  const std::unique_ptr<Executor> executor;
  Components components;
  Evaluator evaluator;
  const Reward reward;
  const Goals goals;
  std::optional<SearchLoop> loop;
};

Run::Run(const Pipeline& pipeline, std::uint64_t seed, const Catalog& catalog,
         const std::atomic<bool>& cancelled, std::unique_ptr<Executor> executor,
         std::function<void(const CallProgress&)> progress, std::filesystem::path prepared)
    : parts_(std::make_unique<Parts>(pipeline, seed, catalog, cancelled, std::move(progress),
                                     std::move(executor), std::move(prepared))) {}

Run::~Run() = default;

const std::vector<MetricDeclaration>& Run::metrics() const { return parts_->evaluator.metrics(); }

const Reward& Run::reward() const { return parts_->reward; }

bool Run::chooses_fidelities() const { return parts_->components.chooses_fidelities(); }

const std::vector<std::size_t>& Run::free_metrics() const {
  return parts_->evaluator.free_metrics();
}

std::vector<std::string> Run::ComputableMetrics() const {
  std::vector<std::string> names;
  for (const lode::Metric& metric : parts_->components.space().metrics()) {
    names.push_back(metric.name);
  }
  return names;
}

const OptimizerInstance& Run::optimizer() const { return parts_->components.optimizer(); }

bool Run::SavePolicy(const std::filesystem::path& file) {
  if (!optimizer().CanSave()) { return false; }
  parts_->components.SavePolicy(file);
  return true;
}

RunResult Run::Execute(const std::vector<TrialObserver*>& observers, const Beginning& beginning) {
  return parts_->loop->Execute(observers, beginning);
}

}  // namespace lode::core
