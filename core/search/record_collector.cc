#include "core/search/record_collector.h"

#include <algorithm>
#include <utility>

namespace lode::core {

RecordCollector::Call* RecordCollector::OfThisThread() {
  const auto at = std::ranges::find(calls_, std::this_thread::get_id(), &Call::thread);
  return at != calls_.end() ? &*at : nullptr;
}

void RecordCollector::Begin() {
  const std::lock_guard lock(mutex_);
  if (Call* const left = OfThisThread()) {  // by an exception
    left->records.clear();
  } else {
    calls_.push_back({std::this_thread::get_id()});
  }
}

void RecordCollector::Add(std::string_view name, double value) {
  const std::lock_guard lock(mutex_);
  Call* call = OfThisThread();
  if (call == nullptr && calls_.size() == 1) { call = &calls_.front(); }
  if (call != nullptr) { call->records.emplace_back(name, value); }
}

Records RecordCollector::End() {
  const std::lock_guard lock(mutex_);
  Call* const ended = OfThisThread();
  Records records = std::move(ended->records);
  std::swap(*ended, calls_.back());
  calls_.pop_back();
  return records;
}

}  // namespace lode::core
