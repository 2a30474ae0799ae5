// lode watch: what it shows of runs that appear, run, end, are killed or damaged.
#include <fcntl.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <poll.h>
#include <pty.h>
#include <sqlite3.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include <array>
#include <csignal>
#include <filesystem>
#include <fstream>
#include <string>
#include <vector>

#include "core/report/columns.h"
#include "tests/processes.h"
#include "tests/program.h"
#include "tests/temporary_directory.h"
#include "toolkit/posix/descriptor.h"

namespace lode::cli {
namespace {

namespace fs = std::filesystem;
using testing::AllOf;
using testing::HasSubstr;
using testing::Not;

class WatchTest : public testing::Test {
 protected:
  WatchTest() {
    std::ofstream(directory_.path() / "p.toml")
        << "[pipeline]\nname = \"seen\"\n[space]\nuse = \"nb201\"\n"
           "[oracle]\nuse = \"faulty_oracle\"\nfault = \"nan\"\nevery = 5\n"
           "[reward]\nmetric = \"checksum\"\n[optimizer]\nuse = \"random\"\n"
           "[budget]\nsteps = 40\n";
  }

  std::vector<std::string> Running(const std::vector<std::string>& more) const {
    std::vector<std::string> words{
        "--plugin", LODE_BINARY_DIR "/tests/plugins/faulty_oracle.lode.so",
        "run",      Path("p.toml"),
        "--out",    Path("runs")};
    words.insert(words.end(), more.begin(), more.end());
    return words;
  }
  pid_t StartSlowRun() const {
    return lode_.Start(Running({"--set", "oracle.delay_ms=20", "--set", "budget.steps=100000",
                                "--set", "execution.workers=2"}));
  }
  std::string Once() const { return lode_.Run({"watch", Path("runs"), "--once"}).out; }
  // Waits until `lode watch --once` prints a text.
  void AwaitOnce(const std::string& text) const {
    std::string out;
    EXPECT_TRUE(WaitUntil([&] {
      out = Once();
      return out.find(text) != std::string::npos;
    })) << out;
  }
  static void Kill(pid_t child) {
    kill(child, SIGKILL);
    test::WaitForEnd(child);
  }

  std::string Path(const std::string& name) const { return (directory_.path() / name).string(); }

  const TemporaryDirectory directory_;
  const Program lode_{directory_.path()};
};

TEST_F(WatchTest, ARunningRunShowsWhatItsProcessSays) {
  const pid_t child = StartSlowRun();
  AwaitOnce("2/2 workers busy");
  AwaitOnce(" failed");
  AwaitOnce("best checksum ");
  EXPECT_THAT(Once(), AllOf(HasSubstr("1 running"), HasSubstr("/100000 steps"),
                            HasSubstr(" failed"), HasSubstr("best checksum ")));
  Kill(child);
  AwaitOnce("killed");
  EXPECT_THAT(Once(), AllOf(HasSubstr("1 unfinished"), Not(HasSubstr("workers"))));
}

TEST_F(WatchTest, AFinishedRunHasItsCurve) {
  ASSERT_EQ(lode_.Run(Running({"--seeds", "2"})).status, 0);
  const std::string out = Once();
  EXPECT_THAT(out, AllOf(HasSubstr("2 finished"), HasSubstr("80 trials"), HasSubstr("seed 1"),
                         HasSubstr(" |*"), HasSubstr("40/40 steps")));
  EXPECT_EQ(lode_.Run({"watch", Path("runs/seed-1"), "--once"}).out.find("seed 0"),
            std::string::npos);
}

TEST_F(WatchTest, ADamagedRunDoesNotHideTheOthers) {
  ASSERT_EQ(lode_.Run(Running({"--seeds", "2"})).status, 0);
  std::ofstream(Path("runs/seed-0/run.db")) << "not a database";
  EXPECT_THAT(Once(),
              AllOf(HasSubstr("1 damaged"), HasSubstr("1 finished"), HasSubstr("not a database")));
}

// As when another program repairs it.
TEST_F(WatchTest, ALockedRunDoesNotKeepItWaiting) {
  ASSERT_EQ(lode_.Run(Running({"--seeds", "1"})).status, 0);
  sqlite3* store = nullptr;
  ASSERT_EQ(sqlite3_open(Path("runs/seed-0/run.db").c_str(), &store), SQLITE_OK);
  ASSERT_EQ(sqlite3_exec(store,
                         "PRAGMA locking_mode=EXCLUSIVE; PRAGMA journal_mode=DELETE;"
                         "BEGIN EXCLUSIVE",
                         nullptr, nullptr, nullptr),
            SQLITE_OK);
  EXPECT_THAT(Once(), HasSubstr("database is locked"));
  sqlite3_close(store);
  EXPECT_THAT(Once(), HasSubstr("1 finished"));
}

TEST_F(WatchTest, WithoutATerminalLinesComeUntilNothingRuns) {
  const Outcome nothing = lode_.Run({"watch", directory_.path().string()});
  EXPECT_EQ(nothing.status, 0);
  EXPECT_THAT(nothing.out, HasSubstr("no runs"));
  const pid_t child = StartSlowRun();
  AwaitOnce("best checksum ");  // it has stored a trial
  const pid_t watch = lode_.Start({"watch", Path("runs"), "--progress", "1"});
  const std::string file = Path("out-" + std::to_string(watch));
  EXPECT_TRUE(WaitUntil([&] {
    std::ifstream in(file);
    return std::string(std::istreambuf_iterator<char>(in), {}).find("1 running; ") !=
           std::string::npos;
  }));
  Kill(child);
  const Outcome watched = lode_.Finish(watch);
  EXPECT_EQ(watched.status, 0);
  EXPECT_THAT(watched.out, AllOf(HasSubstr("1 unfinished; "), Not(HasSubstr("\033"))));
}

// A terminal that records what is drawn.
class Window {
 public:
  explicit Window(unsigned short columns) {
    int master = -1, slave = -1;
    std::array<char, 128> name{};
    EXPECT_EQ(openpty(&master, &slave, name.data(), nullptr, nullptr), 0);
    fcntl(master, F_SETFD, FD_CLOEXEC);
    fcntl(slave, F_SETFD, FD_CLOEXEC);
    master_ = posix::Descriptor(master);
    slave_ = posix::Descriptor(slave);
    name_ = name.data();
    Resize(columns);
  }

