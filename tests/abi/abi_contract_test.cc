// Plugins of older minors and other compilers, all in one process, hold the contract of today.
#include "core/plugin/loader.h"
#include "core/verify/component_contract.h"
#include "core/verify/exploration_contract.h"
#include "core/verify/grid.h"
#include "core/verify/optimizer_contract.h"
#include "core/verify/oracle_contract.h"
#include "core/verify/space_contract.h"
#include "tests/abi/plugin_files.h"

namespace lode::verify {
namespace {

namespace fs = std::filesystem;

void ExpectNone(const Findings& findings, const lode_component& component) {
  for (const Finding& f : findings.list())
    ADD_FAILURE() << component.id << ": " << f.rule << ": " << f.detail;
}

Findings Check(const lode_component& component, const Setting& setting) {
  static const Grid grid(4, 3);
  static const Grid foreign(3, 3);
  Findings findings;
  bool supported = false;
  switch (component.kind) {
    case LODE_SPACE:
      return CheckSpace(component, setting);
    case LODE_ORACLE:
      return CheckOracle(component, setting, grid.space().handle(), foreign.space().handle());
    case LODE_EXPLORATION:
      return CheckExploration(component, setting);
    default:
      findings = CheckOptimizer(component, setting, grid.space().handle(), &supported);
      EXPECT_TRUE(supported) << component.id;
      return findings;
  }
}

class AbiContract : public testing::TestWithParam<fs::path> {
 protected:
  static void SetUpTestSuite() {
    for (const fs::path& file : PluginFiles()) core::LoadPlugin(file);
  }
};

TEST_P(AbiContract, Holds) {
  const fs::path directory = GetParam().parent_path();
  const lode_plugin& plugin = core::LoadPlugin(GetParam());
  for (std::uint32_t i = 0; i < plugin.component_count; ++i) {
    const lode_component& component = *plugin.components[i];
    Findings findings;
    CheckDescriptor(component, findings);
    CheckCreation(component, directory, findings);
    ExpectNone(findings, component);
    ExpectNone(Check(component, DefaultSetting(component, directory)), component);
    for (const Setting& preset : PresetSettings(component, directory))
      ExpectNone(Check(component, preset), component);
  }
}

GTEST_ALLOW_UNINSTANTIATED_PARAMETERIZED_TEST(AbiContract);
INSTANTIATE_TEST_SUITE_P(All, AbiContract, testing::ValuesIn(PluginFiles()), NameOfFile);

}  // namespace
}  // namespace lode::verify
