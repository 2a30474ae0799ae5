// A table of the host that is declared here: reading, errors, writing, the schema and descriptions
// follow from its one declaration.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <array>
#include <cstdint>
#include <nlohmann/json.hpp>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "core/config/document.h"
#include "core/config/pipeline_schema.h"
#include "core/config/typed_table.h"
#include "core/report/description.h"
#include "tests/failure.h"

namespace lode::core {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;

enum class Roast { kLight, kDark };

constexpr auto WordsOf(Roast) { return std::to_array<std::string_view>({"light", "dark"}); }

enum class Milk { kNone, kSome, kFoam };

constexpr auto WordsOf(Milk) { return std::to_array<std::string_view>({"false", "true", "foam"}); }

struct BeanConfig {
  std::string origin;
  std::optional<double> share;
  Position position;
};

struct CoffeeConfig {
  std::uint64_t cups = 2;
  double strength = 0.5;
  std::optional<std::uint64_t> water;
  Roast roast = Roast::kDark;
  Milk milk = Milk::kNone;
  std::vector<std::uint64_t> hours{8, 15};
  std::vector<BeanConfig> beans;
};

const TypedTable<BeanConfig>& BeansTable() {
  static const TypedTable<BeanConfig> table(
      {.name = "coffee.beans", .doc = "the blend", .list = true},
      {HostKey<BeanConfig>("origin", &BeanConfig::origin, "Where they grew.").Required(),
       HostKey<BeanConfig>("share", &BeanConfig::share, "Their part.", Range{0, 1})});
  return table;
}

const TypedTable<CoffeeConfig>& CoffeeTable() {
  using Key = HostKey<CoffeeConfig>;
  static const TypedTable<CoffeeConfig> table(
      {.name = "coffee", .doc = "what is in the cup"},
      {Key("cups", &CoffeeConfig::cups, "How many.", Range{1, 12}),
       Key("strength", &CoffeeConfig::strength, "Its part of beans.",
           Range{.min = 0, .max = 1, .open_min = true})
           .WrittenAfter("roast"),
       Key("water", &CoffeeConfig::water, "The most water; 0: not limited.").Unit("ml"),
       Key("roast", &CoffeeConfig::roast, "How long they were roasted."),
       Key("milk", &CoffeeConfig::milk, "Whether there is milk."),
       Key("hours", &CoffeeConfig::hours, "When.", Range{0, 23})
           .WrittenIf([](const CoffeeConfig& coffee) { return coffee.cups > 1; }),
       Key("beans", &CoffeeConfig::beans, BeansTable())});
  return table;
}

class DeclaredTableTest : public testing::Test {
 protected:
  CoffeeConfig Read(const std::string& text) {
    const Document document = Document::FromText(text, "c.toml");
    const Node& file = document.layers().back();
    CoffeeConfig coffee;
    CoffeeTable().Read(file.Find("coffee"), file.position, coffee, diagnostics_);
    return coffee;
  }

  // Returns all mistakes, one per line.
  std::string Mistakes(const std::string& text) {
    Read(text);
    return Failure<ConfigError>([&] { diagnostics_.ThrowIfAny(); });
  }

