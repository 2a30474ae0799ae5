// The conformance kit finds what is broken, names its rule, and finds nothing in sound components.
#include "core/verify/verify.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <cctype>
#include <filesystem>
#include <lode/plugin.hpp>
#include <map>
#include <optional>
#include <set>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "core/plugin/error.h"
#include "core/plugin/loader.h"
#include "core/verify/component.h"
#include "core/verify/rules.h"

namespace lode::verify {
namespace {

namespace fs = std::filesystem;

const fs::path kPlugins = fs::path(LODE_BINARY_DIR) / "tests/plugins";

struct Quiet : Observer {
  void OnDoing(const std::string&, const std::string&) override {}
  void OnReport(const Report&) override {}
};

std::vector<Report> VerifyComponent(const fs::path& file, const std::string& id) {
  // Others are not interrupted on a busy machine.
  const bool waits = id == "broken.process.hang" || id == "sound.slow";
  Request request{file, id, {}, {}, std::chrono::seconds(waits ? 3 : 300)};
  Quiet quiet;
  return Verify(request, quiet);
}

bool Has(const std::vector<Report>& reports, std::string_view rule) {
  return std::ranges::any_of(reports, [&](const Report& report) {
    return std::ranges::count(report.findings, rule, &Finding::rule) > 0;
  });
}

std::string Describe(const std::vector<Report>& reports) {
  std::string text;
  for (const Report& report : reports) {
    for (const Finding& f : report.findings) {
      text += report.title + ": " + f.rule + ": " + f.done + ": " + f.seen + "\n";
    }
  }
  return text;
}

std::string LowerCase(std::string text) {
  for (char& c : text) { c = static_cast<char>(std::tolower(static_cast<unsigned char>(c))); }
  return text;
}

// Returns the file and id of the component whose id is "broken." and the rule, by rule.
std::map<std::string, std::pair<fs::path, std::string>> BrokenByRule() {
  std::map<std::string, std::pair<fs::path, std::string>> by_rule;
  for (const char* name : {"broken_spaces", "broken_oracles", "broken_searchers", "broken_networks",
                           "broken_manners"}) {
    const fs::path file = kPlugins / (std::string(name) + ".lode.so");
    const lode_plugin& plugin = core::LoadPlugin(file);
    for (std::uint32_t i = 0; i < plugin.component_count; ++i) {
      const std::string id = plugin.components[i]->id;
      if (!id.starts_with("sound")) {
        by_rule[LowerCase(id).substr(std::string_view("broken.").size())] = {file, id};
      }
    }
  }
  for (const char* rule : {"plugin.symbols", "plugin.torch", "plugin.descriptor"}) {
    std::string name = std::string("broken_") + rule;
    std::ranges::replace(name, '.', '_');
    by_rule[rule] = {kPlugins / (name + ".lode.so"), ""};
  }
  by_rule["plugin.load"] = {kPlugins / "too_new.lode.so", ""};
  return by_rule;
}

class EachRule : public testing::TestWithParam<Rule> {};

TEST_P(EachRule, IsFoundIfBroken) {
  const std::string rule(GetParam().id);
  const auto by_rule = BrokenByRule();
  ASSERT_TRUE(by_rule.contains(rule)) << "no component breaks " << rule;
  const auto& [file, id] = by_rule.at(rule);
  const auto reports = VerifyComponent(file, id);
  EXPECT_TRUE(Has(reports, rule)) << "of " << id << " is found only:\n" << Describe(reports);
}

INSTANTIATE_TEST_SUITE_P(Verify, EachRule, testing::ValuesIn(Rules().begin(), Rules().end()),
                         [](const testing::TestParamInfo<Rule>& info) {
                           std::string name(info.param.id);
                           std::ranges::replace(name, '.', '_');
                           return name;
                         });

TEST(Verify, EveryBrokenComponentBreaksARule) {
  for (const auto& [rule, where] : BrokenByRule()) { EXPECT_TRUE(IsRule(rule)) << rule; }
}

TEST(Verify, FindsNothingInSoundComponents) {
  for (const char* name :
       {"broken_spaces", "broken_oracles", "broken_searchers", "broken_networks"}) {
    const auto reports = VerifyComponent(kPlugins / (std::string(name) + ".lode.so"), "sound");
    ASSERT_EQ(reports.size(), 2u);
    EXPECT_EQ(Describe(reports), "");
    EXPECT_EQ(reports[1].skipped, "");
    EXPECT_GT(reports[1].checks, 10u);
  }
}

TEST(Verify, AFindingNamesTheActionAndTheObservation) {
  const auto reports = VerifyComponent(kPlugins / "broken_spaces.lode.so", "broken.space.parse");
  ASSERT_EQ(reports[1].findings.size(), 3u) << "the first of each rule";
  EXPECT_EQ(reports[1].title, "space 'broken.space.parse'");
  EXPECT_EQ(reports[1].findings[0].done, "defaults: parsing mangled texts");
  EXPECT_EQ(reports[1].findings[1].seen, "does not read all of '2-2-2-2x'");
}

TEST(Verify, ACallMayTakeLongerThanThePatienceIfItReportsProgress) {
  const auto reports = VerifyComponent(kPlugins / "broken_manners.lode.so", "sound.slow");
  EXPECT_EQ(Describe(reports), "");
  EXPECT_GT(reports[1].seconds, 3);
}

TEST(Verify, TheSameProgressForeverIsAHang) {
  const auto reports = VerifyComponent(kPlugins / "broken_manners.lode.so", "broken.process.hang");
  ASSERT_EQ(reports[1].findings.size(), 1u) << Describe(reports);
  EXPECT_EQ(reports[1].findings[0].done, "defaults: mutating");
  EXPECT_EQ(reports[1].findings[0].seen,
            "no call ends and no new progress is reported for 3000 ms");
}

TEST(Verify, ACrashNamesTheAction) {
  const auto reports = VerifyComponent(kPlugins / "broken_manners.lode.so", "broken.process.crash");
  ASSERT_EQ(reports[1].findings.size(), 1u);
  EXPECT_EQ(reports[1].findings[0].done, "defaults: mutating");
}

TEST(Verify, ContinuesWithTheNextComponentAfterACrash) {
  const auto reports = VerifyComponent(kPlugins / "throws.lode.so", "");
  EXPECT_GT(reports.size(), 2u);
}

TEST(Verify, FindsSomethingInComponentsThatDoNothingRight) {
  for (const char* name : {"throws", "wrong_sizes", "nan_oracle"}) {
    for (const Report& report : VerifyComponent(kPlugins / (std::string(name) + ".lode.so"), "")) {
      const bool is_file = report.title.starts_with("file");
      EXPECT_TRUE(is_file || !report.findings.empty()) << report.title;
    }
  }
}

TEST(Verify, NamesTheAvailableComponents) {
  try {
    VerifyComponent(kPlugins / "broken_spaces.lode.so", "sond");
    FAIL();
  } catch (const core::HostError& e) {
    EXPECT_STREQ(e.what(), "the plugin has no component 'sond'; did you mean 'sound'?");
  }
}

TEST(Verify, WhatIsSetIsChosen) {
  const Setting base = BaseSetting(test::GridSpaceComponent(), "", {"choices=2"});
  EXPECT_EQ(base.values[1].as.i, 2);
  EXPECT_EQ(base.chosen, std::set<std::uint32_t>{1});
}

TEST(Verify, AFileThatIsNotAPluginIsAFinding) {
  for (const fs::path& file : {kPlugins / "not_elf.lode.so", kPlugins / "nowhere.lode.so"}) {
    const auto reports = VerifyComponent(file, "");
    ASSERT_EQ(reports.size(), 1u);
    EXPECT_TRUE(Has(reports, "plugin.load")) << Describe(reports);
  }
}

TEST(Verify, ALibraryMayTakeAnUnhandledSignalWhenItIsLoaded) {
  EXPECT_EQ(Describe(VerifyComponent(kPlugins / "library_signals.lode.so", "")), "");
}

TEST(Verify, APluginMayNotTakeASignalNorLetALibraryDoItLater) {
  const auto at_once = VerifyComponent(kPlugins / "broken_plugin_signals.lode.so", "");
  ASSERT_EQ(at_once[0].findings.size(), 1u) << Describe(at_once);
  EXPECT_EQ(at_once[0].findings[0].rule, "process.signals");
  EXPECT_THAT(at_once[0].findings[0].seen,
              testing::MatchesRegex("signal 11 .* was not handled and is handled at .* "
                                    "broken_plugin_signals.lode.so"));
  const auto late = VerifyComponent(kPlugins / "late_signals.lode.so", "");
  EXPECT_EQ(late[0].findings.size(), 0u) << Describe(late);
  EXPECT_TRUE(Has({late[1]}, "process.signals")) << Describe(late);
}

// ---- costs, besides those that broken.oracle.cost reports

struct Priced {
  struct Config {};
  Priced(lode::Host, const Config&) {}
  std::vector<lode::Metric> Metrics() const { return {{"first", "count", "The first cell."}}; }
  void Bind(const lode::Space& space) { space_.emplace(space); }
  double Measure(const lode::Query& query) {
    space_->Format(query.architecture);
    ++asked_;
    return query.architecture[0];
  }

