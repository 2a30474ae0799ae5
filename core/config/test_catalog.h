// A catalog in memory for the tests of configuration.
#pragma once

#include <filesystem>
#include <limits>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "core/plugin/catalog.h"

namespace lode::core {

// One plugin `acme` in `directory`. Its table.tsv there is the default of the oracle's `table`.
class TestCatalog : public Catalog {
 public:
  explicit TestCatalog(const std::filesystem::path& directory) {
    plugin_.file = directory / "acme.lode.so";
    plugin_.id = "acme";
    plugin_.components = {Space(),
                          Table(),
                          Latency(),
                          Varying(),
                          EpsilonGreedy(),
                          WarmUp(),
                          L2nas(),
                          Rea(),
                          Random(),
                          Supernet(),
                          Predictor("predictor", LODE_CAP_BATCH | LODE_CAP_CONCURRENT),
                          Predictor("size", LODE_CAP_CONCURRENT)};
  }

  const ComponentDeclaration* Find(lode_kind kind, std::string_view id) const override {
    for (const ComponentDeclaration& c : plugin_.components) {
      if (c.kind == kind && c.id == id) { return &c; }
    }
    return nullptr;
  }

  const PluginDeclaration* PluginOf(const ComponentDeclaration&) const override { return &plugin_; }

  std::vector<std::string> Ids(lode_kind kind) const override {
    std::vector<std::string> ids;
    for (const ComponentDeclaration& c : plugin_.components) {
      if (c.kind == kind) { ids.push_back(c.id); }
    }
    return ids;
  }

 private:
  static constexpr double kInf = std::numeric_limits<double>::infinity();

  static ParamDeclaration Param(std::string name, lode_type type, Value fallback,
                                double min = -kInf, double max = kInf, std::uint32_t flags = 0) {
    return {std::move(name), type, "", "", std::move(fallback), min, max, {}, flags};
  }

  static ComponentDeclaration Component(lode_kind kind, std::string id,
                                        std::vector<ParamDeclaration> params) {
    ComponentDeclaration c;
    c.kind = kind;
    c.id = std::move(id);
    c.version = "1.0.0";
    c.params = std::move(params);
    return c;
  }

  static MetricDeclaration Metric(std::string name, std::string unit, lode_split split) {
    MetricDeclaration m;
    m.name = std::move(name);
    m.unit = std::move(unit);
    m.split = split;
    return m;
  }

  static ComponentDeclaration Space() {
    return Component(LODE_SPACE, "ring", {Param("size", LODE_T_INT, std::int64_t{5}, 2, 100)});
  }

  static ComponentDeclaration Table() {
    ParamDeclaration dataset = Param("dataset", LODE_T_CHOICE, std::string("cifar10"));
    dataset.choices = {"cifar10", "cifar100"};
    auto c = Component(LODE_ORACLE, "acme.table",
                       {dataset, Param("table", LODE_T_PATH, std::string("table.tsv"), -kInf, kInf,
                                       LODE_PARAM_INPUT_FILE)});
    c.metrics = {Metric("valid_accuracy", "percent", LODE_SPLIT_VALIDATION),
                 Metric("test_accuracy", "percent", LODE_SPLIT_TEST),
                 Metric("params", "count", LODE_SPLIT_NONE)};
    return c;
  }

  static ComponentDeclaration Latency() {
    auto c = Component(
        LODE_ORACLE, "latency",
        {Param("device", LODE_T_STRING, std::string(), -kInf, kInf, LODE_PARAM_REQUIRED)});
    c.metrics = {Metric("latency", "ms", LODE_SPLIT_NONE)};
    c.capabilities = LODE_CAP_ISOLATE;
    return c;
  }

  static ComponentDeclaration Varying() {
    auto c = Component(LODE_ORACLE, "varying", {});
    c.capabilities = LODE_CAP_METRICS_VARY;
    return c;
  }

  static ComponentDeclaration Predictor(std::string id, std::uint32_t capabilities) {
    auto c = Component(LODE_ORACLE, id, {});
    c.metrics = {Metric(std::move(id), "percent", LODE_SPLIT_VALIDATION)};
    c.capabilities = capabilities;
    return c;
  }

  // Prepares, and measures with weights.
  static ComponentDeclaration Supernet() {
    auto c = Component(
        LODE_ORACLE, "supernet",
        {Param("epochs", LODE_T_INT, std::int64_t{100}, 0, 1e6),
         Param("weights", LODE_T_PATH, std::string(), -kInf, kInf, LODE_PARAM_INPUT_FILE)});
    c.metrics = {Metric("shared_accuracy", "percent", LODE_SPLIT_VALIDATION)};
    c.prepares = true;
    return c;
  }

  static ComponentDeclaration EpsilonGreedy() {
    return Component(LODE_EXPLORATION, "epsilon_greedy",
                     {Param("start", LODE_T_REAL, 1.0, 0, 1), Param("end", LODE_T_REAL, 0.05, 0, 1),
                      Param("anneal_steps", LODE_T_INT, std::int64_t{175}, 1, 1e9)});
  }

  static ComponentDeclaration WarmUp() {
    return Component(LODE_EXPLORATION, "warm_up",
                     {Param("steps", LODE_T_INT, std::int64_t{3000}, 0, 1e9)});
  }

  static ComponentDeclaration L2nas() {
    auto c =
        Component(LODE_OPTIMIZER, "l2nas",
                  {Param("top_k", LODE_T_INT, std::int64_t{64}, 1, 1e6),
                   Param("lr", LODE_T_REAL, 1e-3, 0, 1, LODE_PARAM_OPEN_MIN),
                   Param("hidden", LODE_T_INT_LIST, std::vector<std::int64_t>{128, 128}, 1, 4096),
                   Param("decay", LODE_T_REAL_LIST, std::vector<double>{0.9, 0.99}, 0, 1,
                         LODE_PARAM_OPEN_MAX),
                   Param("tags", LODE_T_STRING_LIST, std::vector<std::string>{}),
                   Param("log_loss", LODE_T_BOOL, false)});
    c.loads = true;
    c.presets = {{"robust", "", {{"lr", 1e-4}}}, {"paper", "", {{"lr", 1e-8}}}};
    return c;
  }

  static ComponentDeclaration Rea() {
    return Component(LODE_OPTIMIZER, "rea",
                     {Param("population", LODE_T_INT, std::int64_t{30}, 2, 1e6),
                      Param("sample", LODE_T_INT, std::int64_t{10}, 1, 1e6)});
  }

  static ComponentDeclaration Random() { return Component(LODE_OPTIMIZER, "random", {}); }

  PluginDeclaration plugin_;
};

}  // namespace lode::core
