#include "toolkit/metrics/user_metrics.h"

#include <gtest/gtest.h>

#include <string>

#include "tests/failure.h"

namespace lode::metrics {
namespace {

Config Good() {
  Config config;
  config.maximize = {"accuracy [percent]", "f1"};
  config.minimize = {"latency [ms]", "params[count]", "train_loss  [10^-3 nats]"};
  config.train = {"train_loss"};
  config.validation = {"accuracy"};
  config.test = {"f1"};
  config.dataset = "cifar10";
  return config;
}

// Returns why the good configuration with a change is refused, "" if it is not.
template <class Change>
std::string Refusal(Change&& change) {
  Config config = Good();
  change(config);
  return Failure<InvalidError>([&] { Metrics(config); });
}

TEST(UserMetrics, DeclareNameUnitDirectionSplitAndDataSet) {
  const char* const doc = "Declared by the pipeline.";
  const std::vector<Metric> expected = {
      {"accuracy", "percent", doc, LODE_MAXIMIZE, LODE_SPLIT_VALIDATION, "cifar10"},
      {"f1", "", doc, LODE_MAXIMIZE, LODE_SPLIT_TEST, "cifar10"},
      {"latency", "ms", doc, LODE_MINIMIZE, LODE_SPLIT_NONE, ""},
      {"params", "count", doc, LODE_MINIMIZE, LODE_SPLIT_NONE, ""},
      {"train_loss", "10^-3 nats", doc, LODE_MINIMIZE, LODE_SPLIT_TRAIN, "cifar10"}};
  EXPECT_EQ(Metrics(Good()), expected);
}

TEST(UserMetrics, RefusesToHaveNone) {
  const std::string refusal =
      "no metrics: expected some in maximize or minimize, as in maximize = [\"accuracy "
      "[percent]\"]";
  EXPECT_EQ(Refusal([](Config& c) { c = {}; }), refusal);
  EXPECT_EQ(Refusal([](Config& c) { c = {}, c.test = {"f1"}; }), refusal);
}

TEST(UserMetrics, RefusesInvalidNames) {
  const std::string expected = ", expected a name of a-z, 0-9 and _ that begins with a letter";
  for (const char* name :
       {"", "Accuracy", "top-1", "1st", "_a", "a b", " a", "a.b", "[ms]", " [ms]", "\xc3\xa4"}) {
    EXPECT_EQ(Refusal([&](Config& c) { c.minimize.emplace_back(name); }),
              "minimize has " +
                  (name == std::string("\xc3\xa4") ? std::string("\"\\xc3\\xa4\"")
                                                   : '"' + std::string(name) + '"') +
                  expected);
  }
}

TEST(UserMetrics, RefusesBracketsThatDoNotHoldAUnit) {
  for (const char* item : {"a [", "a []", "a [ms", "a [ms] ", "a [ms]]", "a [[ms]", "a [m][s]"}) {
    EXPECT_EQ(Refusal([&](Config& c) { c.maximize.emplace_back(item); }),
              "maximize has \"" + std::string(item) +
                  "\", expected a name and its unit in brackets, as in \"a [percent]\"");
  }
}

TEST(UserMetrics, RefusesAMetricTwice) {
  EXPECT_EQ(Refusal([](Config& c) { c.maximize.emplace_back("f1 [percent]"); }),
            "maximize has \"f1\", which is already declared");
  EXPECT_EQ(Refusal([](Config& c) { c.minimize.emplace_back("accuracy"); }),
            "minimize has \"accuracy\", which is already declared");
}

TEST(UserMetrics, RefusesSplitsOfUnknownMetrics) {
  EXPECT_EQ(Refusal([](Config& c) { c.validation = {"acuracy"}; }),
            "validation has \"acuracy\", which is not a metric of maximize or minimize (nearest: "
            "\"accuracy\")");
  EXPECT_EQ(Refusal([](Config& c) { c.train = {"latency [ms]"}; }),
            "train has \"latency [ms]\", which is not a metric of maximize or minimize (nearest: "
            "\"latency\")");
}

TEST(UserMetrics, RefusesASecondSplit) {
  EXPECT_EQ(Refusal([](Config& c) { c.test.emplace_back("accuracy"); }),
            "test has \"accuracy\", which already has a split");
  EXPECT_EQ(Refusal([](Config& c) { c.train.emplace_back("train_loss"); }),
            "train has \"train_loss\", which already has a split");
}

TEST(UserMetrics, RefusesADataSetWithoutMetrics) {
  EXPECT_EQ(Refusal([](Config& c) { c.train = c.validation = c.test = {}; }),
            "dataset is \"cifar10\", but no metric is in train, validation or test");
}

// ---- as an oracle's parameters

struct Oracle {
  struct Config : metrics::Config {
    std::int64_t own = 1;
  };
  static Params<Config> Parameters() {
    Params<Config> params = {{"own", &Config::own, "Its own."}};
    AddParameters(params);
    return params;
  }
  Oracle(Host, const Config& config) : metrics(metrics::Metrics(config)) {}
  std::vector<Metric> Metrics() const { return metrics; }
  void Bind(const Space&) {}
  void Evaluate(const Query&, std::span<double>) {}
  std::vector<Metric> metrics;
};

TEST(UserMetrics, AreParametersOfAnOracle) {
  const lode_component& c =
      *OracleComponent<Oracle>("oracle", "1.0.0", "An oracle.", "", LODE_CAP_METRICS_VARY);
  std::string names;
  std::vector<lode_value> values;
  for (std::uint32_t i = 0; i < c.param_count; ++i) {
    names += std::string(c.params[i].name) + " ";
    values.push_back(c.params[i].default_value);
  }
  EXPECT_EQ(names, "own maximize minimize train validation test dataset ");
  const lode_str maximize[] = {detail::Str("a [percent]"), detail::Str("b")};
  values[1].as.strs = maximize;
  values[1].count = 2;
  values[4].as.strs = &maximize[1];
  values[4].count = 1;
  values[6].as.s = detail::Str("mnist");
  lode_host host{};
  host.struct_size = sizeof host;
  lode_instance* instance = nullptr;
  ASSERT_EQ(c.create(&host, values.data(), &instance, nullptr), LODE_OK);
  const auto& api = *static_cast<const lode_oracle_api*>(c.api);
  EXPECT_EQ(api.metric_count(instance), 2u);
  lode_metric b{};
  b.struct_size = sizeof b;
  ASSERT_EQ(api.metric(instance, 1, &b, nullptr), LODE_OK);
  EXPECT_EQ(std::string(b.name) + b.unit + " " + b.dataset, "b mnist");
  EXPECT_EQ(b.split, LODE_SPLIT_VALIDATION);
  c.destroy(instance);
}

}  // namespace
}  // namespace lode::metrics
