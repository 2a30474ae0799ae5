#include "core/exec/retrying.h"

#include <algorithm>
#include <chrono>
#include <string>
#include <thread>
#include <utility>

#include "core/plugin/log.h"

namespace lode::core {
namespace {

using std::chrono::milliseconds;

constexpr milliseconds kShortestPause{100};
constexpr milliseconds kLongestPause{60'000};
constexpr milliseconds kCancelCheck{20};  // between two checks for cancellation

Measurement WithRetries(Measurement measurement, std::uint64_t retries) {
  if (retries > 0) {
    measurement.records.emplace_back("retries", static_cast<double>(retries));
  }
  return measurement;
}

}  // namespace

Retrying::Retrying(std::unique_ptr<Executor> executor, std::uint64_t retries, const RunContext& run)
    : executor_(std::move(executor)), retries_(retries), run_(run) {
  executor_->Listen([this](const Question& q, const Measurement& m) { OnAnswer(q, m); });
}

bool Retrying::IsLast(const Asked& asked, const Measurement& measurement) const {
  return measurement.outcome != Outcome::kFailed || asked.retries >= retries_;
}

void Retrying::OnAnswer(const Question& question, const Measurement& measurement) {
  const Asked& asked = asked_.at(question.id);
  if (IsLast(asked, measurement)) {
    Tell(question, WithRetries(measurement, asked.retries));
  }
}

void Retrying::Start(const Question& question) {
  asked_.emplace(question.id, Asked{question});
  executor_->Start(question);
}

Measurement Retrying::Finish(std::uint64_t id) {
  Asked& asked = asked_.at(id);
  Measurement measurement = executor_->Finish(id);
  while (!IsLast(asked, measurement)) {
    ++asked.retries;
    Log(LODE_WARNING, "evaluation " + std::to_string(id) + " failed and is repeated (" +
                          std::to_string(asked.retries) + " of " + std::to_string(retries_) +
                          "): " + measurement.failure);
    Pause(asked.retries);
    executor_->Start(asked.question);
    measurement = executor_->Finish(id);
  }
  measurement = WithRetries(std::move(measurement), asked.retries);
  asked_.erase(id);
  return measurement;
}

void Retrying::Pause(std::uint64_t retries) const {
  const auto doublings = std::min<std::uint64_t>(retries - 1, 16);
  const milliseconds pause =
      std::min(kLongestPause, kShortestPause * (std::int64_t{1} << doublings));
  const auto end = std::chrono::steady_clock::now() + pause;
  while (std::chrono::steady_clock::now() < end) {
    if (run_.cancelled != nullptr && *run_.cancelled) {
      throw CancelledError();
    }
    std::this_thread::sleep_for(kCancelCheck);
  }
}

}  // namespace lode::core
