// Every component of every plugin of the build passes the contract of its kind.
#include <gtest/gtest.h>

#include <algorithm>
#include <filesystem>
#include <ostream>
#include <set>
#include <string>
#include <vector>

#include "core/plugin/loader.h"
#include "core/verify/component_contract.h"
#include "core/verify/exploration_contract.h"
#include "core/verify/grid.h"
#include "core/verify/optimizer_contract.h"
#include "core/verify/oracle_contract.h"
#include "core/verify/space_contract.h"

namespace lode::verify {
namespace {

namespace fs = std::filesystem;

const fs::path kPlugins = fs::path(LODE_BINARY_DIR) / "lib/lode/plugins";
const fs::path kTestPlugins = fs::path(LODE_BINARY_DIR) / "tests/plugins";

void ExpectNone(const Findings& findings, const std::string& title) {
  for (const Finding& f : findings.list())
    ADD_FAILURE() << title << ": " << f.rule << ": " << f.detail;
}

std::vector<const lode_component*> ComponentsOf(const fs::path& file) {
  const lode_plugin& plugin = core::LoadPlugin(file);
  return {plugin.components, plugin.components + plugin.component_count};
}

const lode_component* Find(const fs::path& file, const std::string& id) {
  for (const lode_component* c : ComponentsOf(file)) {
    if (c->id == id) return c;
  }
  return nullptr;
}

// The defaults and each preset.
std::vector<Setting> Settings(const lode_component& component, const fs::path& directory) {
  std::vector<Setting> list = PresetSettings(component, directory);
  list.insert(list.begin(), DefaultSetting(component, directory));
  return list;
}

std::vector<fs::path> BuiltPlugins() {
  std::vector<fs::path> files;
  for (const auto& entry : fs::directory_iterator(kPlugins)) {
    if (entry.path().string().ends_with(core::kPluginSuffix)) files.push_back(entry.path());
  }
  files.push_back(kTestPlugins / "c_space.lode.so");
  std::ranges::sort(files);
  return files;
}

// Spaces to search: one that is small enough to exhaust, and those of all plugins.
class Spaces {
 public:
  Spaces() {
    for (const fs::path& file : BuiltPlugins()) {
      for (const lode_component* c : ComponentsOf(file)) {
        if (c->kind == LODE_SPACE)
          subjects_.push_back(
              std::make_unique<Subject>(*c, DefaultSetting(*c, file.parent_path())));
      }
    }
  }
  std::vector<lode_space> list() const {
    std::vector<lode_space> spaces = {grid_.space().handle()};
    for (const auto& subject : subjects_) spaces.push_back(subject->space());
    return spaces;
  }

 private:
  Grid grid_{4, 3};
  std::vector<std::unique_ptr<Subject>> subjects_;
};

const std::vector<lode_space>& AllSpaces() {
  static const Spaces spaces;
  static const std::vector<lode_space> list = spaces.list();
  return list;
}

bool IsList(lode_type type) { return type >= LODE_T_INT_LIST && type <= LODE_T_STRING_LIST; }

// A file or a list must be given: then no suite can make an instance, and the component's own test
// runs it with what it has.
bool NeedsMore(const lode_component& component) {
  for (std::uint32_t i = 0; i < component.param_count; ++i) {
    const lode_param& p = *LODE_AT(component.params, i);
    if ((p.flags & LODE_PARAM_REQUIRED) == 0) continue;
    if ((p.flags & LODE_PARAM_INPUT_FILE) != 0 || IsList(p.type)) return true;
  }
  return false;
}

class PluginContract : public testing::TestWithParam<fs::path> {
 protected:
  static fs::path Directory() { return GetParam().parent_path(); }

  static void CheckComponent(const lode_component& component) {
    Findings findings;
    CheckDescriptor(component, findings);
    if (!NeedsMore(component)) CheckCreation(component, Directory(), findings);
    ExpectNone(findings, component.id);
  }

  void CheckKind(const lode_component& component, const Setting& setting) {
    const std::string title = std::string(component.id) + " (" + setting.name + ")";
    switch (component.kind) {
      case LODE_SPACE:
        return ExpectNone(CheckSpace(component, setting), title);
      case LODE_ORACLE:
        return CheckOnItsSpaces(component, setting, title);
      case LODE_EXPLORATION:
        return ExpectNone(CheckExploration(component, setting), title);
      default:
        return CheckOnAllSpaces(component, setting, title);
    }
  }

 private:
  // A plugin brings the space that its oracle measures, or the oracle measures any that suits it.
  static void CheckOnItsSpaces(const lode_component& oracle, const Setting& setting,
                               const std::string& title) {
    const Grid foreign(4, 3);
    std::size_t checked = 0;
    for (const lode_space space : AllSpaces()) {
      if (!Binds(oracle, setting, space)) continue;
      ++checked;
      ExpectNone(CheckOracle(oracle, setting, space, foreign.space().handle()), title);
    }
    EXPECT_GT(checked, 0u) << title << ": measures none of the spaces";
  }

  static bool Binds(const lode_component& oracle, const Setting& setting, lode_space space) {
    Subject subject(oracle, setting);
    const auto& api = *static_cast<const lode_oracle_api*>(oracle.api);
    return subject.created() && api.bind(subject.get(), space, nullptr) == LODE_OK;
  }

