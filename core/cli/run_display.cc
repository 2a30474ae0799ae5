#include "core/cli/run_display.h"

#include <cstdio>
#include <cstdlib>

#include "core/cli/exit_guard.h"
#include "core/cli/interruption.h"
#include "core/plugin/log.h"
#include "core/plugin/text.h"
#include "core/report/progress_line.h"
#include "core/report/result_words.h"

namespace lode::cli {
namespace {

// The time that current trials have to end after an interruption.
constexpr auto kPatience = std::chrono::milliseconds(1800);

bool IsWell(const core::RunResult& result) {
  return result.ending == core::Ending::kBudget || result.ending == core::Ending::kStalled ||
         (result.ending == core::Ending::kInterrupted && Interruption().is_cancelled());
}

}  // namespace

void RunDisplay::OnStageStarted(const core::StageStarted& stage) {
  CatchSignals();
  interrupted_since_.reset();
  runs_.assign(stage.run_count, nullptr);
  display_.emplace(std::string(stage.pipeline), stage.run_count, progress_seconds_);
}

void RunDisplay::OnStageFinished(const core::StageFinished& stage) {
  if (!stage.left_out.empty()) {
    Print("stage " + std::string(stage.stage) + ": not measured: " + PrintableLine(stage.left_out));
  } else if (stage.is_unchanged) {
    Print("stage " + std::string(stage.stage) + ": unchanged, not run again");
  } else if (!stage.prepared.empty()) {
    Print(std::string(stage.prepared) + ": prepared in " + core::FormatDuration(stage.seconds));
  }
  display_.reset();
}

void RunDisplay::OnStarted(const core::RunStarted& run) {
  runs_[run.run.index] = &display_->Begin(run.run.title, run.run.search->pipeline.budget);
}

void RunDisplay::OnActivity(const core::RunActivity& activity) {
  runs_[activity.run.index]->OnActivity(activity);
}

void RunDisplay::OnProgress(const core::RunProgress& progress) {
  runs_[progress.run.index]->OnProgress(progress);
}

void RunDisplay::OnTrial(const core::RunTrial& trial) { runs_[trial.run.index]->OnTrial(trial); }

void RunDisplay::OnFinished(const core::RunFinished& run) {
  const std::string line =
      core::DescribeEnded(run.run.title, run.result, run.metrics[run.reward_metric],
                          run.reward_metric, run.run.search->pipeline.reward.result);
  display_->End(*runs_[run.run.index], run.was_there, line);
  if (display_->run_count() > 1) {
    core::Log(IsWell(run.result) ? LODE_DEBUG : LODE_WARNING, line);
  }
}

// Prints nothing for a fatal failure: the program ends with its message.
void RunDisplay::OnFailed(const core::RunFailed& run) {
  if (const core::TrackedRun* shown = runs_[run.run.index]) { display_->Drop(*shown); }
  if (run.kind == core::RunFailed::Kind::kLost) {
    Print(run.run.title + ": " + std::string(run.reason));
  }
}

void RunDisplay::OnWarning(const core::RunWarning& warning) {
  switch (warning.kind) {
    case core::RunWarning::Kind::kNotice:
      return Print(PrintableText(warning.text));
    case core::RunWarning::Kind::kHint:
      return core::Log(LODE_INFO, warning.text);
    case core::RunWarning::Kind::kWarning:
      return core::Log(LODE_WARNING, warning.text);
  }
}

// Abandons an evaluation that ignores an interruption: stored trials are on the disk by then, and
// the current trial is lost in any case.
void RunDisplay::OnIdle() {
  using Clock = std::chrono::steady_clock;
  if (!Interruption().is_cancelled()) { return; }
  if (!interrupted_since_) {
    interrupted_since_ = Clock::now();
  } else if (Clock::now() - *interrupted_since_ >= kPatience) {
    std::fprintf(stderr, "lode: abandoned the current evaluation; `lode resume` continues\n");
    Leave(InterruptionStatus());
  }
}

void RunDisplay::Print(const std::string& line) {
  if (display_) {
    display_->Print("lode: " + line);
  } else {
    std::fprintf(stderr, "lode: %s\n", line.c_str());
  }
}

}  // namespace lode::cli