 protected:
  std::optional<lode::Space> space_;
  int asked_ = 0;
};

struct Steady : Priced {
  using Priced::Priced;
  void Evaluate(const lode::Query& query, std::span<double> metrics) {
    metrics[0] = Measure(query);
    query.ReportCost(2 + metrics[0]);
  }
};

struct Dearer : Priced {
  using Priced::Priced;
  void Evaluate(const lode::Query& query, std::span<double> metrics) {
    metrics[0] = Measure(query);
    query.ReportCost(asked_);
  }
};

struct FreeInBatches : Priced {
  using Priced::Priced;
  void EvaluateBatch(std::span<const lode::Query> queries, std::span<double> metrics) {
    for (std::size_t k = 0; k < queries.size(); ++k) {
      metrics[k] = Measure(queries[k]);
      if (queries.size() == 1) { queries[k].ReportCost(3); }
    }
  }
};

template <class T>
std::vector<std::string> SeenOf() {
  const auto& component = *lode::OracleComponent<T>("priced", "1.0.0", "An oracle in a test.");
  Findings findings;
  CheckComponent(component, DefaultSetting(component, ""), Spaces(), findings);
  std::vector<std::string> seen;
  for (const Finding& f : findings.list()) { seen.push_back(f.rule + ": " + f.seen); }
  return seen;
}

TEST(Costs, AreTheSameForTheSameQuery) {
  EXPECT_EQ(SeenOf<Steady>(), std::vector<std::string>());
  const auto dearer = SeenOf<Dearer>();
  ASSERT_FALSE(dearer.empty());
  // The first sample is asked once before, to see how long it takes.
  EXPECT_EQ(dearer[0], "oracle.cost: is 2.000000 seconds, and 3.000000 seconds when asked again");
  EXPECT_EQ(SeenOf<FreeInBatches>(),
            std::vector<std::string>{"oracle.cost: is 3.000000 seconds, and none in a batch"});
}

TEST(Costs, AreNotTouchedByAFailure) {
  const auto reports = VerifyComponent(kPlugins / "broken_oracles.lode.so", "broken.oracle.cost");
  EXPECT_TRUE(Has(reports, "outputs.untouched")) << Describe(reports);
}

// The grid that everything is tried on, at its extremes.
TEST(Grid, IsSound) {
  for (const auto& [rows, choices] : std::vector<std::pair<std::int64_t, std::int64_t>>{
           {1, 1}, {1, 10}, {4, 3}, {20, 1}, {20, 10}}) {
    const Setting setting = SettingOf(test::GridSpaceComponent(), "a size", {rows, choices});
    Findings findings;
    CheckComponent(test::GridSpaceComponent(), setting, Spaces(), findings);
    for (const Finding& f : findings.list()) {
      ADD_FAILURE() << rows << " x " << choices << ": " << f.rule << ": " << f.seen;
    }
  }
}

}  // namespace
}  // namespace lode::verify
