// The progress of runs: on a terminal of any width, and without one.
#include <fcntl.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <poll.h>
#include <pty.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <csignal>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <lode/testing.hpp>
#include <string>
#include <utility>
#include <vector>

#include "core/report/columns.h"
#include "tests/processes.h"
#include "tests/program.h"
#include "tests/temporary_directory.h"
#include "toolkit/posix/descriptor.h"

namespace lode::cli {
namespace {

using testing::AllOf;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::Not;
using testing::SizeIs;

namespace fs = std::filesystem;

// A terminal, connected to a program's standard error, that records what is drawn.
class Terminal {
 public:
  explicit Terminal(unsigned short columns) {
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

  // Returns the frames drawn since the last call. Each begins where the lines before were erased.
  std::vector<std::string> NewFrames() {
    Read();
    std::vector<std::string> frames;
    for (std::size_t end = 0; (end = text_.find(kErase)) != std::string::npos;) {
      frames.push_back(text_.substr(0, end));
      text_.erase(0, end + std::string(kErase).size());
    }
    return frames;
  }

  // Returns all of it once the program has ended: what stays on the screen.
  std::string Rest() {
    Read();
    return text_.substr(text_.rfind(kErase) == std::string::npos
                            ? 0
                            : text_.rfind(kErase) + std::string(kErase).size());
  }

  const fs::path& name() const { return name_; }

 private:
  static constexpr char kErase[] = "\r\033[J";

  void Read() {
    pollfd polled{master_.get(), POLLIN, 0};
    std::array<char, 4096> buffer{};
    while (poll(&polled, 1, 0) > 0 && (polled.revents & POLLIN) != 0) {
      const ssize_t size = read(master_.get(), buffer.data(), buffer.size());
      if (size <= 0) { return; }
      text_.append(buffer.data(), static_cast<std::size_t>(size));
    }
  }

  posix::Descriptor master_, slave_;
  fs::path name_;
  std::string text_;
};

// Returns the widest line of a frame.
std::size_t WidthOf(std::string frame) {
  frame = frame.substr(0, frame.rfind("\033["));
  std::size_t widest = 0;
  for (std::string line : Lines(frame)) {
    std::erase(line, '\r');
    widest = std::max(widest, core::ColumnsOf(line));
  }
  return widest;
}

class ProgressTest : public testing::Test {
 protected:
  ProgressTest() {
    std::ofstream(directory_.path() / "p.toml")
        << "[pipeline]\nname = \"shown\"\n[space]\nuse = \"nb201\"\n"
           "[oracle]\nuse = \"faulty_oracle\"\nfault = \"nan\"\nevery = 5\n"
           "[reward]\nmetric = \"checksum\"\n[optimizer]\nuse = \"random\"\n"
           "[budget]\nsteps = 6\n";
  }

  std::vector<std::string> Running(const std::vector<std::string>& more) const {
    std::vector<std::string> words{
        "--plugin", LODE_BINARY_DIR "/tests/plugins/faulty_oracle.lode.so",
        "run",      Path("p.toml"),
        "--out",    Path("runs")};
    words.insert(words.end(), more.begin(), more.end());
    return words;
  }

  pid_t StartOn(const Terminal& terminal, const std::vector<std::string>& more) const {
    std::vector<std::string> words{LODE_BINARY_DIR "/bin/lode"};
    const std::vector<std::string> arguments = Running(more);
    words.insert(words.end(), arguments.begin(), arguments.end());
    return test::StartProcess(words, {{"TERM", "xterm"}, {"XDG_CACHE_HOME", Path("cache")}},
                              directory_.path(), Path("out"), terminal.name());
  }

  // Waits until a frame satisfies the condition, and returns it.
  template <class Condition>
  static std::string WaitForFrame(Terminal& terminal, Condition&& is_wanted) {
    std::string wanted;
    EXPECT_TRUE(WaitUntil([&] {
      for (const std::string& frame : terminal.NewFrames()) {
        wanted = is_wanted(frame) ? frame : wanted;
      }
      return !wanted.empty();
    }));
    return wanted;
  }

  // Waits for the program's end while reading the terminal, and returns its exit status.
  static int Finish(Terminal& terminal, pid_t child, std::vector<std::string>* frames = nullptr) {
    int status = 0;
    EXPECT_TRUE(WaitUntil([&] {
      for (std::string& frame : terminal.NewFrames()) {
        if (frames != nullptr) { frames->push_back(std::move(frame)); }
      }
      return waitpid(child, &status, WNOHANG) == child;
    }));
    return status;
  }

  static void Stop(pid_t child) {
    kill(child, SIGKILL);
    test::WaitForEnd(child);
  }

  std::string Path(const std::string& name) const { return (directory_.path() / name).string(); }

