#include "core/search/record_collector.h"

#include <algorithm>
#include <utility>

namespace lode::core {

RecordCollector::Evaluation* RecordCollector::OfThisThread() {
  const auto at = std::ranges::find(evaluations_, std::this_thread::get_id(), &Evaluation::thread);
  return at != evaluations_.end() ? &*at : nullptr;
}

void RecordCollector::Begin() {
  const std::lock_guard lock(mutex_);
  if (Evaluation* const left = OfThisThread()) {  // by an exception
    left->records.clear();
  } else {
    evaluations_.push_back({std::this_thread::get_id()});
  }
}

void RecordCollector::Add(std::string_view name, double value) {
  const std::lock_guard lock(mutex_);
  Evaluation* evaluation = OfThisThread();
  if (evaluation == nullptr && evaluations_.size() == 1) { evaluation = &evaluations_.front(); }
  if (evaluation != nullptr) { evaluation->records.emplace_back(name, value); }
}

Records RecordCollector::End() {
  const std::lock_guard lock(mutex_);
  Evaluation* const ended = OfThisThread();
  Records records = std::move(ended->records);
  std::swap(*ended, evaluations_.back());
  evaluations_.pop_back();
  return records;
}

}  // namespace lode::core
