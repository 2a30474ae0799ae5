#include <cmath>
#include <string>
#include <vector>

#include "core/verify/metric_list.h"
#include "core/verify/space_check.h"
#include "core/verify/space_parts.h"

namespace lode::verify {
namespace {

class SpaceMetricsContract : public SpaceCheck {
 public:
  using SpaceCheck::SpaceCheck;

  void Check() { Do("computing metrics", &SpaceMetricsContract::CheckMetrics); }

 private:
  void CheckMetrics() {
    const auto& api = space_.api();
    const int slots = Has(api, &lode_space_api::metric_count) + Has(api, &lode_space_api::metric) +
                      Has(api, &lode_space_api::measure);
    if (!Require(slots == 0 || slots == 3, "space.metrics",
                 "has only some of the three functions")) {
      return;
    }
    if (slots == 0) { return; }
    const auto describe = [&](std::uint32_t index, lode_metric* out, lode_error* e) {
      return api.metric(space_.instance(), index, out, e);
    };
    const std::uint32_t count = api.metric_count(space_.instance());
    const MetricList metrics(count, describe, "space.metrics", findings_);
    for (const MetricTraits& metric : metrics.list()) {
      Require(metric.split == LODE_SPLIT_NONE && !metric.noisy, "space.metrics",
              metric.name + " does not depend only on the architecture");
    }
    for (const Bytes& sample : samples_) { CheckMeasure(sample, metrics.list()); }
    CheckMeasureOfNothing(count);
  }

  void CheckMeasure(const Bytes& sample, const std::vector<MetricTraits>& metrics) {
    const auto values = space_.Measure(sample, metrics.size());
    if (!Require(values.has_value(), "space.metrics", "measure fails for " + Text(sample))) {
      return;
    }
    for (std::size_t m = 0; m < metrics.size(); ++m) {
      Require(std::isfinite((*values)[m]), "space.metrics",
              metrics[m].name + " of " + Text(sample) + " is not finite");
    }
  }

  void CheckMeasureOfNothing(std::size_t count) {
    const Bytes nothing(space_.cells(), 2);
    Require(!space_.Measure(nothing, count) && space_.status() == LODE_E_INVALID, "space.metrics",
            "measures bytes that are not an architecture");
  }
};

}  // namespace

void CheckSpaceMetrics(SpaceProbe& space, const std::vector<Bytes>& samples, Findings& findings) {
  SpaceMetricsContract(space, samples, findings).Check();
}

}  // namespace lode::verify
