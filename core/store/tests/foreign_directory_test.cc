// A directory prepared by somebody else does not lead to files elsewhere.
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/stat.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>
#include <iterator>
#include <string>
#include <vector>

#include "tests/program.h"
#include "tests/temporary_directory.h"

namespace lode::core {
namespace {

using testing::HasSubstr;

namespace fs = std::filesystem;

constexpr uid_t kNobody = 65534;
constexpr char kPrecious[] = "precious\n";

class ForeignDirectoryTest : public testing::Test {
 protected:
  ForeignDirectoryTest() {
    std::ofstream(Path("victim")) << kPrecious;
    fs::create_directories(Path("elsewhere"));
    fs::create_directories(Path("out/seed-0"));
  }

  fs::path Path(const std::string& name) const { return directory_.path() / name; }

  // Gives the path to another user, if this process may do so.
  static void GiveAway(const fs::path& path) {
    if (geteuid() == 0) { ASSERT_EQ(lchown(path.c_str(), kNobody, kNobody), 0); }
  }

  Outcome Run(const std::vector<std::string>& more = {}) const {
    std::vector<std::string> arguments = {
        "run",     SourceFile("configs/nb201/l2nas.toml").string(),
        "--seeds", "1",
        "--set",   "budget={steps=3}",
        "--out",   Path("out").string()};
    arguments.insert(arguments.end(), more.begin(), more.end());
    return lode_.Run(arguments);
  }

  std::string Victim() const {
    std::ifstream in(Path("victim"));
    return {std::istreambuf_iterator<char>(in), {}};
  }

  const TemporaryDirectory directory_;
  const Program lode_{directory_.path()};
};

TEST_F(ForeignDirectoryTest, NoPreparedLinkIsFollowed) {
  GiveAway(Path("out"));
  GiveAway(Path("out/seed-0"));
  for (const char* name :
       {"lock", "run.db", "run.db-wal", "run.db-shm", "run.db.partial", "run.db.partial-journal",
        "pipeline.toml", "pipeline.toml.partial", "versions.json.partial", "policy",
        "policy.partial", "result.json", "result.json.partial"}) {
    const fs::path link = Path("out/seed-0") / name;
    for (const bool is_hard : {false, true}) {
      is_hard ? fs::create_hard_link(Path("victim"), link)
              : fs::create_symlink(Path("victim"), link);
      GiveAway(link);
      if (is_hard && geteuid() == 0) { ASSERT_EQ(chown(Path("victim").c_str(), 0, 0), 0); }
      const Outcome outcome = Run({"--fresh"});
      EXPECT_EQ(Victim(), kPrecious) << name;
      if (outcome.status != 0) {
        EXPECT_THAT(outcome.err, HasSubstr(link.string() + ": ")) << name;
      }
      fs::remove_all(Path("out/seed-0"));
      fs::create_directory(Path("out/seed-0"));
      GiveAway(Path("out/seed-0"));
    }
  }
}

TEST_F(ForeignDirectoryTest, ALinkInPlaceOfTheLockIsNamed) {
  fs::create_symlink(Path("victim"), Path("out/seed-0/lock"));
  const Outcome outcome = Run();
  EXPECT_EQ(outcome.status, 2);
  EXPECT_THAT(outcome.err, HasSubstr("seed-0/lock: is a link, and links are not followed here"));
  EXPECT_EQ(Lines(outcome.err).size(), 1u);
}

// Opening it would wait for a reader forever.
TEST_F(ForeignDirectoryTest, APipeInPlaceOfTheLockIsNamed) {
  ASSERT_EQ(mkfifo(Path("out/seed-0/lock").c_str(), 0666), 0);
  EXPECT_THAT(Run().err, HasSubstr("seed-0/lock: is not a regular file"));
}

TEST_F(ForeignDirectoryTest, AStoreThatIsALinkIsNotContinued) {
  ASSERT_EQ(Run().status, 0);
  fs::rename(Path("out/seed-0/run.db"), Path("elsewhere/run.db"));
  fs::create_symlink(Path("elsewhere/run.db"), Path("out/seed-0/run.db"));
  const Outcome resumed = lode_.Run({"resume", Path("out").string(), "--extend", "steps=5"});
  EXPECT_NE(resumed.status, 0);
  EXPECT_THAT(resumed.err + resumed.out,
              HasSubstr("run.db: is a link, and links are not followed here"));
}

TEST_F(ForeignDirectoryTest, ADirectoryThatSomebodyElseHasLinkedIsNotEntered) {
  if (geteuid() != 0) { GTEST_SKIP() << "may not give a link to somebody else"; }
  fs::remove(Path("out/seed-0"));
  fs::create_directory_symlink(Path("elsewhere"), Path("out/seed-0"));
  GiveAway(Path("out"));
  GiveAway(Path("out/seed-0"));
  const Outcome outcome = Run();
  EXPECT_EQ(outcome.status, 2);
  EXPECT_THAT(outcome.err, HasSubstr("out/seed-0: is a link of user "));
  EXPECT_TRUE(fs::is_empty(Path("elsewhere")));
}

// Disks fill up, and users make links to larger ones.
TEST_F(ForeignDirectoryTest, AnOwnLinkToADirectoryIsFollowed) {
  fs::remove(Path("out/seed-0"));
  fs::create_directory_symlink(Path("elsewhere"), Path("out/seed-0"));
  EXPECT_EQ(Run().status, 0);
  EXPECT_TRUE(fs::exists(Path("elsewhere/run.db")));
}

}  // namespace
}  // namespace lode::core
