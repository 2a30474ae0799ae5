#include "core/plugin/index.h"

#include <gtest/gtest.h>
#include <unistd.h>

#include <cstdlib>
#include <fstream>
#include <nlohmann/json.hpp>

#include "core/plugin/error.h"
#include "core/plugin/loader.h"
#include "tests/scoped_variable.h"
#include "tests/stored_files.h"
#include "tests/temporary_directory.h"

namespace lode::core {
namespace {

namespace fs = std::filesystem;

const fs::path kPlugins = fs::path(LODE_BINARY_DIR) / "lib/lode/plugins";

class PluginIndexTest : public testing::Test {
 protected:
  PluginIndex Read(const SearchPath& path) const {
    return {path, dir_.path() / "cache/plugins.json"};
  }

  fs::path Copy(const std::string& name, const std::string& as) const {
    fs::create_directories((dir_.path() / as).parent_path());
    fs::copy_file(kPlugins / name, dir_.path() / as);
    return dir_.path() / as;
  }

  const TemporaryDirectory dir_;
};

TEST_F(PluginIndexTest, DeclaresTheSameFromTheCacheAsFromThePlugin) {
  const SearchPath path{{}, {kPlugins}};
  const PluginIndex scanned = Read(path);
  const PluginIndex cached = Read(path);
  EXPECT_GE(scanned.plugins().size(), 6u);
  EXPECT_EQ(scanned.plugins(), cached.plugins());
  EXPECT_TRUE(cached.broken().empty());
}

TEST_F(PluginIndexTest, FindsComponentsByKindAndId) {
  const PluginIndex index = Read({{}, {kPlugins}});
  const ComponentDeclaration* rea = index.Find(LODE_OPTIMIZER, "rea");
  ASSERT_NE(rea, nullptr);
  EXPECT_EQ(index.PluginOf(*rea)->file, kPlugins / "rea.lode.so");
  EXPECT_EQ(index.Find(LODE_SPACE, "rea"), nullptr);
  EXPECT_FALSE(index.Find(LODE_ORACLE, "nb201.table")->metrics.empty());
}

TEST_F(PluginIndexTest, ACorruptCacheCostsOnlyTime) {
  const SearchPath path{{}, {kPlugins}};
  const PluginIndex good = Read(path);
  const fs::path cache = dir_.path() / "cache/plugins.json";
  std::ifstream in(cache);
  const std::string written(std::istreambuf_iterator<char>(in), {});
  std::string deep = written;  // an entry that nests more than a function that recurses can bear
  deep.insert(deep.find("\"files\":{") + 9,
              "\"a\":" + std::string(200'000, '[') + std::string(200'000, ']') + ",");
  for (const std::string& text :
       {std::string(), std::string("{"), std::string("[1, 2]"),
        std::string("{\"format\": 1, \"files\": 3}"), std::string("{\"format\": 99}"), deep}) {
    std::ofstream(cache) << text;
    EXPECT_EQ(Read(path).plugins(), good.plugins()) << text;
  }
}

TEST_F(PluginIndexTest, TheCacheOfAnotherHostIsIgnored) {
  const SearchPath path{{}, {kPlugins}};
  const PluginIndex good = Read(path);
  const fs::path cache = dir_.path() / "cache/plugins.json";
  auto written = nlohmann::json::parse(ContentOf(cache));
  written.at("format").back() = 0;
  for (nlohmann::json& entry : written.at("files")) {
    entry["found"] = nlohmann::json::object({{"broken", "needs a newer host"}});
  }
  std::ofstream(cache) << written;
  const PluginIndex read = Read(path);
  EXPECT_EQ(read.plugins(), good.plugins());
  EXPECT_TRUE(read.broken().empty());
}

TEST_F(PluginIndexTest, TheFirstOfTwoWithTheSameIdCounts) {
  const fs::path first = Copy("rea.lode.so", "a/rea.lode.so");
  Copy("rea.lode.so", "b/rea.lode.so");
  const PluginIndex index = Read({{}, {dir_.path() / "a", dir_.path() / "b"}});
  EXPECT_EQ(index.plugins().size(), 2u);
  EXPECT_EQ(index.PluginOf(*index.Find(LODE_OPTIMIZER, "rea"))->file, first);
}

TEST_F(PluginIndexTest, WorldWritableFilesAreRefused) {
  const fs::path file = Copy("rea.lode.so", "rea.lode.so");
  fs::permissions(file, fs::perms::others_write, fs::perm_options::add);
  EXPECT_THROW(Read({{file}, {}}), HostError);
  EXPECT_THROW(LoadPlugin(file), HostError);
  const PluginIndex searched = Read({{}, {dir_.path()}});
  ASSERT_EQ(searched.broken().size(), 1u);
  EXPECT_NE(searched.broken()[0].reason.find("can be written by everyone"), std::string::npos);
}

TEST_F(PluginIndexTest, FilesInWorldWritableDirectoriesAreRefused) {
  const fs::path file = Copy("rea.lode.so", "open/inner/rea.lode.so");
  const auto refusal = [&] { return RefusalOf(file, Trust::kNamed); };
  EXPECT_EQ(refusal(), "");
  for (const fs::path& directory : {dir_.path() / "open/inner", dir_.path() / "open"}) {
    fs::permissions(directory, fs::perms::all);
    EXPECT_EQ(refusal(),
              "is in " + directory.string() +
                  ", which everyone can write: refused (chmod o-w it if you trust what is "
                  "in it)");
    EXPECT_THROW(LoadPlugin(file), HostError);
    fs::permissions(directory, fs::perms::all | fs::perms::sticky_bit);
    EXPECT_EQ(refusal(), "");
    fs::permissions(directory, fs::perms::owner_all);
  }
  // A link from elsewhere does not get around that.
  fs::permissions(dir_.path() / "open", fs::perms::all);
  fs::create_symlink(file, dir_.path() / "link.lode.so");
  EXPECT_NE(RefusalOf(dir_.path() / "link.lode.so", Trust::kNamed), "");
}

TEST_F(PluginIndexTest, FilesAndDirectoriesOfOthersAreRefused) {
  if (geteuid() != 0) { GTEST_SKIP() << "only root can give files away"; }
  constexpr uid_t kOther = 54321;
  const fs::path file = Copy("rea.lode.so", "others/rea.lode.so");
  const std::string why =
      "belongs to user 54321, neither to root nor to you: refused (name it with --plugin if you "
      "trust it)";
  ASSERT_EQ(chown(file.c_str(), kOther, 0), 0);
  EXPECT_EQ(RefusalOf(file, Trust::kUsual), why);
  EXPECT_EQ(RefusalOf(file, Trust::kNamed), "");
  const PluginIndex searched = Read({{}, {dir_.path() / "others"}});
  ASSERT_EQ(searched.broken().size(), 1u);
  EXPECT_EQ(searched.broken()[0].reason, file.string() + ": " + why);
  EXPECT_THROW(Read({{}, {}, {file}}), HostError);
  EXPECT_EQ(Read({{file}, {}}).plugins().size(), 1u);
  ASSERT_EQ(chown(file.c_str(), 0, 0), 0);
  EXPECT_EQ(RefusalOf(file, Trust::kUsual), "");
  ASSERT_EQ(chown((dir_.path() / "others").c_str(), kOther, 0), 0);
  EXPECT_EQ(RefusalOf(file, Trust::kUsual),
            "is in " + (dir_.path() / "others").string() + ", which " + why);
}

TEST_F(PluginIndexTest, RelativeEntriesOfTheEnvironmentAreNotSearched) {
  const ScopedVariable directories("LODE_PLUGIN_PATH", ".:relative:/absolute");
  const SearchPath path = MakeSearchPath({});
  ASSERT_EQ(path.directories.size(), 2u);
  EXPECT_EQ(path.directories[0], "/absolute");
  EXPECT_TRUE(path.directories[1].is_absolute());
}

TEST_F(PluginIndexTest, ANamedFileThatIsMissingIsAnError) {
  try {
    Read({{dir_.path() / "no.lode.so"}, {}});
    FAIL() << "found a plugin that is not there";
  } catch (const HostError& e) {
    EXPECT_EQ(std::string(e.what()),
              (dir_.path() / "no.lode.so").string() + ": No such file or directory");
  }
}

}  // namespace
}  // namespace lode::core
