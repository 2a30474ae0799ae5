#include "plugins/oracles/table/table.h"

#include <gtest/gtest.h>

#include <deque>
#include <filesystem>
#include <lode/testing.hpp>
#include <map>

#include "tests/built.h"
#include "tests/temporary_directory.h"

namespace table {
namespace {

namespace fs = std::filesystem;
using lode::test::Values;

const std::string kNb201 = LODE_SOURCE_DIR "/plugins/spaces/nb201/nb201.tsv.gz";

const lode_component& Component() {
  return *lode::OracleComponent<TableOracle>("table", "1.0.0", "A table.", "",
                                             LODE_CAP_CONCURRENT | LODE_CAP_METRICS_VARY);
}

Values DefaultsOf(const std::string& plugin, const std::string& id) {
  return {lode::test::LoadComponent(lode::BuiltPlugin(plugin), id), lode::BuiltPlugins()};
}

// A space of a built plugin with its defaults.
class Built : public lode::test::SpaceInstance {
 public:
  explicit Built(const std::string& name) : SpaceInstance(DefaultsOf(name, name)) {}
};

// An oracle accessed through its table, like the host does.
class Oracle {
 public:
  explicit Oracle(const Values& values) : instance_(values) {}

  // Returns "" or the code and the message, here and below.
  std::string Bind(const lode::Space& space) {
    return Failure([&](lode_error* e) { return Api().bind(instance_.get(), space.handle(), e); });
  }
  std::string Evaluate(const lode::Architecture& architecture, std::vector<double>& metrics,
                       double fidelity = 1) {
    metrics.assign(Api().metric_count(instance_.get()), -7);
    return Failure([&](lode_error* e) {
      lode_query q{sizeof q, 0, architecture.data(), fidelity, 0, metrics.data(), 0, LODE_OK, 0, e};
      const lode_status status = Api().evaluate(instance_.get(), &q, 1, e);
      return status != LODE_OK ? status : q.status;
    });
  }
  lode::test::TestHost& host() { return instance_.host(); }

 private:
  const lode_oracle_api& Api() const { return instance_.api<lode_oracle_api>(); }
  template <class Call>
  static std::string Failure(Call&& call) {
    lode::test::ErrorBuffer error;
    const lode_status status = call(error.get());
    return status == LODE_OK ? "" : std::to_string(status) + " " + error.message();
  }
  lode::test::Instance instance_;
};

class Table : public testing::Test {
 protected:
  std::string Write(const std::string& text) const {
    return directory_.Write("table.csv", text).string();
  }
  static Values With(const std::string& file) {
    Values settings = Component();
    settings.Set("file", file).SetList("maximize", {"acc"}).SetList("minimize", {"ms"});
    return settings;
  }
  // Returns why a table cannot be bound to the grid of 3 decisions with 2 choices, after the file's
  // name.
  std::string BindFailure(const std::string& text, Values settings = With("")) const {
    const std::string path = Write(text);
    Oracle oracle(settings.Set("file", path));
    const std::string failure = oracle.Bind(grid_.space());
    const std::string start = "4 " + path;
    return failure.starts_with(start) ? failure.substr(start.size()) : failure;
  }
  static std::string CreateFailure(const Values& settings) {
    try {
      return Oracle(settings).Bind(lode::test::Grid(3, 2).space());
    } catch (const lode::Error& e) { return std::to_string(e.code()) + " " + e.what(); }
  }
  // Returns the table's numbers for an architecture of the grid.
  std::vector<double> Ask(Oracle& oracle, const std::string& architecture) const {
    std::vector<double> metrics;
    EXPECT_EQ(oracle.Evaluate(grid_.space().Parse(architecture), metrics), "") << architecture;
    return metrics;
  }

