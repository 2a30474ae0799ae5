// A disk on which any single call fails, or at which the machine stops: nothing unreadable is
// published, no measurement is lost, and the run continues once the disk works again.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cerrno>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <functional>
#include <map>
#include <string>
#include <vector>

#include "tests/program.h"
#include "tests/run_database.h"
#include "tests/stored_files.h"
#include "tests/temporary_directory.h"

namespace lode::core {
namespace {

using testing::AnyOf;
using testing::HasSubstr;

namespace fs = std::filesystem;

// Trains nothing, and records each request.
constexpr char kTrain[] = R"(read architecture
echo asked >> "$1"
echo "{\"accuracy\": $(echo "$architecture" | cksum | cut -c 1-2)}"
)";

constexpr char kSearch[] = R"([pipeline]
name = "short"
seeds = 1
[space]
use = "nb201"
[oracle]
use = "command"
command = ["sh", "{program}", "@/asked"]
program = "train.sh"
maximize = ["accuracy"]
validation = ["accuracy"]
[reward]
metric = "accuracy"
[optimizer]
use = "l2nas"
[budget]
steps = 3
[execution]
commit = "trial"
)";

constexpr char kStages[] = "include = \"" LODE_SOURCE_DIR R"(/core/run/tests/stages.toml"
[execution]
commit = "trial"
[[stage]]
name = "supernet"
[stage.oracle]
steps = 2
[[stage]]
name = "search"
[stage.optimizer]
use = "l2nas"
[stage.budget]
steps = 3
)";

struct Failure {
  int error;   // 0: the process is killed
  bool stays;  // all later calls fail as well
};

class DiskFailureTest : public testing::TestWithParam<Failure> {
 protected:
  DiskFailureTest() {
    std::ofstream(directory_.path() / "train.sh") << kTrain;
    std::string search = kSearch;
    search.replace(search.find('@'), 1, directory_.path().string());
    std::ofstream(directory_.path() / "search.toml") << search;
    std::ofstream(directory_.path() / "stages.toml") << kStages;
  }

  fs::path Path(const std::string& name) const { return directory_.path() / name; }

  std::vector<std::string> Arguments(const std::string& pipeline, const std::string& out) const {
    return {"--plugin", LODE_BINARY_DIR "/tests/plugins/prepared_oracle.lode.so",
            "run",      Path(pipeline).string(),
            "--out",    Path(out).string()};
  }

  // Runs the program on a disk whose nth call fails; 0: none does.
  Outcome RunOnDisk(const std::string& pipeline, std::size_t n) const {
    Program lode(directory_.path());
    lode.SetEnvironment("LD_PRELOAD", LODE_BINARY_DIR "/tests/failing_disk.so");
    lode.SetEnvironment("LODE_DISK", Path("out").string());
    lode.SetEnvironment("LODE_DISK_LOG", Path("calls").string());
    lode.SetEnvironment("LODE_DISK_FAILS_AT", std::to_string(n));
    lode.SetEnvironment("LODE_DISK_ERROR", std::to_string(GetParam().error));
    lode.SetEnvironment("LODE_DISK_STAYS", GetParam().stays ? "1" : "0");
    return lode.Run(Arguments(pipeline, "out"));
  }

  std::size_t Asked() const { return Lines(ContentOf(Path("asked"))).size(); }

  // Returns the number of evaluations stored when a search ended, all of which were answered.
  std::size_t Stored() const {
    return fs::exists(Path("out/seed-0/run.db"))
               ? std::stoul(Select(Path("out/seed-0"), "SELECT count(*) FROM evaluation"))
               : 0;
  }

  // Checks the output of a run that ended well despite the failure, or did not.
  void ExpectSaid(const Outcome& ended) const {
    if (GetParam().error == 0) {
      EXPECT_EQ(ended.status, 128 + 9);
    } else if (ended.status != 0) {
      EXPECT_THAT(ended.status, AnyOf(2, 3)) << ended.err;
      EXPECT_THAT(ended.out + ended.err, HasSubstr(Path("out").string())) << "no file is named";
    } else {
      EXPECT_EQ(StoredFiles(Path("out")), whole_);
    }
  }

  void ExpectReadable() const {
    const Outcome shown = lode_.Run({"show", Path("out").string()});
    EXPECT_TRUE(shown.status == 0 || shown.err.find(": holds no run") != std::string::npos)
        << shown.err;
    const Outcome checked = lode_.Run({"check", Path("out").string()});
    EXPECT_TRUE(checked.status == 0 || checked.err.find(": holds no run") != std::string::npos)
        << checked.out << checked.err;
  }

  void ExpectContinues(const std::string& pipeline) const {
    std::vector<std::string> again = Arguments(pipeline, "out");
    again.emplace_back("--resume");
    const Outcome resumed = lode_.Run(again);
    EXPECT_EQ(resumed.status, 0) << resumed.out << resumed.err;
    EXPECT_EQ(StoredFiles(Path("out")), whole_);
    const Outcome checked = lode_.Run({"check", Path("out").string()});
    EXPECT_EQ(checked.status, 0) << checked.out << checked.err;
  }

  // Fails at one call after the other: at every call if LODE_DISK_FAILURES is set, otherwise at
  // some.
  void FailAtEach(const std::string& pipeline) {
    ASSERT_EQ(RunOnDisk(pipeline, 0).status, 0);
    whole_ = StoredFiles(Path("out"));
    const std::vector<std::string> calls = Lines(ContentOf(Path("calls")));
    ASSERT_GT(calls.size(), 30u);
    const std::size_t all = Asked();
    const std::size_t stride =
        std::getenv("LODE_DISK_FAILURES") != nullptr ? 1 : calls.size() / 7 + 1;
    const auto first = static_cast<std::size_t>(GetParam().error + (GetParam().stays ? 3 : 0));
    for (std::size_t n = 1 + first % stride; n <= calls.size(); n += stride) {
      SCOPED_TRACE("call " + std::to_string(n) + ": " + calls[n - 1]);
      fs::remove_all(Path("out"));
      fs::remove(Path("asked"));
      ExpectSaid(RunOnDisk(pipeline, n));
      EXPECT_LE(Asked(), Stored() + 1);
      ExpectReadable();
      ExpectContinues(pipeline);
      EXPECT_LE(Asked(), all + 1);
      if (HasFailure()) { return; }
    }
  }

  const TemporaryDirectory directory_;
  const Program lode_ = WithTestPlugins(directory_.path());
  std::map<std::string, std::string> whole_;
};

TEST_P(DiskFailureTest, ASearchContinues) { FailAtEach("search.toml"); }
TEST_P(DiskFailureTest, StagesContinue) { FailAtEach("stages.toml"); }

INSTANTIATE_TEST_SUITE_P(All, DiskFailureTest,
                         testing::Values(Failure{ENOSPC, false}, Failure{ENOSPC, true},
                                         Failure{EIO, false}, Failure{EIO, true},
                                         Failure{EROFS, true}, Failure{0, false}),
                         [](const auto& failure) {
                           const int error = failure.param.error;
                           const std::string name = error == ENOSPC  ? "NoSpace"
                                                    : error == EIO   ? "InputOutputError"
                                                    : error == EROFS ? "ReadOnly"
                                                                     : "Killed";
                           return name + (failure.param.stays ? "FromThenOn" : "Once");
                         });

}  // namespace
}  // namespace lode::core