  void Resize(unsigned short columns) const {
    const winsize size{24, columns, 0, 0};
    EXPECT_EQ(ioctl(slave_.get(), TIOCSWINSZ, &size), 0);
  }

  const std::string& Text() {
    pollfd polled{master_.get(), POLLIN, 0};
    std::array<char, 4096> buffer{};
    while (poll(&polled, 1, 0) > 0 && (polled.revents & POLLIN) != 0) {
      const ssize_t size = read(master_.get(), buffer.data(), buffer.size());
      if (size <= 0) { break; }
      text_.append(buffer.data(), static_cast<std::size_t>(size));
    }
    return text_;
  }

  // Returns the widest line of the last whole frame.
  std::size_t Width() {
    const std::string text = Text();
    const std::size_t end = text.rfind("\033[J"), begin = text.rfind("\033[H", end);
    if (end == std::string::npos || begin == std::string::npos) { return 0; }
    std::size_t widest = 0;
    for (std::string line : Lines(text.substr(begin + 3, end - begin - 3))) {
      for (std::size_t at = 0; (at = line.find("\033[K")) != std::string::npos;) {
        line.erase(at, 3);
      }
      std::erase(line, '\r');
      widest = std::max(widest, core::ColumnsOf(line));
    }
    return widest;
  }

  const fs::path& name() const { return name_; }

 private:
  posix::Descriptor master_, slave_;
  fs::path name_;
  std::string text_;
};

TEST_F(WatchTest, FramesFollowTheWindowAndLeaveTheTerminalAsItWas) {
  ASSERT_EQ(lode_.Run(Running({"--seeds", "2"})).status, 0);
  for (const unsigned short columns : std::array<unsigned short, 3>{20, 80, 200}) {
    Window window(columns);
    const pid_t child = test::StartProcess(
        {LODE_BINARY_DIR "/bin/lode", "watch", Path("runs")},
        {{"TERM", "xterm"}, {"NO_COLOR", "1"}, {"XDG_CACHE_HOME", Path("cache")}},
        directory_.path(), window.name(), Path("err"));
    EXPECT_TRUE(WaitUntil([&] { return window.Width() > 0; }));
    EXPECT_LE(window.Width(), columns);
    window.Resize(37);
    kill(child, SIGWINCH);  // the window is not the one that the program was started from
    EXPECT_TRUE(WaitUntil([&] { return window.Width() > 0 && window.Width() <= 37; }));
    EXPECT_THAT(window.Text(), testing::StartsWith("\033[?1049h\033[?25l"));
    kill(child, SIGINT);
    int status = -1;
    EXPECT_TRUE(WaitUntil([&] {
      window.Text();
      return waitpid(child, &status, WNOHANG) == child;
    }));
    EXPECT_EQ(status, 0);
    EXPECT_THAT(window.Text(), AllOf(HasSubstr("\033[?25h\033[?1049l"), HasSubstr("2 finished; ")));
  }
}

}  // namespace
}  // namespace lode::cli
