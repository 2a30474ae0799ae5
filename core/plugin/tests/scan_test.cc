// A plugin that cannot be described is reported and skipped; everything else works as without it.
#include <gtest/gtest.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <nlohmann/json.hpp>
#include <string>

#include "core/plugin/index.h"
#include "tests/program.h"
#include "tests/scoped_variable.h"
#include "tests/temporary_directory.h"

namespace lode::core {
namespace {

namespace fs = std::filesystem;

// Faults of bad_scan, and what is said about the file.
struct Fault {
  const char* name;
  const char* reason;
  bool hangs = false;
};

constexpr Fault kFaults[] = {
    {"nan_epochs",
     "oracle 'bad_scan': metric 0 ('score') has a number of epochs that is not finite"},
    {"metrics", "oracle 'bad_scan': declares 4000000000 metrics, more than the 1000"},
    {"null_name", "oracle 'bad_scan': metric 0 lacks a name"},
    {"nan_default", "parameter 'rate' has a default or a bound that is not a number"},
    {"infinite_default", "parameter 'rate' has a default or a bound that is not a number"},
    {"nan_bound", "parameter 'rate' has a default or a bound that is not a number"},
    {"params", "bad_scan.lode.so"},
    {"noise", "writes into a descriptor of the program while it is loaded"},
    {"json_noise", "writes into a descriptor of the program while it is loaded"},
    {"deep_noise", "writes into a descriptor of the program while it is loaded"},
    {"other_noise", "writes into a descriptor of the program while it is loaded"},
    {"endless_noise", "its description does not end"},
    {"crash", "ended the process while loading (Segmentation fault)"},
    {"abort", "ended the process while loading (Aborted)"},
    {"exit", "ended the process while loading (exit status 0)"},
    {"_exit", "ended the process while loading (exit status 0)"},
    {"pthread_exit", "ended the process while loading"},
    {"kill", "ended the process while loading (Killed)"},
    {"stop", "describing it takes more than 3 s", true},
    {"hang", "describing it takes more than 3 s", true},
    {"spin", "describing it takes more than 3 s", true},
    {"memory", "ended the process while loading"},
    {"print", "prints more than 1000000 bytes while it is loaded"},
    {"close", "ended the process while loading"},
};

class ScanTest : public testing::TestWithParam<Fault> {
 protected:
  ScanTest() {
    fs::create_directories(plugins_);
    Copy("tests/plugins/bad_scan.lode.so");
    Copy("lib/lode/plugins/random.lode.so");
  }
  void Copy(const std::string& file) const {
    const fs::path from = fs::path(LODE_BINARY_DIR) / file;
    fs::copy_file(from, plugins_ / from.filename());
  }
  PluginIndex Read(std::chrono::seconds time = std::chrono::seconds(60)) const {
    const ScanLimits limits{time, std::size_t{256} << 20, 1'000'000};
    return {{{}, {plugins_}}, dir_.path() / "plugins.json", limits};
  }

  const TemporaryDirectory dir_;
  const fs::path plugins_ = dir_.path() / "plugins";
};

class Faults : public ScanTest {};

TEST_P(Faults, DisablesThePluginAndIsNamed) {
#ifdef LODE_SANITIZED
  GTEST_SKIP() << "the sanitizers answer these faults themselves";
#endif
  const ScopedVariable fault("LODE_TEST_FAULT", GetParam().name);
  for (const char* when : {"scanned", "from the cache"}) {
    const PluginIndex index = Read(std::chrono::seconds(GetParam().hangs ? 3 : 60));
    EXPECT_NE(index.Find(LODE_OPTIMIZER, "random"), nullptr) << when;
    ASSERT_EQ(index.broken().size(), 1u) << when;
    EXPECT_EQ(index.broken()[0].file, plugins_ / "bad_scan.lode.so");
    EXPECT_NE(index.broken()[0].reason.find("bad_scan.lode.so"), std::string::npos);
    EXPECT_NE(index.broken()[0].reason.find(GetParam().reason), std::string::npos)
        << index.broken()[0].reason;
  }
}

INSTANTIATE_TEST_SUITE_P(Scan, Faults, testing::ValuesIn(kFaults),
                         [](const testing::TestParamInfo<Fault>& info) {
                           return std::string(info.param.name);
                         });

class Scan : public ScanTest {};

TEST_F(Scan, ARemovedFileIsForgotten) {
  Read();
  fs::remove(plugins_ / "bad_scan.lode.so");
  EXPECT_EQ(Read().plugins().size(), 1u);
  const auto cache = nlohmann::json::parse(std::ifstream(dir_.path() / "plugins.json"));
  EXPECT_EQ(cache.at("files").size(), 1u);
}

TEST_F(Scan, CircularLinksAndNamesThatAreNotTextAreSkipped) {
  fs::create_symlink(plugins_ / "a.lode.so", plugins_ / "b.lode.so");
  fs::create_symlink(plugins_ / "b.lode.so", plugins_ / "a.lode.so");
  fs::copy_file(plugins_ / "random.lode.so", plugins_ / "\xff.lode.so");
  for (int i = 0; i < 2; ++i) {
    const PluginIndex index = Read();
    EXPECT_EQ(index.broken().size(), 2u);
    EXPECT_EQ(index.plugins().size(), 3u);
  }
}

TEST_F(Scan, EveryCommandWorksNextToABadPlugin) {
  Program lode(dir_.path());
  lode.SetEnvironment("LODE_PLUGIN_PATH", plugins_.string());
  lode.SetEnvironment("LODE_TEST_FAULT", "nan_epochs");
  const Outcome listed = lode.Run({"plugins"});
  EXPECT_EQ(listed.status, 0) << listed.err;
  EXPECT_NE(listed.out.find("bad_scan.lode.so"), std::string::npos) << listed.out;
  EXPECT_EQ(Lines(listed.err).size(), 1u) << listed.err;
  EXPECT_EQ(lode.Run({"plugins", "--json"}).status, 0);
  EXPECT_EQ(lode.Run({"describe", "random"}).status, 0);
  const Outcome described = lode.Run({"describe", "random"});
  EXPECT_EQ(described.err, "");
}

}  // namespace
}  // namespace lode::core