  static void CheckOnAllSpaces(const lode_component& optimizer, const Setting& setting,
                               const std::string& title) {
    std::vector<lode_space> list = AllSpaces();
    if (setting.name != "defaults") list.resize(1);  // what a preset changes is no matter of spaces
    bool supported_any = false;
    for (const lode_space space : list) {
      bool supported = false;
      ExpectNone(CheckOptimizer(optimizer, setting, space, &supported), title);
      supported_any = supported_any || supported;
    }
    EXPECT_TRUE(supported_any) << title << ": supports none of the spaces";
  }
};

TEST_P(PluginContract, Holds) {
  for (const lode_component* c : ComponentsOf(GetParam())) {
    CheckComponent(*c);
    if (NeedsMore(*c)) continue;
    for (const Setting& setting : Settings(*c, Directory())) CheckKind(*c, setting);
  }
}

std::string NameOf(const testing::TestParamInfo<fs::path>& info) {
  const std::string name = info.param.filename().string();
  return name.substr(0, name.find('.'));
}

INSTANTIATE_TEST_SUITE_P(All, PluginContract, testing::ValuesIn(BuiltPlugins()), NameOf);

TEST(GridSpaceContract, Holds) {
  for (const std::int64_t rows : {1, 4, 20}) {
    for (const std::int64_t choices : {1, 2, 3, 10}) {
      Setting setting = DefaultSetting(GridSpaceComponent(), "");
      setting.values[0].as.i = rows;
      setting.values[1].as.i = choices;
      ExpectNone(CheckSpace(GridSpaceComponent(), setting),
                 std::to_string(rows) + " rows, " + std::to_string(choices) + " choices");
    }
  }
}

// ---- the suites find what is broken

class BrokenContract : public testing::Test {
 protected:
  const lode_component& Broken(const std::string& id) {
    const lode_component* component = Find(kTestPlugins / "broken.lode.so", id);
    if (component == nullptr) throw std::invalid_argument(id);
    return *component;
  }
  Findings Check(const std::string& id) { return Check(Broken(id)); }
  Findings Check(const lode_component& c) {
    const Setting setting = DefaultSetting(c, kTestPlugins);
    bool supported = false;
    switch (c.kind) {
      case LODE_SPACE:
        return CheckSpace(c, setting);
      case LODE_ORACLE:
        return CheckOracle(c, setting, grid_.space().handle(), other_.space().handle());
      case LODE_EXPLORATION:
        return CheckExploration(c, setting);
      default:
        return CheckOptimizer(c, setting, grid_.space().handle(), &supported);
    }
  }
  static std::set<std::string> RulesOf(const Findings& findings) {
    std::set<std::string> rules;
    for (const Finding& f : findings.list()) rules.insert(f.rule);
    return rules;
  }
  void ExpectRules(const std::string& id, const std::set<std::string>& rules) {
    EXPECT_EQ(RulesOf(Check(id)), rules) << id;
  }

  Grid grid_{4, 3};
  Grid other_{3, 3};
};

TEST_F(BrokenContract, TwoOnesInARow) {
  ExpectRules("broken.two_ones", {"space.discretize.valid"});
}
TEST_F(BrokenContract, FormatIsNoInverse) {
  EXPECT_TRUE(Check("broken.backwards").Has("space.round_trip"));
}
TEST_F(BrokenContract, ParseIgnoresWhatFollows) { ExpectRules("broken.lenient", {"space.parse"}); }
TEST_F(BrokenContract, SampleIsBiased) { ExpectRules("broken.biased", {"space.sample.uniform"}); }
TEST_F(BrokenContract, MutationChangesTwoDecisions) {
  EXPECT_TRUE(Check("broken.wild").Has("space.mutate"));
}
TEST_F(BrokenContract, OutputIsTouchedOnError) {
  ExpectRules("broken.touches", {"outputs.untouched"});
}
TEST_F(BrokenContract, RandomnessIsNotTheHosts) { ExpectRules("broken.unseeded", {"determinism"}); }
TEST_F(BrokenContract, PerturbedActionIsNotFinite) {
  ExpectRules("broken.nan_noise", {"exploration.finite"});
}
TEST_F(BrokenContract, SoundOraclePasses) { ExpectRules("sound", {}); }
TEST_F(BrokenContract, BatchHasOtherMetrics) { ExpectRules("broken.batch", {"oracle.batch"}); }
TEST_F(BrokenContract, AnyBytesAreMeasured) {
  ExpectRules("broken.careless", {"oracle.invalid_architecture"});
}
TEST_F(BrokenContract, OptimizerReadsTheClock) {
  EXPECT_TRUE(Check("broken.clock").Has("determinism"));
}
TEST_F(BrokenContract, ProposalIsNotFinite) {
  ExpectRules("broken.infinite", {"optimizer.proposal"});
}
TEST_F(BrokenContract, FailedLoadChangesThePolicy) {
  ExpectRules("broken.half_loads", {"optimizer.load.unchanged"});
}
// Whatever a component does short of crashing ends in findings.
TEST_F(BrokenContract, SurvivesComponentsThatDoNothingRight) {
  for (const char* file : {"throws.lode.so", "wrong_sizes.lode.so", "nan_oracle.lode.so"}) {
    for (const lode_component* c : ComponentsOf(kTestPlugins / file))
      EXPECT_FALSE(Check(*c).empty()) << file << ": kind " << c->kind;
  }
}
TEST_F(BrokenContract, DescriptorIsMalformed) {
  Findings findings;
  CheckDescriptor(Broken("broken.Names-"), findings);
  EXPECT_EQ(RulesOf(findings),
            (std::set<std::string>{"descriptor.id", "descriptor.version", "descriptor.summary"}));
}

}  // namespace
}  // namespace lode::verify
