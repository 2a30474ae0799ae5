#include "core/verify/metric_list.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <limits>
#include <string>
#include <vector>

namespace lode::verify {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

lode_metric SoundMetric(const char* name) {
  lode_metric metric{};
  metric.struct_size = sizeof metric;
  metric.direction = LODE_MAXIMIZE;
  metric.split = LODE_SPLIT_TEST;
  metric.name = name;
  metric.unit = "percent";
  metric.doc = "Share of right answers.";
  metric.dataset = "";
  metric.epochs = 200;
  return metric;
}

// Describes metrics as a component does.
struct Declared {
  std::vector<lode_metric> metrics;

  lode_status operator()(std::uint32_t index, lode_metric* out, lode_error* error) const {
    if (index >= metrics.size()) { return LODE_E_INVALID; }
    if (metrics[index].name != nullptr && metrics[index].name == std::string("unreadable")) {
      if (error != nullptr) { *error = {sizeof *error, LODE_E_IO, "its file is gone"}; }
      return LODE_E_IO;
    }
    const std::uint32_t size = out->struct_size;
    *out = metrics[index];
    out->struct_size = size;
    return LODE_OK;
  }
};

// Returns what is found in a list of two metrics whose second one was changed: "RULE: SEEN".
template <class Change>
std::vector<std::string> FoundAfter(Change&& change) {
  Declared declared{{SoundMetric("first"), SoundMetric("second")}};
  change(declared.metrics[1]);
  Findings findings;
  const MetricList list(2, declared, "oracle.metrics", findings);
  std::vector<std::string> found;
  for (const Finding& f : findings.list()) { found.push_back(f.rule + ": " + f.seen); }
  return found;
}

TEST(MetricList, SoundMetricsAreRead) {
  Declared declared{{SoundMetric("latency"), SoundMetric("best_9")}};
  declared.metrics[0].direction = LODE_MINIMIZE;
  declared.metrics[0].flags = LODE_METRIC_NOISY;
  declared.metrics[1].flags = LODE_METRIC_OPTIMUM;
  declared.metrics[1].optimum = 94.5;
  Findings findings;
  const MetricList list(2, declared, "oracle.metrics", findings);
  EXPECT_THAT(findings.list(), IsEmpty());
  ASSERT_EQ(list.list().size(), 2u);
  EXPECT_EQ(list.list()[0].name, "latency");
  EXPECT_TRUE(list.list()[0].noisy);
  EXPECT_EQ(list.list()[0].direction, LODE_MINIMIZE);
  EXPECT_EQ(list.list()[0].optimum, std::nullopt);
  EXPECT_FALSE(list.list()[1].noisy);
  EXPECT_EQ(list.list()[1].optimum, 94.5);
}

TEST(MetricList, NamesAreWordsOfTheirOwn) {
  for (const char* name :
       {"", "Accuracy", "9th", "a b", "a.b", static_cast<const char*>(nullptr), "first"}) {
    EXPECT_THAT(FoundAfter([&](lode_metric& m) { m.name = name; }),
                ElementsAre("oracle.metrics: metric 1 has no well-formed name of its own"))
        << (name != nullptr ? name : "NULL");
  }
}

TEST(MetricList, NamesOfTheHostsColumnsAreReserved) {
  for (const char* name : {"reward", "step", "architecture"}) {
    EXPECT_THAT(FoundAfter([&](lode_metric& m) { m.name = name; }),
                ElementsAre(HasSubstr("names.host: metric 1 is named '" + std::string(name))));
  }
}

TEST(MetricList, EachFieldIsChecked) {
  EXPECT_THAT(FoundAfter([](lode_metric& m) { m.direction = static_cast<lode_direction>(7); }),
              ElementsAre("oracle.metrics: metric 1 has an unknown direction"));
  EXPECT_THAT(FoundAfter([](lode_metric& m) { m.split = static_cast<lode_split>(-1); }),
              ElementsAre("oracle.metrics: metric 1 has an unknown split"));
  EXPECT_THAT(FoundAfter([](lode_metric& m) { m.unit = nullptr; }),
              ElementsAre(HasSubstr("has no unit or data set")));
  EXPECT_THAT(FoundAfter([](lode_metric& m) { m.dataset = nullptr; }),
              ElementsAre(HasSubstr("has no unit or data set")));
  EXPECT_THAT(FoundAfter([](lode_metric& m) { m.unit = "a\tb"; }),
              ElementsAre(HasSubstr("text.printable: metric 1 has a unit")));
  for (const char* doc : {"", "no capital.", "No period", static_cast<const char*>(nullptr)}) {
    EXPECT_THAT(FoundAfter([&](lode_metric& m) { m.doc = doc; }),
                ElementsAre(HasSubstr("a doc that is not one sentence")));
  }
  for (const double epochs :
       {-1.0, std::numeric_limits<double>::quiet_NaN(), std::numeric_limits<double>::infinity()}) {
    EXPECT_THAT(FoundAfter([&](lode_metric& m) { m.epochs = epochs; }),
                ElementsAre(HasSubstr("a strange number of epochs")));
  }
}

TEST(MetricList, AMetricThatCannotBeReadIsReportedAndLeftOut) {
  Declared declared{{SoundMetric("unreadable"), SoundMetric("second")}};
  Findings findings;
  const MetricList list(2, declared, "space.metrics", findings);
  EXPECT_THAT(findings.list(),
              ElementsAre(Finding{"space.metrics", "", "metric 0: its file is gone"}));
  ASSERT_EQ(list.list().size(), 1u);
  EXPECT_EQ(list.list()[0].name, "second");
}

TEST(MetricList, ThereIsNoMetricPastTheLast) {
  const Declared declared{{SoundMetric("first"), SoundMetric("second")}};
  Findings findings;
  const MetricList list(1, declared, "oracle.metrics", findings);
  EXPECT_THAT(findings.list(),
              testing::Contains(Finding{"oracle.metrics", "", "there is a metric past the last"}));
}

TEST(MetricList, AComponentKnowsNoNewerFields) {
  Findings findings;
  const auto writes_too_much = [](std::uint32_t index, lode_metric* out, lode_error*) {
    if (index > 0) { return LODE_E_INVALID; }
    *out = SoundMetric("first");
    out->struct_size = sizeof(Newer<lode_metric>);
    reinterpret_cast<unsigned char*>(out)[sizeof *out + 5] = 0;
    return LODE_OK;
  };
  const MetricList list(1, writes_too_much, "oracle.metrics", findings);
  EXPECT_THAT(findings.list(),
              ElementsAre(Finding{"outputs.bounds", "",
                                  "metric 0: wrote past the fields of this version"}));
}

TEST(MetricList, AFailureChangesNothing) {
  Findings findings;
  const auto changes = [](std::uint32_t index, lode_metric* out, lode_error*) {
    if (index == 0) { return Declared{{SoundMetric("first")}}(index, out, nullptr); }
    out->name = "";
    return lode_status{LODE_E_INVALID};
  };
  const MetricList list(1, changes, "oracle.metrics", findings);
  EXPECT_THAT(findings.list(), ElementsAre(Finding{"outputs.untouched", "",
                                                   "metric failed and changed its output"}));
}

}  // namespace
}  // namespace lode::verify
