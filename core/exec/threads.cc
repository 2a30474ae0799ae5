#include "core/exec/threads.h"

#include <algorithm>
#include <chrono>

#include "core/plugin/crash.h"
#include "core/plugin/doing.h"

namespace lode::core {
namespace {

constexpr std::chrono::milliseconds kSlice{50};  // between two checks for cancellation

RunContext WithAbandoned(RunContext run, const std::atomic<bool>& abandoned) {
  run.abandoned = &abandoned;
  return run;
}

}  // namespace

Threads::Threads(const Pipeline& pipeline, const Catalog& catalog, const RunContext& run,
                 std::size_t count)
    : run_(WithAbandoned(run, abandoned_)),
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

void Threads::Start(const Question& question) {
  {
    const std::lock_guard lock(mutex_);
    waiting_.push_back(question);
  }
  asked_.notify_one();
  TakeAnswers();
}

std::optional<std::uint64_t> Threads::NextUntil(Clock::time_point deadline) {
  for (;;) {
    TakeAnswers();
    if (const auto id = answers_.First(); id || Clock::now() >= deadline) { return id; }
    AwaitAnswer(deadline);
  }
}

Measurement Threads::Finish(std::uint64_t id) {
  for (;;) {
    TakeAnswers();
    if (auto answer = answers_.Take(id)) { return std::move(*answer); }
    AwaitAnswer(Clock::time_point::max());
  }
}

void Threads::AwaitAnswer(Clock::time_point deadline) {
  std::unique_lock lock(mutex_);
  answered_.wait_until(lock, std::min(deadline, Clock::now() + kSlice),
                       [this] { return !arrived_.empty() || fault_; });
}

void Threads::TakeAnswers() {
  if (run_.is_cancelled()) { throw CancelledError(); }
  std::vector<std::pair<Question, Measurement>> now;
  {
    const std::lock_guard lock(mutex_);
    now.swap(arrived_);
    if (fault_) { std::rethrow_exception(fault_); }
  }
  for (auto& [question, measurement] : now) {
    Tell(question, measurement);
    answers_.Add(question.id, std::move(measurement));
  }
}

void Threads::Work(const std::stop_token& stop, std::uint32_t worker) {
  const CrashStack stack;
  while (auto question = AwaitQuestion(stop)) {
    try {
      Evaluate(std::move(*question), worker);
    } catch (const std::exception&) {  // not what pthread_exit throws
      const std::lock_guard lock(mutex_);
      fault_ = std::current_exception();
    }
    answered_.notify_one();
  }
}

std::optional<Question> Threads::AwaitQuestion(const std::stop_token& stop) {
  std::unique_lock lock(mutex_);
  if (!asked_.wait(lock, stop, [this] { return !waiting_.empty(); }) || stop.stop_requested()) {
    return std::nullopt;
  }
  Question question = std::move(waiting_.front());
  waiting_.pop_front();
  return question;
}

void Threads::Evaluate(Question question, std::uint32_t worker) {
  const Stopwatch stopwatch;
  Measurement measurement =
      oracles_.Measure(question.architecture, question.fidelity, question.seed);
  measurement.timing = stopwatch.Stop(worker);
  const std::lock_guard lock(mutex_);
  arrived_.emplace_back(std::move(question), std::move(measurement));
}

}  // namespace lode::core
