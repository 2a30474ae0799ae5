// lode watch: shows runs while other processes execute them.
#include <signal.h>

#include <algorithm>
#include <cstdio>
#include <filesystem>
#include <map>
#include <memory>
#include <string>
#include <system_error>

#include "core/cli/command.h"
#include "core/cli/screen.h"
#include "core/cli/taken_signals.h"
#include "core/cli/terminal.h"
#include "core/cli/watch_view.h"
#include "core/live/live_state.h"
#include "core/live/watched_directory.h"
#include "core/plugin/error.h"
#include "core/report/columns.h"
#include "core/report/words.h"

namespace lode::cli {
namespace {

namespace fs = std::filesystem;

constexpr char kUsualDirectory[] = "runs";
constexpr double kPause = 1;    // seconds between frames
constexpr double kSilence = 3;  // seconds without activity after which nothing more is expected

struct WatchOptions {
  fs::path directory{kUsualDirectory};
  bool once = false;
  double seconds = 30;  // between lines if there is no terminal
};

void StopFor(Screen& screen) {
  screen.Leave();
  raise(SIGSTOP);
  screen.Enter();
}

// Shows frames until a signal ends it.
void WatchOnScreen(core::WatchedDirectory& watched) {
  const TakenSignals signals{SIGINT, SIGTERM, SIGHUP, SIGTSTP, SIGWINCH};
  Screen screen;
  for (int signal = 0; !Ends(signal); signal = signals.Take(kPause)) {
    if (signal == SIGTSTP) { StopFor(screen); }
    if (signal != SIGWINCH) { watched.Refresh(core::UnixTime()); }
    screen.Show(WatchFrame(watched, OutputSize(), OutputHasColors()));
  }
}

// Prints a line for each run that is there, or stands otherwise than before.
class ChangePrinter {
 public:
  void Print(const core::WatchedDirectory& watched) {
    for (const core::WatchedRun& run : watched.runs()) {
      const auto [at, is_new] = standings_.try_emplace(run.directory(), run.standing());
      if (!is_new && at->second == run.standing()) { continue; }
      at->second = run.standing();
      std::printf("%s\n", WatchLine(run, core::kUnlimited).c_str());
    }
    std::fflush(stdout);
  }

 private:
  std::map<fs::path, core::Standing> standings_;
};

void PrintSummary(const core::WatchedDirectory& watched) {
  std::printf("%s\n", WatchSummary(watched).c_str());
  std::fflush(stdout);
}

// Prints lines until nothing runs anymore, or a signal ends it.
void WatchInLines(core::WatchedDirectory& watched, double seconds) {
  const TakenSignals signals{SIGINT, SIGTERM, SIGHUP};
  ChangePrinter changes;
  double silence = 0, since_summary = seconds;
  for (int signal = 0; !Ends(signal) && silence < kSilence; signal = signals.Take(kPause)) {
    watched.Refresh(core::UnixTime());
    changes.Print(watched);
    silence = watched.IsActive() ? 0 : silence + kPause;
    since_summary += kPause;
    if (watched.IsActive() && since_summary >= seconds) {
      PrintSummary(watched);
      since_summary = 0;
    }
  }
  PrintSummary(watched);
}

void PrintFrame(const core::WatchedDirectory& watched) {
  constexpr std::size_t kEnough = 1000000;  // rows
  const std::size_t columns = std::min<std::size_t>(OutputWidth(), 200);
  for (const std::string& line : WatchFrame(watched, {columns, kEnough}, OutputHasColors())) {
    std::printf("%s\n", line.c_str());
  }
}

int Watch(const WatchOptions& options) {
  std::error_code error;
  if (!fs::is_directory(options.directory, error) && options.directory != kUsualDirectory) {
    throw core::HostError(options.directory.string() + ": is not a directory");
  }
  core::WatchedDirectory watched(options.directory);
  if (options.once) {
    watched.Refresh(core::UnixTime());
    PrintFrame(watched);
  } else if (OutputIsScreen()) {
    WatchOnScreen(watched);
    PrintSummary(watched);
  } else {
    WatchInLines(watched, options.seconds);
  }
  return kDone;
}

}  // namespace

void AddWatch(CLI::App& app, const GlobalOptions&, Action& action) {
  auto* command = app.add_subcommand(
      "watch",
      "Show runs while other processes execute them: the best so far and its curve, rates, "
      "the time left, workers, failures. Ctrl-C stops watching, not the runs. Without a "
      "terminal, lines are printed until nothing runs anymore");
  auto options = std::make_shared<WatchOptions>();
  command->add_option("DIR", options->directory, "A directory of runs, or a run (default: runs)")
      ->type_name("DIR");
  command->add_flag("--once", options->once, "Print the current state and exit");
  command
      ->add_option("--progress", options->seconds,
                   "Time between lines if standard output is not a terminal (default: 30)")
      ->type_name("SECONDS")
      ->check(CLI::Range(0.0, 1e9));
  command->callback([&action, options] { action = [options] { return Watch(*options); }; });
}

}  // namespace lode::cli
