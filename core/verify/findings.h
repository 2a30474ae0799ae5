// What a contract check reports.
#pragma once

#include <algorithm>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace lode::verify {

// A rule that a component breaks, and how it was seen to break it.
struct Finding {
  std::string rule;    // "space.discretize.valid"
  std::string detail;  // one line
};

class Findings {
 public:
  // Keeps the first few details of each rule: a rule broken once is often broken everywhere.
  void Add(std::string_view rule, std::string detail) {
    const auto same = std::ranges::count(list_, rule, &Finding::rule);
    if (same < kDetailsPerRule) list_.push_back({std::string(rule), std::move(detail)});
  }

  // Adds a finding unless `holds`; returns `holds`.
  bool Require(bool holds, std::string_view rule, const std::string& detail) {
    if (!holds) Add(rule, detail);
    return holds;
  }

  const std::vector<Finding>& list() const { return list_; }
  bool empty() const { return list_.empty(); }
  bool Has(std::string_view rule) const {
    return std::ranges::count(list_, rule, &Finding::rule) > 0;
  }

 private:
  static constexpr int kDetailsPerRule = 3;
  std::vector<Finding> list_;
};

}  // namespace lode::verify
