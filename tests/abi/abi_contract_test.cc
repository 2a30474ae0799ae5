// Plugins of older minors and other compilers, all in one process, keep the current contract.
#include "core/plugin/loader.h"
#include "core/verify/component.h"
#include "tests/abi/plugin_files.h"

namespace lode::verify {
namespace {

namespace fs = std::filesystem;

class AbiContract : public testing::TestWithParam<fs::path> {
 protected:
  static void SetUpTestSuite() {
    for (const fs::path& file : PluginFiles()) { core::LoadPlugin(file); }
  }
};

TEST_P(AbiContract, Holds) {
  const lode_plugin& plugin = core::LoadPlugin(GetParam());
  for (std::uint32_t i = 0; i < plugin.component_count; ++i) {
    const lode_component& component = *plugin.components[i];
    Findings findings;
    CheckComponent(component, BaseSetting(component, GetParam(), {}), Spaces(), findings);
    for (const Finding& f : findings.list()) {
      // Search quality is not part of the ABI, and kept binaries are older than this rule.
      if (std::string_view(f.rule) == "optimizer.failure") { continue; }
      ADD_FAILURE() << component.id << ": " << f.rule << ": " << f.done << ": " << f.seen;
    }
  }
}

GTEST_ALLOW_UNINSTANTIATED_PARAMETERIZED_TEST(AbiContract);
INSTANTIATE_TEST_SUITE_P(All, AbiContract, testing::ValuesIn(PluginFiles()), NameOfFile);

}  // namespace
}  // namespace lode::verify
