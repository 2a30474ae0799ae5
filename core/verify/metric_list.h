// Checks the metrics that a space or an oracle declares against the rules for both.
#pragma once

#include <lode/plugin.h>

#include <cmath>
#include <cstdint>
#include <functional>
#include <lode/text.hpp>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "core/search/oracles.h"
#include "core/verify/component_contract.h"
#include "core/verify/findings.h"
#include "core/verify/test_host.h"

namespace lode::verify {

struct MetricTraits {
  std::string name;
  bool noisy;
  lode_split split;
  lode_direction direction;
  std::optional<double> optimum;  // known from bind on
  bool operator==(const MetricTraits& other) const {
    return name == other.name && noisy == other.noisy && split == other.split;
  }
};

class MetricList {
 public:
  using Describe = std::function<lode_status(std::uint32_t index, lode_metric* out, lode_error*)>;

  // Findings are reported under `rule`.
  MetricList(std::uint32_t count, Describe describe, std::string rule, Findings& findings)
      : describe_(std::move(describe)), rule_(std::move(rule)), findings_(findings) {
    for (std::uint32_t i = 0; i < count; ++i) { CheckMetric(i); }
    CheckBeyond(count);
  }

  const std::vector<MetricTraits>& list() const { return list_; }

 private:
  void CheckMetric(std::uint32_t index) {
    Newer<lode_metric> out;
    ErrorBuffer error;
    const lode_status status = describe_(index, &out.value, error.get());
    const std::string title = "metric " + std::to_string(index);
    if (!Require(status == LODE_OK, title + ": " + error.message())) { return; }
    findings_.Require(out.intact(), "outputs.bounds",
                      title + ": wrote past the fields of this version");
    CheckFields(out.value, title);
    list_.push_back({out.value.name != nullptr ? out.value.name : "",
                     (out.value.flags & LODE_METRIC_NOISY) != 0, out.value.split,
                     out.value.direction, OptimumOf(out.value)});
  }

  static std::optional<double> OptimumOf(const lode_metric& m) {
    const bool known = (m.flags & LODE_METRIC_OPTIMUM) != 0;
    return known ? std::optional(m.optimum) : std::nullopt;
  }

  void CheckFields(const lode_metric& m, const std::string& title) {
    Require(IsName(m.name) && names_.insert(m.name).second,
            title + " has no well-formed name of its own");
    findings_.Require(m.name == nullptr || !core::IsReservedMetricName(m.name), "names.host",
                      title + " is named '" + (m.name != nullptr ? m.name : "") +
                          "', which the host's tables use for something else");
    for (const char* text : {m.unit, m.doc, m.dataset}) {
      findings_.Require(text == nullptr || IsPrintableLine(text), "text.printable",
                        title + " has a unit, doc or data set with control characters");
    }
    Require(m.direction == LODE_MAXIMIZE || m.direction == LODE_MINIMIZE,
            title + " has an unknown direction");
    Require(m.split >= LODE_SPLIT_NONE && m.split <= LODE_SPLIT_TEST,
            title + " has an unknown split");
    Require(m.unit != nullptr && m.dataset != nullptr,
            title + " has no unit or data set; \"\" if there is none");
    Require(IsSentence(m.doc), title + " has a doc that is not one sentence with a period");
    Require(std::isfinite(m.epochs) && m.epochs >= 0, title + " has a strange number of epochs");
  }

  void CheckBeyond(std::uint32_t count) {
    Newer<lode_metric> beyond;
    const Newer<lode_metric> before = beyond;
    Require(describe_(count, &beyond.value, nullptr) != LODE_OK, "there is a metric past the last");
    findings_.Require(beyond.SameBytes(before), "outputs.untouched",
                      "metric failed and changed its output");
  }

  bool Require(bool holds, const std::string& detail) {
    return findings_.Require(holds, rule_, detail);
  }

  Describe describe_;
  std::string rule_;
  Findings& findings_;
  std::set<std::string> names_;
  std::vector<MetricTraits> list_;
};

}  // namespace lode::verify
