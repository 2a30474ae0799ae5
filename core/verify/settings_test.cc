#include "core/verify/settings.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>
#include <cstdint>
#include <limits>
#include <string>
#include <string_view>
#include <vector>

namespace lode::verify {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

constexpr const char* kChoices[] = {"adam", "sgd", nullptr};
constexpr double kNone = HUGE_VAL;

lode_value IntValue(std::int64_t i) {
  lode_value value{};
  value.type = LODE_T_INT;
  value.as.i = i;
  return value;
}

lode_value TextValue(lode_type type, std::string_view text) {
  lode_value value{};
  value.type = type;
  value.as.s = {text.data(), text.size()};
  return value;
}

lode_param Param(const char* name, lode_type type, double min = -kNone, double max = kNone,
                 std::uint32_t flags = 0) {
  lode_param param{};
  param.struct_size = sizeof param;
  param.type = type;
  param.name = name;
  param.min = min;
  param.max = max;
  param.flags = flags;
  return param;
}

// Formats a value so that different values have different texts.
std::string TextOf(const lode_value& value) {
  char text[64];
  switch (value.type) {
    case LODE_T_BOOL:
      return value.as.b ? "true" : "false";
    case LODE_T_INT:
      return std::to_string(value.as.i);
    case LODE_T_REAL:
      std::snprintf(text, sizeof text, "%.17g", value.as.r);
      return text;
    default:
      return {value.as.s.data, value.as.s.size};
  }
}

class VerifySettingsTest : public testing::Test {
 protected:
  explicit VerifySettingsTest(std::vector<lode_param> params = {}) { Declare(std::move(params)); }

  void Declare(std::vector<lode_param> params) {
    params_ = std::move(params);
    component_.struct_size = sizeof component_;
    component_.params = params_.data();
    component_.param_count = static_cast<std::uint32_t>(params_.size());
  }

  Setting Defaults() const { return DefaultSetting(component_, "/plugins/acme"); }

  // Returns "NAME -> VALUE VALUE..." of each setting.
  static std::vector<std::string> Texts(const std::vector<Setting>& settings) {
    std::vector<std::string> texts;
    for (const Setting& setting : settings) {
      texts.push_back(setting.name + " ->");
      for (const lode_value& value : setting.values) { texts.back() += " " + TextOf(value); }
    }
    return texts;
  }
  std::vector<std::string> Varied() const { return Texts(Variations(component_, Defaults())); }
  std::vector<std::string> Beyond() const { return Texts(SettingsBeyond(component_, Defaults())); }

