#include "plugins/spaces/nb201/oracle.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <filesystem>
#include <lode/testing.hpp>
#include <memory>
#include <optional>
#include <sstream>
#include <thread>

#include "plugins/spaces/nb201/shipped_table.h"
#include "plugins/spaces/nb201/space.h"
#include "tests/failure.h"
#include "tests/temporary_directory.h"
#include "toolkit/files/text_file.h"

namespace nb201 {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;

constexpr lode_host kHost = [] {
  lode_host host{};
  host.struct_size = sizeof host;
  host.abi_minor = LODE_ABI_MINOR;
  return host;
}();

TableOracle Oracle(const std::string& dataset, std::int64_t epochs,
                   const std::string& table = kShipped) {
  return TableOracle(lode::Host(&kHost), {table, dataset, epochs});
}

std::vector<double> Ask(const TableOracle& oracle, std::string_view text, double fidelity = 1,
                        std::optional<double>* cost = nullptr) {
  Cell cell{};
  ParseError error;
  EXPECT_TRUE(Parse(text, &cell, &error)) << error.message;
  lode::Architecture architecture(kCells);
  ToArchitecture(cell, architecture);
  std::vector<double> metrics(4, -1);
  oracle.Evaluate({architecture, fidelity, 0, cost}, metrics);
  return metrics;
}

double CostOf(const TableOracle& oracle, std::string_view text) {
  std::optional<double> cost;
  Ask(oracle, text, 1, &cost);
  return cost.value_or(-1);
}

constexpr const char* kIndex0 =
    "|avg_pool_3x3~0|+|nor_conv_1x1~0|skip_connect~1|+|nor_conv_1x1~0|skip_connect~1|skip_connect~"
    "2|";

TEST(Nb201Oracle, AnswersFromTheColumnsOfDataSetAndEpochs) {
  const lode::test::BoundSpace<Space> space;
  const struct {
    const char* dataset;
    std::int64_t epochs;
    std::vector<double> metrics;
  } kRows[] = {
      {"cifar10", 200, {81.982667, 85.863333, 129306, 15.64737}},
      {"cifar100", 200, {52.7, 52.913333, 135156, 15.65322}},
      {"imagenet16", 200, {28.211111, 26.633333, 136456, 3.91948}},
      {"cifar10", 12, {63.364, 69.55, 129306, 15.64737}},
      {"cifar100", 12, {31.84, 31.26, 135156, 15.65322}},
      {"imagenet16", 12, {18.466667, 17, 136456, 3.91948}},
  };
  for (const auto& [dataset, epochs, metrics] : kRows) {
    TableOracle oracle = Oracle(dataset, epochs);
    oracle.Bind(space.space());
    EXPECT_EQ(Ask(oracle, kIndex0), metrics) << dataset << epochs;
  }
}

// The benchmark's records of architecture 0 contain the trainings' times: 7.221 s for each epoch on
// half of CIFAR-10 and 2.549 s for the validation, 14.442 and 0.510 on CIFAR-100, 43.818 and 0.306
// on ImageNet-16-120. The formula is within 1 % for this architecture.
TEST(Nb201Oracle, CostIsTheTrainingTime) {
  const lode::test::BoundSpace<Space> space;
  const struct {
    const char* dataset;
    double epoch, validation;
  } kRows[] = {
      {"cifar10", 7.221, 2.549}, {"cifar100", 14.442, 0.510}, {"imagenet16", 43.818, 0.306}};
  for (const auto& [dataset, epoch, validation] : kRows) {
    for (const std::int64_t epochs : {12, 200}) {
      TableOracle oracle = Oracle(dataset, epochs);
      oracle.Bind(space.space());
      const double seconds = static_cast<double>(epochs) * epoch + validation;
      EXPECT_NEAR(CostOf(oracle, kIndex0) / seconds, 1, 0.01) << dataset << epochs;
    }
  }
}

// The shipped table with two more columns: i + 0.5 seconds for 200 epochs of CIFAR-10 on line
// i + 2, and i + 0.25 for 12.
std::string TableWithSeconds() {
  std::istringstream shipped(lode::files::ReadTextFile(kShipped));
  std::ostringstream out;
  std::string line;
  for (int i = -1; std::getline(shipped, line); ++i) {
    out << line;
    if (i < 0) { out << "\tcifar10_seconds\tcifar10_seconds_12ep\n"; }
    if (i >= 0) { out << '\t' << i + 0.5 << '\t' << i + 0.25 << '\n'; }
  }
  return out.str();
}

TEST(Nb201Oracle, TheTablesSecondsOverrideTheFormula) {
  const lode::test::BoundSpace<Space> space;
  const lode::TemporaryDirectory directory;
  const std::string table = directory.Write("nb201.tsv", TableWithSeconds());
  const auto cost = [&](const char* dataset, std::int64_t epochs) {
    TableOracle oracle = Oracle(dataset, epochs, table);
    oracle.Bind(space.space());
    return CostOf(oracle, kIndex0);
  };
  EXPECT_EQ(cost("cifar10", 200), 0.5);
  EXPECT_EQ(cost("cifar10", 12), 0.25);
  EXPECT_NEAR(cost("cifar100", 12), 174, 2) << "a data set without the column";
}

TEST(Nb201Oracle, DeclaresWhereEachMetricComesFrom) {
  const auto metrics = Oracle("cifar100", 12).Metrics();
  ASSERT_EQ(metrics.size(), 4u);
  std::vector<std::string> names;
  for (const auto& m : metrics) {
    names.push_back(m.name);
    EXPECT_EQ(m.dataset, "cifar100");
    EXPECT_FALSE(m.noisy);
  }
  EXPECT_THAT(names, ElementsAre("valid_accuracy", "test_accuracy", "params", "mflops"));
  EXPECT_EQ(metrics[0].split, LODE_SPLIT_VALIDATION);
  EXPECT_EQ(metrics[1].split, LODE_SPLIT_TEST);
  EXPECT_EQ(metrics[0].direction, LODE_MAXIMIZE);
  EXPECT_EQ(metrics[2].direction, LODE_MINIMIZE);
  EXPECT_EQ(metrics[3].direction, LODE_MINIMIZE);
  EXPECT_EQ(metrics[1].epochs, 12);
  EXPECT_EQ(metrics[2].epochs, 0);
}

// Compares with all the numbers that it answers with.
TEST(Nb201Oracle, KnowsTheBestOfEachMetricOnceBound) {
  const lode::test::BoundSpace<Space> space;
  TableOracle oracle = Oracle("cifar10", 200);
  EXPECT_EQ(oracle.Metrics()[0].optimum, std::nullopt);
  oracle.Bind(space.space());
  const auto metrics = oracle.Metrics();
  std::array<double, 4> best{0, 0, 1e300, 1e300}, answer{};
  for (std::uint32_t i = 0; i < kArchitectures; ++i) {
    lode::Architecture architecture(space.space().cells());
    ToArchitecture(FromIndex(i), architecture);
    oracle.Evaluate({architecture, 1, 0}, answer);
    for (std::size_t m = 0; m < 4; ++m) {
      best[m] = m < 2 ? std::max(best[m], answer[m]) : std::min(best[m], answer[m]);
    }
  }
  for (std::size_t m = 0; m < 4; ++m) { EXPECT_EQ(metrics[m].optimum, best[m]) << metrics[m].name; }
  EXPECT_NEAR(best[0], 91.61, 0.005);
}

TEST(Nb201Oracle, RefusesOtherEpochs) {
  EXPECT_EQ(lode::CodedFailure([] { Oracle("cifar10", 100); }),
            "1 epochs is 100, the benchmark has 12 and 200");
}

// The shipped table without its columns of 12 epochs.
std::string TableWithoutBrief() {
  std::istringstream shipped(lode::files::ReadTextFile(kShipped));
  std::ostringstream out;
  std::string line;
  while (std::getline(shipped, line)) {
    std::istringstream fields(line);
    std::string field;
    for (int i = 0; std::getline(fields, field, '\t'); ++i) {
      out << (i < 7 || i > 12 ? (i > 0 ? "\t" : "") + field : "");
    }
    out << '\n';
  }
  return out.str();
}

TEST(Nb201Oracle, TwelveEpochsAreAFidelityOfTwoHundred) {
  const lode::test::BoundSpace<Space> space;
  TableOracle full = Oracle("cifar100", 200), brief = Oracle("cifar100", 12);
  EXPECT_EQ(full.Fidelities(), lode::Fidelities()) << "before the table is read";
  full.Bind(space.space());
  brief.Bind(space.space());
  EXPECT_EQ(full.Fidelities(), lode::Fidelities::List({12.0 / 200, 1}));
  EXPECT_EQ(brief.Fidelities(), lode::Fidelities());
  std::optional<double> cost;
  EXPECT_EQ(Ask(full, kIndex0, 0.06, &cost), Ask(brief, kIndex0));
  EXPECT_EQ(cost, CostOf(brief, kIndex0));
  EXPECT_GT(CostOf(full, kIndex0), 10 * *cost);
  EXPECT_EQ(Ask(full, kIndex0), (std::vector<double>{52.7, 52.913333, 135156, 15.65322}));
}

TEST(Nb201Oracle, AFidelityHasTheSecondsOfTheTable) {
  const lode::test::BoundSpace<Space> space;
  const lode::TemporaryDirectory directory;
  const std::string table = directory.Write("nb201.tsv", TableWithSeconds());
  TableOracle oracle = Oracle("cifar10", 200, table);
  oracle.Bind(space.space());
  std::optional<double> cost;
  Ask(oracle, kIndex0, 0.06, &cost);
  EXPECT_EQ(cost, 0.25);
  EXPECT_EQ(CostOf(oracle, kIndex0), 0.5);
}

TEST(Nb201Oracle, ATableWithoutTwelveEpochsServesOnlyOne) {
  const lode::test::BoundSpace<Space> space;
  const lode::TemporaryDirectory directory;
  const std::string table = directory.Write("nb201.tsv", TableWithoutBrief());
  TableOracle oracle = Oracle("cifar10", 200, table);
  oracle.Bind(space.space());
  EXPECT_EQ(oracle.Fidelities(), lode::Fidelities());
  EXPECT_EQ(Ask(oracle, kIndex0), (std::vector<double>{81.982667, 85.863333, 129306, 15.64737}));
}

// Through the component, as the host asks.
TEST(Nb201Oracle, RefusesOtherFidelities) {
  const lode::test::BoundSpace<Space> space;
  const lode_component& component = *lode::OracleComponent<TableOracle>("t", "1.0.0", "A table.");
  lode::test::Instance instance(lode::test::Values(component).Set("table", kShipped));
  const auto& api = instance.api<lode_oracle_api>();
  EXPECT_EQ(api.bind(instance.get(), space.handle(), nullptr), LODE_OK);
  lode::Architecture architecture(kCells);
  ToArchitecture(FromIndex(0), architecture);
  std::vector<double> metrics(4, -1);
  const auto ask = [&](double fidelity) {
    lode::test::ErrorBuffer error;
    lode_query query{sizeof query, 0, architecture.data(), fidelity, 0, metrics.data(), 0, 0, 0,
                     error.get()};
    EXPECT_EQ(api.evaluate(instance.get(), &query, 1, nullptr), LODE_OK);
    return std::to_string(query.status) + " " + error.message();
  };
  EXPECT_EQ(ask(0.5), "1 fidelity 0.500000 is not served");
  EXPECT_EQ(metrics, std::vector<double>(4, -1));
  EXPECT_EQ(ask(0.06), "0 ");
}

TEST(Nb201Oracle, AnUnreadableTableFailsBindButNotConstruction) {
  const lode::test::BoundSpace<Space> space;
  TableOracle oracle = Oracle("cifar10", 200, "/nonexistent/table.tsv");
  EXPECT_EQ(lode::CodedFailure([&] { oracle.Bind(space.space()); }),
            "4 /nonexistent/table.tsv: No such file or directory");
}

// Like nb201 except for what `kChange` changes.
enum class Change { kColumns, kRowLabel, kColumnLabel, kName, kSecondMatrix };
template <Change kChange>
struct OtherSpace : Space {
  using Space::Space;
  std::vector<lode::Matrix> Matrices() const {
    std::vector<lode::Matrix> list = Space::Matrices();
    if (kChange == Change::kColumns) { list[0].column_labels.push_back("sep_conv_3x3"); }
    if (kChange == Change::kRowLabel) { list[0].row_labels[1] = "1->2"; }
    if (kChange == Change::kColumnLabel) { list[0].column_labels[4] = "max_pool_3x3"; }
    if (kChange == Change::kName) { list[0].name = "normal"; }
    if (kChange == Change::kSecondMatrix) { list.push_back(list[0]); }
    return list;
  }
};

template <Change kChange>
std::string BindFailure() {
  const lode::test::BoundSpace<OtherSpace<kChange>> space;
  TableOracle oracle = Oracle("cifar10", 200);
  return lode::CodedFailure([&] { oracle.Bind(space.space()); });
}

TEST(Nb201Oracle, RefusesOtherSpaces) {
  const std::string ours = "2 the table is of the space nb201, matrices \"cell\" 6x5";
  EXPECT_EQ(BindFailure<Change::kColumns>(), ours + ", not \"cell\" 6x6");
  EXPECT_EQ(BindFailure<Change::kName>(), ours + ", not \"normal\" 6x5");
  EXPECT_EQ(BindFailure<Change::kSecondMatrix>(), ours + ", not \"cell\" 6x5, \"cell\" 6x5");
  EXPECT_EQ(BindFailure<Change::kRowLabel>(),
            ours + ": cell, row 1 is \"1->2\", expected \"0->2\"");
  EXPECT_EQ(BindFailure<Change::kColumnLabel>(),
            ours + ": cell, column 4 is \"max_pool_3x3\", expected \"avg_pool_3x3\"");
}

TEST(Nb201Oracle, ManyThreadsMayAsk) {
  const lode::test::BoundSpace<Space> space;
  TableOracle oracle = Oracle("cifar10", 200);
  oracle.Bind(space.space());
  std::array<double, 4> best{};
  {
    std::vector<std::jthread> threads;
    threads.reserve(best.size());
    for (double& b : best) {
      threads.emplace_back([&] {
        lode::Architecture a(kCells);
        std::array<double, 4> metrics{};
        for (std::uint32_t i = 0; i < kArchitectures; ++i) {
          std::fill(a.begin(), a.end(), std::uint8_t{0});
          ToArchitecture(FromIndex(i), a);
          oracle.Evaluate({a, 1, 0}, metrics);
          b = std::max(b, metrics[0]);
        }
      });
    }
  }
  for (const double b : best) { EXPECT_NEAR(b, 91.607, 5e-4); }
}

}  // namespace
}  // namespace nb201
