#include "core/report/description.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>
#include <string>

#include "core/config/host_tables.h"

namespace lode::core {
namespace {

using testing::HasSubstr;
using testing::Not;

ParamDeclaration Param(const char* name, lode_type type, Value fallback, std::uint32_t flags = 0) {
  ParamDeclaration p;
  p.name = name;
  p.type = type;
  p.doc = "A sentence.";
  p.default_value = std::move(fallback);
  p.min = -HUGE_VAL;
  p.max = HUGE_VAL;
  p.flags = flags;
  return p;
}

ComponentDeclaration Oracle() {
  ComponentDeclaration c;
  c.kind = LODE_ORACLE;
  c.id = "acme.table";
  c.version = "1.2.0";
  c.summary = "Looks <up> a|b.";
  c.doc = "First `one`.\n\n# Second.";
  c.capabilities = LODE_CAP_FREE | LODE_CAP_CONCURRENT;
  c.params = {Param("count", LODE_T_INT, std::int64_t{0}, LODE_PARAM_REQUIRED),
              Param("table", LODE_T_PATH, std::string("a|b.tsv")),
              Param("limit", LODE_T_REAL, HUGE_VAL)};
  c.params[0].min = 3;
  c.params[0].unit = "steps";
  c.presets = {{"small", "Is small.", {{"limit", 0.5}}}};
  MetricDeclaration m;
  m.name = "accuracy";
  m.unit = "percent";
  m.doc = "How right it is.";
  m.split = LODE_SPLIT_TEST;
  m.dataset = "cifar10";
  m.epochs = 12;
  m.noisy = true;
  c.metrics = {m};
  return c;
}

PluginDeclaration Plugin() {
  PluginDeclaration plugin{"/opt/acme.lode.so", "acme", "1.0.0", "MIT", "g++ 12", 0, {}};
  plugin.components = {Oracle()};
  return plugin;
}

TEST(DescriptionTest, PagesContainEverythingEscaped) {
  const std::string page = PluginMarkdown(Plugin());
  for (const char* line : {
           "# Plugin `acme`\n",
           "| [Oracle `acme.table`](#oracle-acmetable) | Looks \\<up\\> a\\|b. | 1.2.0 |\n",
           "\nLooks \\<up\\> a|b.\n",
           "\nFirst `one`.\n\n\\# Second.\n",
           "| `count` | integer | **required** | `[3, inf)` | steps | A sentence. |\n",
           "| `table` | path | `\"a\\|b.tsv\"` beside the plugin | | | A sentence. |\n",
           "| `limit` | real number | | | | A sentence. |\n",
           "| `small` (default) | Is small. | `limit = 0.5` |\n",
           "| `accuracy` | percent | more is better | test split of cifar10, 12 epochs, noisy | ",
           "- evaluates concurrently\n- a formula: ",
       }) {
    EXPECT_THAT(page, HasSubstr(line));
  }
  EXPECT_THAT(page, Not(HasSubstr("/opt")));
  EXPECT_THAT(page, Not(HasSubstr("g++")));
}

TEST(DescriptionTest, TextSaysTheSame) {
  const std::string text = ComponentText(Oracle(), Plugin());
  for (const char* line :
       {"oracle acme.table 1.2.0\nLooks <up> a|b.\n",
        "  count : integer (required) steps  [3, inf)\n", "  table : path = \"a|b.tsv\"\n",
        "  limit : real number\n",
        "  accuracy : percent, more is better, test split of cifar10, 12 epochs, noisy\n",
        "\nCapabilities\n  evaluates concurrently\n",
        "Plugin acme 1.0.0 (MIT), /opt/acme.lode.so\n"}) {
    EXPECT_THAT(text, HasSubstr(line));
  }
}

TEST(DescriptionTest, ExamplesContainRequiredParameters) {
  ComponentDeclaration c = Oracle();
  EXPECT_EQ(ExampleToml(c), "[oracle]\nuse = \"acme.table\"\ncount = 3\n");
  c.kind = LODE_EXPLORATION;
  c.params = {Param("name", LODE_T_STRING, std::string(), LODE_PARAM_REQUIRED)};
  EXPECT_EQ(ExampleToml(c), "[[exploration]]\nuse = \"acme.table\"\nname = \"...\"\n");
}

TEST(DescriptionTest, PipelinePagesHaveEveryTable) {
  const std::string page = PipelineMarkdown();
  const std::string text = PipelineText();
  for (const HostTable& table : HostTables()) {
    for (const ParamDeclaration& p : table.params) {
      EXPECT_THAT(page, HasSubstr("| `" + p.name + "` |"));
      EXPECT_THAT(text, HasSubstr("\n  " + p.name + " : "));
    }
  }
  for (const char* header : {"[[reward.limits]]", "[[reward.add]]", "[[reward.goals]]", "[grid]"}) {
    EXPECT_THAT(page, HasSubstr("\n## `" + std::string(header) + "`\n"));
    EXPECT_THAT(text, HasSubstr("\n" + std::string(header) + "  "));
  }
}

}  // namespace
}  // namespace lode::core
