#include "core/store/configuration_change.h"

#include <gtest/gtest.h>

#include <map>
#include <string>

#include "core/config/host_tables.h"

namespace lode::core {
namespace {

std::string Name(const std::string& table, const std::string& key) { return table + "." + key; }

// Covers every key that the host declares. Keys that are not listed here change the trials.
TEST(ConfigurationChangeTest, EveryKeyOfTheHostDeclaresItsEffect) {
  const std::map<std::string, Effect> harmless = {
      {"pipeline.name", Effect::kNone},          {"pipeline.description", Effect::kNone},
      {"pipeline.seeds", Effect::kNone},         {"pipeline.optional", Effect::kNone},
      {"pipeline.compare_with", Effect::kNone},  {"pipeline.stored", Effect::kNone},
      {"budget.marks", Effect::kTables},         {"budget.wall_seconds", Effect::kNone},
      {"execution.on_error", Effect::kNone},     {"execution.retries", Effect::kNone},
      {"execution.max_failures", Effect::kNone}, {"execution.commit", Effect::kNone},
      {"execution.isolate", Effect::kNone},      {"plugins.paths", Effect::kNone},
      {"record.tensorboard", Effect::kNone},     {"reference.label", Effect::kNone},
      {"reference.mark", Effect::kNone},         {"reference.mean", Effect::kNone},
      {"reference.std", Effect::kNone},          {"reference.metric", Effect::kNone},
      {"reference.where", Effect::kNone},        {"optimizer.preset", Effect::kNone},
      {"reward.result", Effect::kTables}};
  std::size_t seen = 0;
  const auto check = [&](const std::string& table, const std::string& key) {
    const auto expected = harmless.find(Name(table, key));
    seen += expected != harmless.end() ? 1 : 0;
    EXPECT_EQ(EffectOf(table, key), expected != harmless.end() ? expected->second : Effect::kTrials)
        << Name(table, key);
  };
  for (const HostTable& table : HostTables()) {
    for (const ParamDeclaration& param : table.params) { check(table.name, param.name); }
  }
  for (const ParamDeclaration& key : ComponentKeys()) { check("optimizer", key.name); }
  check("reference", "where");  // a table, not a parameter
  EXPECT_EQ(seen, harmless.size());
}

// The effects as CompareConfigurations sees them.
TEST(ConfigurationChangeTest, AChangeDoesWhatItsKeyDeclares) {
  for (const HostTable& table : HostTables()) {
    const std::string header = table.list ? "[[" + table.name + "]]" : "[" + table.name + "]";
    for (const ParamDeclaration& param : table.params) {
      const std::string begin = header + "\n" + param.name + " = ";
      const ConfigurationChange change = CompareConfigurations(begin + "1\n", begin + "2\n", false);
      const Effect effect = EffectOf(table.name, param.name);
      EXPECT_EQ(!change.trials.empty(), effect == Effect::kTrials) << begin;
      EXPECT_EQ(change.tables, effect == Effect::kTables) << begin;
    }
  }
}

TEST(ConfigurationChangeTest, ChangesAreNamedByTheirKeys) {
  const std::string then =
      "[space]\nuse = \"ring\"\n[[oracle]]\nuse = \"a\"\nx = 1\n"
      "[[oracle]]\nuse = \"b\"\nx = 2\n[budget]\nsteps = 3\n";
  const std::string now =
      "[space]\nuse = \"ring\"\n[[oracle]]\nuse = \"a\"\nx = 1\ny = 7\n"
      "[[oracle]]\nuse = \"b\"\nx = 5\n[budget]\nsteps = 4\n";
  EXPECT_EQ(CompareConfigurations(then, now, true).trials,
            "was [[oracle]] x = 2, is [[oracle]] x = 5; was nothing, is [[oracle]] y = 7");
  EXPECT_EQ(CompareConfigurations(then, now, false).trials,
            "was [[oracle]] x = 2, is [[oracle]] x = 5; was [budget] steps = 3, is [budget] steps "
            "= 4; was nothing, is [[oracle]] y = 7");
  EXPECT_EQ(CompareConfigurations(then, then, false).trials, "");
}

}  // namespace
}  // namespace lode::core
