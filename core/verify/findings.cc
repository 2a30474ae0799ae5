#include "core/verify/findings.h"

#include <algorithm>
#include <stdexcept>
#include <utility>

#include "core/plugin/text.h"
#include "core/verify/rules.h"

namespace lode::verify {
namespace {

constexpr std::ptrdiff_t kFindingsPerRule = 3;
constexpr std::size_t kLongestLine = 400;

}  // namespace

std::string OneLine(std::string_view text) { return core::MessageLine(text, kLongestLine); }

Findings::Doing::Doing(Findings& findings, std::string_view what)
    : findings_(findings), before_(findings.doing_.size()) {
  findings_.doing_ += (before_ > 0 ? ": " : "") + std::string(what);
  ++findings_.checks_;
  if (findings_.watcher_ != nullptr) { findings_.watcher_->OnDoing(findings_.doing_); }
}

Findings::Doing::~Doing() { findings_.doing_.resize(before_); }

void Findings::Add(std::string_view rule, std::string_view seen) {
  if (!IsRule(rule)) { throw std::logic_error("'" + std::string(rule) + "' is not a rule"); }
  if (std::ranges::count(list_, rule, &Finding::rule) >= kFindingsPerRule) { return; }
  Finding finding{std::string(rule), OneLine(doing_), OneLine(seen)};
  if (std::ranges::count(list_, finding) > 0) { return; }
  list_.push_back(std::move(finding));
  if (watcher_ != nullptr) { watcher_->OnFound(list_.back()); }
}

}  // namespace lode::verify