  Diagnostics diagnostics_;
};

TEST_F(DeclaredTableTest, ReadsWhatIsWritten) {
  const CoffeeConfig coffee = Read(
      "[coffee]\ncups = 3\nstrength = 1\nwater = 200\nroast = \"light\"\nmilk = \"foam\"\n"
      "hours = [7]\nbeans = [{origin = \"Jimma\"}, {origin = \"Huila\", share = 0.25}]\n");
  EXPECT_TRUE(diagnostics_.empty());
  EXPECT_EQ(coffee.cups, 3u);
  EXPECT_EQ(coffee.strength, 1);
  EXPECT_EQ(coffee.water, 200u);
  EXPECT_EQ(coffee.roast, Roast::kLight);
  EXPECT_EQ(coffee.milk, Milk::kFoam);
  EXPECT_THAT(coffee.hours, ElementsAre(7u));
  ASSERT_EQ(coffee.beans.size(), 2u);
  EXPECT_EQ(coffee.beans[0].origin, "Jimma");
  EXPECT_EQ(coffee.beans[0].share, std::nullopt);
  EXPECT_EQ(coffee.beans[1].share, 0.25);
  EXPECT_EQ(coffee.beans[1].position.line, 8u);
}

TEST_F(DeclaredTableTest, InitializersAreTheDefaults) {
  const CoffeeConfig coffee = Read("[tea]\n");
  EXPECT_TRUE(diagnostics_.empty());
  EXPECT_EQ(coffee.cups, 2u);
  EXPECT_EQ(coffee.water, std::nullopt);
  EXPECT_EQ(coffee.roast, Roast::kDark);
  EXPECT_THAT(coffee.hours, ElementsAre(8u, 15u));
  EXPECT_EQ(Read("[coffee]\nwater = 0\n").water, std::nullopt);
}

TEST_F(DeclaredTableTest, AChoiceWithTheWordTrueMayBeABoolean) {
  EXPECT_EQ(Read("[coffee]\nmilk = true\n").milk, Milk::kSome);
  EXPECT_EQ(Read("[coffee]\nmilk = \"true\"\n").milk, Milk::kSome);
  EXPECT_TRUE(diagnostics_.empty());
}

TEST_F(DeclaredTableTest, MistakesHaveTheirPlaceAndTheNearestName) {
  EXPECT_EQ(Mistakes("[coffee]\ncup = 3\nstrength = 0\nroast = \"drak\"\nhours = [24]\n"
                     "beans = [{share = 2}]\n"),
            "c.toml:2:1: [coffee] has no parameter 'cup'; did you mean 'cups'?\n"
            "c.toml:3:12: 'strength': 0.0 is outside (0, 1]\n"
            "c.toml:4:9: 'roast': \"drak\" is not one of light, dark; did you mean \"dark\"?\n"
            "c.toml:5:9: 'hours': 24 is outside [0, 23]\n"
            "c.toml:6:10: [coffee.beans] needs 'origin'\n"
            "c.toml:6:19: 'share': 2.0 is outside [0, 1]");
}

TEST_F(DeclaredTableTest, WritesWhatItReadsBack) {
  CoffeeConfig coffee;
  EXPECT_EQ(CoffeeTable().Format(coffee),
            "\n[coffee]\ncups = 2\nroast = \"dark\"\nstrength = 0.5\nmilk = false\n"
            "hours = [8, 15]\n");
  coffee.cups = 1;
  coffee.water = 150;
  coffee.milk = Milk::kFoam;
  coffee.beans = {{"${HOME}", 0.5, {}}, {"Huila", {}, {}}};
  const std::string text = CoffeeTable().Format(coffee);
  EXPECT_EQ(text,
            "\n[coffee]\ncups = 1\nwater = 150\nroast = \"dark\"\nstrength = 0.5\n"
            "milk = \"foam\"\n"
            "beans = [{origin = \"$${HOME}\", share = 0.5}, {origin = \"Huila\"}]\n");
  EXPECT_EQ(CoffeeTable().Format(Read(text)), text);
}

TEST_F(DeclaredTableTest, TheSchemaKnowsTypesBoundsAndDefaults) {
  const auto schema = HostTableSchema(CoffeeTable().declaration());
  EXPECT_EQ(schema["description"], "what is in the cup");
  const auto& keys = schema["properties"];
  EXPECT_EQ(keys.size(), 6u);
  EXPECT_EQ(keys["cups"]["minimum"], 1);
  EXPECT_EQ(keys["cups"]["maximum"], 12);
  EXPECT_EQ(keys["cups"]["default"], 2);
  EXPECT_EQ(keys["strength"]["exclusiveMinimum"], 0);
  EXPECT_EQ(keys["water"]["description"], "The most water; 0: not limited. Unit: ml.");
  EXPECT_EQ(keys["roast"]["anyOf"][0]["enum"], (std::vector<std::string>{"light", "dark"}));
  EXPECT_EQ(keys["roast"]["default"], "dark");
  EXPECT_EQ(keys["milk"]["default"], false);
  EXPECT_EQ(keys["hours"]["items"]["maximum"], 23);
}

TEST_F(DeclaredTableTest, TheDescriptionNamesEveryKey) {
  const std::string text = TableText(CoffeeTable().declaration());
  EXPECT_THAT(text, HasSubstr("[coffee]  what is in the cup\n"));
  EXPECT_THAT(text, HasSubstr("  cups : integer = 2  [1, 12]\n      How many.\n"));
  EXPECT_THAT(text, HasSubstr("  water : integer = 0 ml"));
  EXPECT_THAT(text, HasSubstr("  roast : choice = \"dark\"  one of light, dark\n"));
  EXPECT_THAT(TableText(BeansTable().declaration()), HasSubstr("  origin : string (required)"));
}

}  // namespace
}  // namespace lode::core