  lode::TemporaryDirectory directory_;
  lode::test::Grid grid_{3, 2};
};

using Numbers = std::vector<double>;

// ---- results

TEST_F(Table, ReadsTheColumnsOfItsMetrics) {
  Oracle oracle(With(Write("ms,note,architecture,acc\n1.5,x,0-0-1,90\n2,,1-1-1,-1e-3\n")));
  ASSERT_EQ(oracle.Bind(grid_.space()), "");
  EXPECT_EQ(Ask(oracle, "0-0-1"), (Numbers{90, 1.5}));
  EXPECT_EQ(Ask(oracle, "1-1-1"), (Numbers{-0.001, 2}));
}

TEST_F(Table, ColumnsMayHaveOtherNamesThanMetrics) {
  Values settings = With(Write("Arch;Val Acc;a = b\n0-0-1;90;1.5\n"));
  settings.Set("key", "Arch").Set("delimiter", "semicolon");
  Oracle oracle(settings.SetList("columns", {"acc = Val Acc", "ms=a = b"}));
  ASSERT_EQ(oracle.Bind(grid_.space()), "");
  EXPECT_EQ(Ask(oracle, "0-0-1"), (Numbers{90, 1.5}));
}

// Keys as people write them match the architectures that the space writes in its own way.
TEST_F(Table, KeysMayBeInAnyNotationOfTheSpace) {
  const struct {
    const char *plugin, *key, *canonical;
  } kKeys[] = {
      {"nb201", "0",
       "|avg_pool_3x3~0|+|nor_conv_1x1~0|skip_connect~1|+|nor_conv_1x1~0|skip_connect~1|skip_"
       "connect~2|"},
      {"nb201",
       "((('avg_pool_3x3', 0),), (('nor_conv_1x1', 0), ('skip_connect', 1)), (('nor_conv_1x1', 0), "
       "('skip_connect', 1), ('skip_connect', 2)))",
       "|avg_pool_3x3~0|+|nor_conv_1x1~0|skip_connect~1|+|nor_conv_1x1~0|skip_connect~1|skip_"
       "connect~2|"},
      {"ofa",
       "{'wid': None, 'ks': [3, 3, 3, 3, 5, 5, 5, 5, 3, 3, 3, 3, 3, 3, 3, 3, 5, 5, 5, 5],\n"
       " 'e': [4, 4, 4, 4, 3, 3, 3, 3, 3, 3, 3, 3, 4, 4, 4, 4, 4, 4, 4, 4], 'd': [3, 2, 2, 3, 3], "
       "'r': [224]}",
       "{\"ks\": [3, 3, 3, 3, 5, 5, 5, 5, 3, 3, 3, 3, 3, 3, 3, 3, 5, 5, 5, 5], \"e\": [4, 4, 4, 4, "
       "3, 3, 3, 3, 3, 3, 3, 3, 4, 4, 4, 4, 4, 4, 4, 4], \"d\": [3, 2, 2, 3, 3]}"},
      {"darts",
       "X = Genotype(normal=[[('sep_conv_3x3', 1), ('skip_connect', 0)], [('sep_conv_3x3', 1), "
       "('skip_connect', 0)], [('sep_conv_3x3', 1), ('skip_connect', 0)], [('sep_conv_3x3', 1), "
       "('skip_connect', 0)]],\n"
       " normal_concat=[2, 3, 4, 5], reduce=[[('sep_conv_3x3', 1), ('skip_connect', 0)], "
       "[('sep_conv_3x3', 1), ('skip_connect', 0)], [('sep_conv_3x3', 1), ('skip_connect', 0)], "
       "[('sep_conv_3x3', 1), ('skip_connect', 0)]], reduce_concat=[2, 3, 4, 5],)",
       "Genotype(normal=[('skip_connect', 0), ('sep_conv_3x3', 1), ('skip_connect', 0), "
       "('sep_conv_3x3', 1), ('skip_connect', 0), ('sep_conv_3x3', 1), ('skip_connect', 0), "
       "('sep_conv_3x3', 1)], normal_concat=range(2, 6), reduce=[('skip_connect', 0), "
       "('sep_conv_3x3', 1), ('skip_connect', 0), ('sep_conv_3x3', 1), ('skip_connect', 0), "
       "('sep_conv_3x3', 1), ('skip_connect', 0), ('sep_conv_3x3', 1)], reduce_concat=range(2, "
       "6))"}};
  for (const auto& [plugin, key, canonical] : kKeys) {
    const Built space(plugin);
    Oracle oracle(
        With(Write(",architecture,acc,ms\r\n0,\"" + std::string(key) + "\",90,1\r\n\r\n")));
    ASSERT_EQ(oracle.Bind(space.space()), "") << key;
    const lode::Architecture architecture = space.space().Parse(key);
    EXPECT_EQ(space.space().Format(architecture), canonical);
    Numbers metrics;
    EXPECT_EQ(oracle.Evaluate(space.space().Parse(canonical), metrics), "");
    EXPECT_EQ(metrics, (Numbers{90, 1}));
  }
}

TEST_F(Table, ArchitecturesThatItDoesNotHaveFail) {
  const std::string path = Write("architecture,acc,ms\n0-0-1,90,1\n0-1-1,91,1\n");
  Oracle oracle(With(path));
  ASSERT_EQ(oracle.Bind(grid_.space()), "");
  Numbers metrics;
  // The same network as 0-0-1 to the space, but without a row.
  EXPECT_EQ(oracle.Evaluate(grid_.space().Parse("1-0-0"), metrics),
            "2 " + path + ": none of its 2 architectures is \"1-0-0\"");
  EXPECT_EQ(metrics, (Numbers{-7, -7}));
  EXPECT_EQ(oracle.Evaluate({1, 1, 0, 0, 0, 0}, metrics),
            "1 row grid decision 0 does not have exactly one 1 among zeros");
  EXPECT_EQ(oracle.Evaluate({2, 0, 2, 0, 0, 2}, metrics),
            "1 row grid decision 0 does not have exactly one 1 among zeros");
  EXPECT_EQ(oracle.Evaluate(grid_.space().Parse("0-0-1"), metrics, 0.5),
            "2 fidelity is 0.500000, the table has results at 1 only");
}

// Quotes the key like Python's csv module.
std::string Quoted(const std::string& text) {
  std::string quoted = "\"";
  for (const char c : text) { quoted += c == '"' ? "\"\"" : std::string(1, c); }
  return quoted + "\"";
}

TEST_F(Table, SupportsArchitecturesOfAllSpaces) {
  for (const char* name : {"nb201", "darts", "ofa"}) {
    const Built built(name);
    lode::test::FixedStream stream(11);
    std::map<std::string, double> expected;
    std::string comma = "architecture,acc,ms\n", tab = "architecture\tacc\tms\n";
    while (expected.size() < 300) {
      const std::string key = built.space().Format(built.space().Sample(stream.random()));
      const auto number = static_cast<double>(expected.size());
      if (!expected.emplace(key, number).second) { continue; }
      comma += Quoted(key) + "," + std::to_string(number) + ",1\n";
      tab += key + "\t" + std::to_string(number) + "\t1\n";
    }
    for (const std::string& text : {comma, tab}) {
      Oracle oracle(With(Write(text)));
      ASSERT_EQ(oracle.Bind(built.space()), "") << name;
      Numbers metrics;
      for (const auto& [key, number] : expected) {
        ASSERT_EQ(oracle.Evaluate(built.space().Parse(key), metrics), "") << name;
        ASSERT_EQ(metrics[0], number) << name;
      }
    }
  }
}

TEST_F(Table, AnArchitectureIsTheSameInEverySpelling) {
  const Built ofa("ofa");
  const auto list = [](int count, const std::string& item) {
    std::string text = item;
    for (int k = 1; k < count; ++k) { text += ", " + item; }
    return "[" + text + "]";
  };
  const std::string first =
      "{\"ks\": " + list(20, "3") + ", \"e\": " + list(20, "4") + ", \"d\": " + list(5, "2") + "}";
  const std::string second = "{\"d\": " + list(5, "2") + ",  \"e\": " + list(20, "4") +
                             ",  \"ks\": " + list(20, "3") + "}";
  Oracle oracle(With(Write("acc,ms,architecture\n5,6," + Quoted(second) + "\n")));
  ASSERT_EQ(oracle.Bind(ofa.space()), "");
  Numbers metrics;
  EXPECT_EQ(oracle.Evaluate(ofa.space().Parse(first), metrics), "");
  EXPECT_EQ(metrics, (Numbers{5, 6}));

  const std::string path =
      Write("acc,ms,architecture\n5,6," + Quoted(first) + "\n5,6," + Quoted(second) + "\n");
  EXPECT_EQ(Oracle(With(path)).Bind(ofa.space()), "4 " + path + ":3:6: architecture is \"" +
                                                      second.substr(0, 40) +
                                                      "\"..., which is already on line 2");
}

Values Nb201Settings() {
  Values settings = Component();
  settings.Set("file", kNb201).Set("key", "arch_str").Set("dataset", "cifar10");
  settings.SetList("maximize", {"valid_accuracy [percent]", "test_accuracy [percent]"});
  settings.SetList("minimize", {"params [count]", "mflops [10^6 multiply-adds]"});
  settings.SetList("validation", {"valid_accuracy"}).SetList("test", {"test_accuracy"});
  settings.SetList("columns", {"valid_accuracy = cifar10_valid", "test_accuracy = cifar10_test",
                               "params = params_cifar10", "mflops = mflops_cifar10"});
  return settings;
}

// The same file read by the oracle that was made for it.
TEST_F(Table, AgreesWithNb201TableForEveryArchitecture) {
  const Built nb201("nb201");
  const lode::test::Instance reference(DefaultsOf("nb201", "nb201.table"));
  const auto& api = reference.api<lode_oracle_api>();
  ASSERT_EQ(api.bind(reference.get(), nb201.space().handle(), nullptr), LODE_OK);
  Oracle oracle(Nb201Settings());
  ASSERT_EQ(oracle.Bind(nb201.space()), "");
  Numbers metrics, expected(4);
  for (unsigned index = 0; index < 15625; ++index) {
    lode::Architecture architecture(30);
    for (unsigned row = 0, digits = index; row < 6; ++row, digits /= 5) {
      architecture[row * 5 + digits % 5] = 1;
    }
    lode_query query{sizeof query, 0, architecture.data(), 1, 0, expected.data(), 0, LODE_OK, 0,
                     nullptr};
    ASSERT_EQ(api.evaluate(reference.get(), &query, 1, nullptr), LODE_OK);
    ASSERT_EQ(query.status, LODE_OK);
    ASSERT_EQ(oracle.Evaluate(architecture, metrics), "");
    ASSERT_EQ(metrics, expected) << index;
  }
}

TEST_F(Table, KeepsTheContract) {
  const lode::test::Search search({}, lode::BuiltProgram());
  EXPECT_EQ(
      search.Verify(lode::BuiltPlugin("table"), "table",
                    {"file=" + kNb201, "key=arch_str", "dataset=cifar10",
                     R"(maximize=["valid_accuracy [percent]", "test_accuracy [percent]"])",
                     R"(minimize=["params [count]", "mflops [10^6 multiply-adds]"])",
                     R"(validation=["valid_accuracy"])", R"(test=["test_accuracy"])",
                     R"(columns=["valid_accuracy = cifar10_valid", "test_accuracy = cifar10_test",)"
                     R"( "params = params_cifar10", "mflops = mflops_cifar10"])"}),
      "");
}

// ---- refusals

TEST_F(Table, RefusesInconsistentParameters) {
  EXPECT_EQ(CreateFailure(Component()).substr(0, 12), "1 no metrics");
  EXPECT_EQ(CreateFailure(With("").SetList("columns", {"acc"})),
            "1 columns has \"acc\", expected \"METRIC = COLUMN\"");
  EXPECT_EQ(CreateFailure(With("").SetList("columns", {"ac = Val Acc"})),
            "1 columns has \"ac = Val Acc\", where \"ac\" is not a metric of maximize or minimize "
            "(nearest: \"acc\")");
  EXPECT_EQ(CreateFailure(With("").SetList("columns", {"=x"})),
            "1 columns has \"=x\", where \"\" is not a metric of maximize or minimize (nearest: "
            "\"ms\")");
  EXPECT_EQ(CreateFailure(With("").SetList("columns", {"acc = a", "acc = b"})),
            "1 columns has \"acc = b\", but \"acc\" already has a column");
}

TEST_F(Table, RefusesTablesWithoutItsColumns) {
  EXPECT_EQ(BindFailure("arch,acc,ms\n0-0-1,1,2\n"),
            ":1: no column \"architecture\" (nearest: \"arch\")");
  EXPECT_EQ(BindFailure("architecture,Acc,ms\n0-0-1,1,2\n"),
            ":1: no column \"acc\" (nearest: \"Acc\")");
  EXPECT_EQ(
      BindFailure("architecture,acc,ms\n0-0-1,1,2\n", With("").SetList("columns", {"ms = MS"})),
      ":1: no column \"MS\" (nearest: \"ms\")");
  EXPECT_EQ(BindFailure("architecture,acc,ms\n0-0-1,1,2\n", With("").Set("delimiter", "tab")),
            ":1: no column \"architecture\" (nearest: \"architecture,acc,ms\")");
  EXPECT_EQ(BindFailure("architecture,acc,ms,acc\n"), ":1:21: a second column \"acc\"");
}

TEST_F(Table, RefusesEmptyAndTruncatedFiles) {
  EXPECT_EQ(BindFailure(""), ": is empty");
  EXPECT_EQ(BindFailure("architecture,acc,ms\n"), ": has no line after the column names");
  EXPECT_EQ(BindFailure("architecture,acc,ms\n0-0-1,1,2"),
            ":2: the file is truncated: its last line does not end with a newline");
  EXPECT_EQ(BindFailure("\x1f\x8b"), ": the gzip data is truncated");
  EXPECT_EQ(Oracle(With("/nonexistent/t.csv")).Bind(grid_.space()),
            "4 /nonexistent/t.csv: No such file or directory");
}

TEST_F(Table, RefusesImpossibleRows) {
  const auto with = [&](const std::string& row) {
    return BindFailure("acc,architecture,ms\n1,0-0-0,2\n" + row + "\n");
  };
  EXPECT_EQ(with("1,0-0-1,2"), "");
  EXPECT_EQ(with("1,0-0-1"), ":3: 2 fields, expected 3");
  EXPECT_EQ(
      with("1,0-0-2,2"),
      ":3:3: architecture is \"0-0-2\", column 5: unknown value \"2\" of grid decision 2 (nearest: "
      "\"0\")");
  EXPECT_EQ(with("1,,2"),
            ":3:3: architecture is \"\", column 1: expected a value of grid decision 0");
  EXPECT_EQ(with("1,0-0-0,2"), ":3:3: architecture is \"0-0-0\", which is already on line 2");
  EXPECT_EQ(with("1,\"0-0-0\",2"), ":3:4: architecture is \"0-0-0\", which is already on line 2");
  EXPECT_EQ(with("1,0-0-1,"), ":3:9: ms is \"\", expected a number");
  EXPECT_EQ(with("nan,0-0-1,2"), ":3:1: acc is \"nan\", expected a finite number");
  EXPECT_EQ(with("1,0-0-1,1e999"), ":3:9: ms is \"1e999\", out of range for a number");
}

TEST_F(Table, ReadingStopsOnCancellation) {
  Oracle oracle(With(Write("architecture,acc,ms\n0-0-1,1,2\n")));
  oracle.host().CancelAt({});
  EXPECT_EQ(oracle.Bind(grid_.space()), "3 cancelled");
}

}  // namespace
}  // namespace table
