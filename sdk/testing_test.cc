// What lode/testing.hpp offers to unit tests. core/plugin/random_test.cc compares its random
// numbers with the host's.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <filesystem>
#include <lode/testing.hpp>
#include <stdexcept>
#include <string>
#include <vector>

namespace {

using lode::test::Phase;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::Pair;

// Keeps what it is made with.
struct Pulse {
  struct Config {
    std::int64_t every = 3;
    double strength = 0.5;
    bool loud = false;
    std::string shape = "square";
    std::vector<std::string> names;
    std::string file = "pulse.txt";
  };
  static lode::Params<Config> Parameters() {
    return {{"every", &Config::every, "Steps between pulses.", lode::Range{1, 100}},
            {"strength", &Config::strength, "Strength.", lode::Range{0, 1}},
            {"loud", &Config::loud, "Whether it logs."},
            {"shape", &Config::shape, "Shape.", lode::Choices{{"square", "round"}}},
            {"names", &Config::names, "Names."},
            {"file", &Config::file, "A file.", lode::Path{}}};
  }
  static lode::Presets Presets() { return {{"rare", "Pulses rarely.", {{"every", 90}}}}; }

  Pulse(lode::Host host, const Config& config) {
    if (config.every == 13) { throw lode::InvalidError("every is 13, expected a lucky number"); }
    host.Log(LODE_INFO, std::to_string(config.every) + " " + std::to_string(config.strength) + " " +
                            (config.loud ? "loud " : "") + config.shape + " " + config.file);
    for (const std::string& name : config.names) { host.Log(LODE_INFO, name); }
    host.Record("draw", host.Random().Uniform());
  }
  bool Explore(std::uint64_t) { return false; }
};

const lode_component& Component() {
  return *lode::ExplorationComponent<Pulse>("pulse", "1.0.0", "Pulses.");
}

std::vector<std::string> LinesOf(const lode::test::Values& values) {
  return lode::test::Instance(values).host().lines();
}

TEST(Values, AreTheDefaultsUntilTheyAreSet) {
  lode::test::Values values(Component(), "/data");
  EXPECT_THAT(LinesOf(values), ElementsAre("3 0.500000 square /data/pulse.txt"));
  values.Set("every", 7).Set("strength", 1).Set("loud", true).Set("shape", "round");
  const lode::test::Values copy = values.SetList("names", {"a", "b"}).Set("file", "x");
  values.Set("every", 8).SetList("names", {});
  EXPECT_THAT(LinesOf(copy), ElementsAre("7 1.000000 loud round x", "a", "b"));
  EXPECT_THAT(LinesOf(values), ElementsAre("8 1.000000 loud round x"));
}

TEST(Values, TakeAPreset) {
  EXPECT_THAT(LinesOf(lode::test::Values(Component()).SetPreset("rare")),
              ElementsAre(HasSubstr("90 ")));
}

TEST(Values, RefuseUnknownNamesAndOtherTypes) {
  lode::test::Values values = Component();
  EXPECT_THROW(values.Set("every", "often"), std::invalid_argument);
  EXPECT_THROW(values.Set("shape", 4), std::invalid_argument);
  EXPECT_THROW(values.SetList("file", {"x"}), std::invalid_argument);
  EXPECT_THROW(values.Set("often", 1), std::invalid_argument);
  EXPECT_THROW(values.SetPreset("frequent"), std::invalid_argument);
}

TEST(Instance, ThrowsWhatTheComponentRefuses) {
  try {
    const lode::test::Instance refused(lode::test::Values(Component()).Set("every", 13));
    FAIL();
  } catch (const lode::Error& e) {
    EXPECT_EQ(e.code(), LODE_E_INVALID);
    EXPECT_STREQ(e.what(), "every is 13, expected a lucky number");
  }
}

TEST(TestHost, RestartsItsRandomNumbersAtEveryPhaseOfAStep) {
  lode::test::TestHost host(5), same(5), other(6);
  const auto draw = [](lode::test::TestHost& h, std::uint64_t step, Phase phase) {
    h.Enter(step, phase);
    return h.host().Random().Uniform();
  };
  const double first = draw(host, 1, Phase::kAsk);
  EXPECT_NE(draw(host, 2, Phase::kAsk), first);
  EXPECT_NE(draw(host, 1, Phase::kTell), first);
  EXPECT_NE(draw(other, 1, Phase::kAsk), first);
  EXPECT_EQ(draw(host, 1, Phase::kAsk), first);
  EXPECT_EQ(draw(same, 1, Phase::kAsk), first);
  other.SetSeed(5);
  EXPECT_EQ(draw(other, 1, Phase::kAsk), first);
}

TEST(TestHost, KeepsWhatItIsTold) {
  lode::test::TestHost host;
  host.host().Log(LODE_WARNING, "low");
  host.host().Record("loss", 2);
  EXPECT_THAT(host.lines(), ElementsAre("low"));
  EXPECT_THAT(host.records(), ElementsAre(Pair("loss", 2)));
  EXPECT_FALSE(host.host().Cancelled());
  host.CancelAt({});
  EXPECT_THROW(host.host().ThrowIfCancelled(), lode::CancelledError);
}

TEST(Grid, HasItsSizeAndIsReadyToBind) {
  const lode::test::Grid grid(2, 3);
  EXPECT_EQ(grid.space().cells(), 6u);
  EXPECT_EQ(grid.space().Format(grid.space().Canonical(grid.space().Parse("2-0"))), "0-2");
}

TEST(LoadComponent, SaysWhyItFails) {
  EXPECT_THROW(lode::test::LoadComponent("/nonexistent.lode.so", "x"), std::runtime_error);
}

TEST(TemporaryDirectory, IsRemovedWithItsContents) {
  std::filesystem::path path;
  {
    const lode::test::TemporaryDirectory directory;
    path = directory.path();
    std::filesystem::create_directories(path / "a/b");
  }
  EXPECT_FALSE(std::filesystem::exists(path));
}

}  // namespace