  std::vector<lode_param> params_;
  lode_component component_{};
};

TEST_F(VerifySettingsTest, DefaultsAreThoseOfTheDeclaration) {
  lode_param steps = Param("steps", LODE_T_INT, 1, 9);
  steps.default_value = IntValue(5);
  lode_param table = Param("table", LODE_T_PATH), weights = Param("weights", LODE_T_PATH),
             absolute = Param("absolute", LODE_T_PATH);
  table.default_value = TextValue(LODE_T_PATH, "data/table.tsv");
  weights.default_value = TextValue(LODE_T_PATH, "");  // no file
  absolute.default_value = TextValue(LODE_T_PATH, "/usr/share/t");
  Declare({steps, table, weights, absolute});
  EXPECT_THAT(Texts({Defaults()}),
              ElementsAre("defaults -> 5 /plugins/acme/data/table.tsv  /usr/share/t"));
}

TEST_F(VerifySettingsTest, ARequiredParameterGetsTheFirstAllowedValue) {
  lode_param choice = Param("method", LODE_T_CHOICE, -kNone, kNone, LODE_PARAM_REQUIRED);
  choice.choices = kChoices;
  Declare({Param("a", LODE_T_INT, 3, 9, LODE_PARAM_REQUIRED),
           Param("b", LODE_T_INT, 3, 9, LODE_PARAM_REQUIRED | LODE_PARAM_OPEN_MIN),
           Param("c", LODE_T_INT, -kNone, kNone, LODE_PARAM_REQUIRED), choice,
           Param("e", LODE_T_BOOL, -kNone, kNone, LODE_PARAM_REQUIRED)});
  EXPECT_THAT(Texts({Defaults()}), ElementsAre("defaults -> 3 4 0 adam false"));
}

// An open range may be narrower than 1.
TEST_F(VerifySettingsTest, TheFirstAllowedNumberIsWithinItsRange) {
  Declare({Param("rate", LODE_T_REAL, 0, 0.5, LODE_PARAM_REQUIRED | LODE_PARAM_OPEN_MIN)});
  const double rate = Defaults().values[0].as.r;
  EXPECT_GT(rate, 0);
  EXPECT_LE(rate, 0.5);
}

TEST_F(VerifySettingsTest, VariationsReachTheBounds) {
  lode_param choice = Param("method", LODE_T_CHOICE);
  choice.choices = kChoices;
  choice.default_value = TextValue(LODE_T_CHOICE, "sgd");
  Declare({Param("steps", LODE_T_INT, 1, 9),
           Param("open", LODE_T_INT, 1, 9, LODE_PARAM_OPEN_MIN | LODE_PARAM_OPEN_MAX),
           Param("any", LODE_T_INT), Param("log", LODE_T_BOOL), choice});
  EXPECT_THAT(Varied(),
              ElementsAre("steps at its minimum -> 1 0 0 false sgd",
                          "steps at its maximum -> 9 0 0 false sgd",
                          "open at its minimum -> 0 2 0 false sgd",
                          "open at its maximum -> 0 8 0 false sgd",
                          "log = false -> 0 0 0 false sgd", "log = true -> 0 0 0 true sgd",
                          "method = adam -> 0 0 0 false adam", "method = sgd -> 0 0 0 false sgd"));
}

TEST_F(VerifySettingsTest, TheBoundOfAnOpenRangeIsTheNextNumber) {
  Declare({Param("rate", LODE_T_REAL, 0, 1, LODE_PARAM_OPEN_MIN | LODE_PARAM_OPEN_MAX)});
  EXPECT_THAT(Varied(), ElementsAre("rate at its minimum -> 4.9406564584124654e-324",
                                    "rate at its maximum -> 0.99999999999999989"));
}

TEST_F(VerifySettingsTest, ValuesBeyondAreJustOutside) {
  lode_param choice = Param("method", LODE_T_CHOICE);
  choice.choices = kChoices;
  Declare({Param("steps", LODE_T_INT, 1, 9)});
  EXPECT_THAT(Beyond(),
              ElementsAre("steps below its minimum -> 0", "steps above its maximum -> 10"));
  Declare({Param("steps", LODE_T_INT, 1, 9, LODE_PARAM_OPEN_MIN | LODE_PARAM_OPEN_MAX)});
  EXPECT_THAT(Beyond(),
              ElementsAre("steps below its minimum -> 1", "steps above its maximum -> 9"));
  Declare({Param("rate", LODE_T_REAL, 0, kNone)});
  EXPECT_THAT(Beyond(), ElementsAre("rate below its minimum -> -1", "rate is NaN -> nan"));
  Declare({choice});
  EXPECT_THAT(Beyond(), ElementsAre("method is none of its choices -> none of its choices"));
  Declare({Param("log", LODE_T_BOOL), Param("name", LODE_T_STRING)});
  EXPECT_THAT(Beyond(), IsEmpty());
}

// The host compares as doubles, which do not distinguish 2^60 from 2^60 + 1.
TEST_F(VerifySettingsTest, ValuesBeyondLargeBoundsAreOutside) {
  const double bound = std::ldexp(1.0, 60);
  Declare({Param("seed", LODE_T_INT, -bound, bound)});
  const std::vector<Setting> beyond = SettingsBeyond(component_, Defaults());
  ASSERT_EQ(beyond.size(), 2u);
  EXPECT_LT(static_cast<double>(beyond[0].values[0].as.i), -bound);
  EXPECT_GT(static_cast<double>(beyond[1].values[0].as.i), bound);
}

TEST_F(VerifySettingsTest, NothingIsBeyondAllIntegers) {
  const double bound = std::ldexp(1.0, 63);
  Declare({Param("seed", LODE_T_INT, -bound, bound)});
  EXPECT_THAT(Beyond(), IsEmpty());
  EXPECT_THAT(Varied(), ElementsAre("seed at its minimum -> -9223372036854775808",
                                    "seed at its maximum -> 9223372036854775807"));
}

TEST_F(VerifySettingsTest, PresetsSetTheirParametersOnly) {
  lode_setting rate{"lr", {}};
  rate.value.type = LODE_T_REAL;
  rate.value.as.r = 0.25;
  lode_preset preset{};
  preset.struct_size = sizeof preset;
  preset.name = "paper";
  preset.settings = &rate;
  preset.setting_count = 1;
  Declare({Param("any", LODE_T_INT), Param("lr", LODE_T_REAL)});
  component_.presets = &preset;
  component_.preset_count = 1;
  const Setting base{"base", {IntValue(7), Defaults().values[1]}};
  EXPECT_THAT(Texts(PresetSettings(component_, base)), ElementsAre("preset paper -> 7 0.25"));
  EXPECT_THAT(Texts(Variations(component_, base)), ElementsAre("preset paper -> 7 0.25"));
}

TEST_F(VerifySettingsTest, WhatTheUserHasChosenStays) {
  lode_setting epochs[] = {{"epochs", IntValue(600)}, {"cells", IntValue(20)}};
  lode_preset preset{};
  preset.struct_size = sizeof preset;
  preset.name = "paper";
  preset.settings = epochs;
  preset.setting_count = 2;
  Declare({Param("epochs", LODE_T_INT, 1, 900), Param("cells", LODE_T_INT, 2)});
  component_.presets = &preset;
  component_.preset_count = 1;
  const Setting base{"as set", {IntValue(3), IntValue(8)}, {0}};
  EXPECT_THAT(Texts(PresetSettings(component_, base)), ElementsAre("preset paper -> 3 20"));
  EXPECT_THAT(Texts(Variations(component_, base)),
              ElementsAre("cells at its minimum -> 3 2", "preset paper -> 3 20"));
}

}  // namespace
}  // namespace lode::verify