  const TemporaryDirectory directory_;
  const Program lode_{directory_.path()};
};

TEST_F(ProgressTest, WithoutATerminalRunsPrintNothingOneByOne) {
  const Outcome outcome = lode_.Run(Running({"--seeds", "24", "--progress", "1e9"}));
  EXPECT_EQ(outcome.status, 0) << outcome.err;
  const std::vector<std::string> lines = Lines(outcome.err);
  ASSERT_THAT(lines, SizeIs(1)) << outcome.err;
  EXPECT_THAT(lines[0], AllOf(HasSubstr("lode: 24/24 runs after "), HasSubstr(" failed")));
}

TEST_F(ProgressTest, WithoutATerminalALineComesNowAndThen) {
  const pid_t child =
      lode_.Start(Running({"--set", "oracle.delay_ms=20", "--set", "budget.steps=100000", "--set",
                           "execution.workers=2", "--progress", "0.05"}));
  const std::string file = Path("err-" + std::to_string(child));
  const auto said = [&] {
    std::ifstream in(file);
    return std::string(std::istreambuf_iterator<char>(in), {});
  };
  EXPECT_TRUE(WaitUntil([&] {
    return said().find("/2 workers busy") != std::string::npos &&
           said().find(" failed") != std::string::npos;
  }));
  EXPECT_THAT(said(), AllOf(HasSubstr("lode: "), HasSubstr("/100000 steps after 0:"),
                            Not(HasSubstr("\033"))));
  kill(child, SIGTERM);
  EXPECT_EQ(lode_.Finish(child).status, 130);
}

TEST_F(ProgressTest, CanBeTurnedOff) {
  EXPECT_EQ(lode_.Run(Running({"--progress", "0"})).err, "");
  Terminal terminal(80);
  EXPECT_EQ(Finish(terminal, StartOn(terminal, {"--fresh", "--progress", "0"})), 0);
  EXPECT_EQ(terminal.Rest(), "");
}

// Ended runs are counted, not listed.
TEST_F(ProgressTest, ManyShortRunsAreOneLine) {
  Terminal terminal(80);
  std::vector<std::string> frames;
  EXPECT_EQ(Finish(terminal, StartOn(terminal, {"--seeds", "40"}), &frames), 0);
  for (const std::string& frame : frames) {
    EXPECT_LE(WidthOf(frame), 79u) << frame;
    EXPECT_LE(std::count(frame.begin(), frame.end(), '\n'), 2)
        << frame;  // one for each run that takes long
  }
  EXPECT_THAT(terminal.Rest(), AllOf(HasSubstr("lode: 40/40 runs after "), HasSubstr(" failed")));
}

TEST_F(ProgressTest, LinesFitTheTerminalsNewWidth) {
  Terminal terminal(20);
  const pid_t child = StartOn(terminal, {"--seeds", "3", "--jobs", "2", "--set",
                                         "oracle.delay_ms=20", "--set", "budget.steps=1000000"});
  const auto shows_runs = [](const std::string& frame) {
    return frame.find("0/3 runs") != std::string::npos;
  };
  EXPECT_LE(WidthOf(WaitForFrame(terminal, shows_runs)), 19u);
  terminal.Resize(100);
  const std::string wide =
      WaitForFrame(terminal, [](const std::string& frame) { return WidthOf(frame) > 19; });
  EXPECT_LE(WidthOf(wide), 99u);
  EXPECT_THAT(wide, HasSubstr("[...................."));
  terminal.Resize(12);
  EXPECT_FALSE(WaitForFrame(terminal, [&](const std::string& frame) {
                 return shows_runs(frame) && WidthOf(frame) <= 11;
               }).empty());
  terminal.Resize(1);
  EXPECT_TRUE(WaitUntil([&] {
    const std::vector<std::string> frames = terminal.NewFrames();
    return !frames.empty() && WidthOf(frames.back()) == 0;
  }));
  Stop(child);
}

class WidthTest : public ProgressTest {
 protected:
  // Returns what a command prints on a terminal connected to its standard output.
  std::string PrintedOn(unsigned short columns, std::vector<std::string> arguments) const {
    Terminal terminal(columns);
    arguments.insert(arguments.begin(), LODE_BINARY_DIR "/bin/lode");
    const pid_t child =
        test::StartProcess(arguments, {{"TERM", "xterm"}, {"XDG_CACHE_HOME", Path("cache")}},
                           directory_.path(), terminal.name(), Path("err"));
    std::string text;
    int status = 0;
    EXPECT_TRUE(WaitUntil([&] {
      text = terminal.Rest();
      return waitpid(child, &status, WNOHANG) == child;
    }));
    EXPECT_EQ(status, 0);
    return terminal.Rest();
  }
};

TEST_F(WidthTest, TablesAndHelpAreWrappedAtTheTerminalsWidth) {
  ASSERT_EQ(lode_.Run(Running({})).status, 0);
  const auto letters = [](std::string text) {
    std::erase_if(text, [](char c) { return c == ' ' || c == '\n' || c == '\r'; });
    return text;
  };
  for (const std::vector<std::string>& command :
       std::vector<std::vector<std::string>>{{"--help"},
                                             {"help", "run"},
                                             {"run", "--help"},
                                             {"describe", "random"},
                                             {"plugins"},
                                             {"show", Path("runs")}}) {
    const std::string name = testing::PrintToString(command);
    const std::string file = lode_.Run(command).out;
    for (const unsigned short columns : std::array<unsigned short, 2>{20, 80}) {
      const std::string text = PrintedOn(columns, command);
      EXPECT_LE(WidthOf(text), columns) << name << "\n" << text;
      EXPECT_GE(letters(text).size(), letters(file).size()) << name << "\n" << text;
    }
    EXPECT_EQ(letters(PrintedOn(500, command)), letters(file)) << name;
    EXPECT_GT(WidthOf(file), 80u) << name;  // a file is not wrapped
  }
}

// A component's progress in a long call also arrives from its own process.
TEST_F(ProgressTest, LongCallsAreShownWhereverTheyAre) {
  std::ofstream(directory_.path() / "train.sh")
      << "printf '{\"progress\": 0.25, \"message\": \"epoch 3 of 12\"}\\n'\n"
         "while [ ! -e \"$1\" ]; do sleep 0.05; done\nprintf '{\"score\": 1}\\n'\n";
  const std::string oracle = "oracle={use=\"command\", command=[\"sh\", \"{program}\", \"" +
                             Path("go") +
                             "\"], program=\"train.sh\", maximize=[\"score\"], train=[\"score\"]}";
  for (const char* isolate : {"true", "all", "false"}) {
    Terminal terminal(100);
    const pid_t child =
        StartOn(terminal, {"--fresh", "--set", oracle, "--set", "reward.metric=score", "--set",
                           std::string("execution.isolate=") + isolate});
    const std::string frame = WaitForFrame(terminal, [](const std::string& f) {
      return f.find("epoch 3 of 12 25 %") != std::string::npos;
    });
    EXPECT_THAT(frame, HasSubstr("0/6 steps")) << isolate;
    std::ofstream(directory_.path() / "go") << "on";
    EXPECT_EQ(Finish(terminal, child), 0) << isolate;
    fs::remove(directory_.path() / "go");
  }
}

TEST_F(ProgressTest, APreparationShowsItsProgress) {
  std::ofstream(directory_.path() / "p.toml")
      << "[pipeline]\nname = \"shown\"\n[space]\nuse = \"nb201\"\n[[stage]]\nname = \"supernet\"\n"
         "[stage.oracle]\nuse = \"prepared_oracle\"\nsteps = 100000\ndelay_ms = 20\n"
         "[stage.execution]\nisolate = true\n";
  Terminal terminal(100);
  const pid_t child =
      StartOn(terminal, {"--plugin", LODE_BINARY_DIR "/tests/plugins/prepared_oracle.lode.so"});
  WaitForFrame(terminal, [](const std::string& frame) {
    return frame.find("preparing 0 %") != std::string::npos &&
           frame.find("training") != std::string::npos && frame.find(" left") != std::string::npos;
  });
  Stop(child);
}

// Wherever the oracle is: the search has not begun.
TEST_F(ProgressTest, ARunThatPreparesShowsThePreparation) {
  std::ofstream(directory_.path() / "p.toml")
      << "[pipeline]\nname = \"shown\"\n[space]\nuse = \"nb201\"\n"
         "[oracle]\nuse = \"prepared_oracle\"\nsteps = 100000\ndelay_ms = 20\n"
         "[reward]\nmetric = \"score\"\n[optimizer]\nuse = \"random\"\n"
         "[budget]\nsteps = 6\n";
  for (const char* setting : {"isolate=true", "isolate=\"all\"", "workers=2"}) {
    Terminal terminal(60);
    const pid_t child =
        StartOn(terminal, {"--plugin", LODE_BINARY_DIR "/tests/plugins/prepared_oracle.lode.so",
                           "--fresh", "--set", std::string("execution.") + setting});
    const std::string frame = WaitForFrame(terminal, [](const std::string& f) {
      return f.find("preparing 0 %") != std::string::npos && f.find(" left") != std::string::npos;
    });
    EXPECT_LE(WidthOf(frame), 59u) << frame;
    EXPECT_THAT(frame, Not(HasSubstr("0/6 steps"))) << setting;
    Stop(child);
  }
}

TEST_F(ProgressTest, EachWorkerHasItsCall) {
  std::ofstream(directory_.path() / "train.sh")
      << "printf '{\"progress\": 0.25, \"message\": \"epoch 3 of 12\"}\\n'\nsleep 1000\n";
  const std::string oracle =
      "oracle={use=\"command\", command=[\"sh\", \"{program}\"], program=\"train.sh\", "
      "maximize=[\"score\"], train=[\"score\"]}";
  for (const char* isolate : {"true", "false"}) {
    Terminal terminal(100);
    const pid_t child = StartOn(
        terminal, {"--fresh", "--set", oracle, "--set", "reward.metric=score", "--set",
                   "execution.workers=2", "--set", std::string("execution.isolate=") + isolate});
    const std::string frame = WaitForFrame(terminal, [](const std::string& f) {
      return f.find("worker 1: epoch 3 of 12 25 %") != std::string::npos;
    });
    EXPECT_THAT(frame, HasSubstr("2/2 workers busy")) << isolate;
    Stop(child);
  }
}

}  // namespace
}  // namespace lode::cli
