#include "core/run/run_recorder.h"

#include <nlohmann/json.hpp>
#include <string>

#include "core/plugin/durable_file.h"
#include "core/search/noisy_best.h"
#include "core/store/result_json.h"
#include "core/store/run_directory.h"
#include "core/store/sealed_json.h"
#include "core/store/stored_run.h"

namespace lode::core {

RunRecorder::RunRecorder(const PlannedRun& run, const StoreShape& shape, const Facts& facts)
    : run_(run),
      store_(run.directory, run.exists ? RunStore::Mode::kContinue : RunStore::Mode::kNew, shape,
             facts.commit) {
  store_.Hold();
  if (run.exists) { store_.ForgetAfter(facts.replayed); }
  store_.SetMeta("seed", std::to_string(run.seed));
  store_.SetMeta("workers", std::to_string(facts.workers));
  if (AreNoisy(shape.metrics) && facts.limits_evaluations) {
    store_.SetMeta("evaluations", "limited");
  }
  if (const std::string optima = OptimaToText(shape.metrics); !optima.empty()) {
    store_.SetMeta(kOptimaKey, optima);
  }
  store_.SetMeta("status", "running");
  if (facts.replayed == 0) { Agree(); }
}

void RunRecorder::Agree() {
  if (run_.exists) { DescribeRun(run_.directory, *run_.search, run_.seed, *run_.catalog); }
  store_.Release();
  agreed_ = true;
}

void RunRecorder::KeepUnfinished() {
  if (agreed_) {
    store_.SetMeta("status", "interrupted");
    store_.Flush();
  }
}

void RunRecorder::KeepResult(const RunResult& result, Runner& runner) {
  if (!agreed_) { return; }
  store_.DropUntold();
  store_.SetFront(result.front);
  store_.Flush();
  runner.SavePolicy(run_.directory / kPolicyFile);
  WriteFile(run_.directory / kResultFile, SealJson(ToJson(result, runner.metrics())));
  store_.SetMeta("status", EndingName(result.ending));
  store_.Flush();
}

}  // namespace lode::core
