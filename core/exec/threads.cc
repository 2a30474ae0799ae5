#include "core/exec/threads.h"

#include <algorithm>
#include <chrono>

#include "core/plugin/crash.h"
#include "core/plugin/doing.h"

namespace lode::core {
namespace {

constexpr std::chrono::milliseconds kSlice{50};  // between two checks for cancellation

thread_local std::optional<std::uint32_t> this_worker;  // if this thread evaluates

// Calls end early once they are abandoned, and their progress is that of the worker.
RunContext ContextOfWorkers(RunContext run, const std::atomic<bool>& abandoned) {
  run.abandoned = &abandoned;
  if (run.progress) {
    run.progress = [progress = run.progress](CallProgress call) {
      call.worker = this_worker;
      progress(call);
    };
  }
  return run;
}

}  // namespace

Threads::Threads(const Pipeline& pipeline, const Catalog& catalog, const RunContext& run,
                 std::size_t count)
    : run_(ContextOfWorkers(run, abandoned_)),
      oracles_(pipeline, catalog, run_, MeasuringOracles(pipeline, catalog)) {
  Doing("starting threads to evaluate in", [&] {
    for (std::uint32_t worker = 0; worker < count; ++worker) {
      threads_.emplace_back([this, worker](const std::stop_token& stop) { Work(stop, worker); });
    }
  });
}

Threads::~Threads() {
  abandoned_ = true;
  std::ranges::for_each(threads_, &std::jthread::request_stop);
  threads_.clear();
}

void Threads::Start(const Query& query) {
  {
    const std::lock_guard lock(mutex_);
    waiting_.push_back(query);
  }
  asked_.notify_one();
  TakeFinished();
}

std::optional<std::uint64_t> Threads::NextUntil(Clock::time_point deadline) {
  for (;;) {
    TakeFinished();
    if (const auto id = finished_.First(); id || Clock::now() >= deadline) { return id; }
    AwaitFinished(deadline);
  }
}

Evaluation Threads::Finish(std::uint64_t id) {
  for (;;) {
    TakeFinished();
    if (auto finished = finished_.Take(id)) { return std::move(*finished); }
    AwaitFinished(Clock::time_point::max());
  }
}

void Threads::AwaitFinished(Clock::time_point deadline) {
  std::unique_lock lock(mutex_);
  ready_.wait_until(lock, std::min(deadline, Clock::now() + kSlice),
                    [this] { return !arrived_.empty() || fault_; });
}

void Threads::TakeFinished() {
  if (run_.is_cancelled()) { throw CancelledError(); }
  std::vector<std::pair<Query, Evaluation>> now;
  {
    const std::lock_guard lock(mutex_);
    now.swap(arrived_);
    if (fault_) { std::rethrow_exception(fault_); }
  }
  for (auto& [query, evaluation] : now) {
    Tell(query, evaluation);
    finished_.Add(query.id, std::move(evaluation));
  }
}

void Threads::Work(const std::stop_token& stop, std::uint32_t worker) {
  const CrashStack stack;
  this_worker = worker;
  while (auto query = AwaitQuery(stop)) {
    try {
      Evaluate(std::move(*query), worker);
    } catch (const std::exception&) {  // not what pthread_exit throws
      const std::lock_guard lock(mutex_);
      fault_ = std::current_exception();
    }
    ready_.notify_one();
  }
}

std::optional<Query> Threads::AwaitQuery(const std::stop_token& stop) {
  std::unique_lock lock(mutex_);
  if (!asked_.wait(lock, stop, [this] { return !waiting_.empty(); }) || stop.stop_requested()) {
    return std::nullopt;
  }
  Query query = std::move(waiting_.front());
  waiting_.pop_front();
  return query;
}

void Threads::Evaluate(Query query, std::uint32_t worker) {
  const Stopwatch stopwatch;
  Evaluation evaluation = oracles_.Evaluate(query.architecture, query.fidelity, query.seed);
  evaluation.timing = stopwatch.Stop(worker);
  const std::lock_guard lock(mutex_);
  arrived_.emplace_back(std::move(query), std::move(evaluation));
}

}  // namespace lode::core
