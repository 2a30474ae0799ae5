// The program: parses the command line, runs the subcommand, and turns exceptions into one line and
// an exit status.
#include <CLI/CLI.hpp>
#include <cstdio>
#include <exception>
#include <sstream>
#include <string>

#include "core/cli/command.h"
#include "core/cli/component_end.h"
#include "core/cli/exit_guard.h"
#include "core/cli/manual.h"
#include "core/cli/output_file.h"
#include "core/cli/standard_output.h"
#include "core/cli/terminal.h"
#include "core/cli/usage_error.h"
#include "core/config/diagnostic.h"
#include "core/exec/make_executor.h"
#include "core/exec/processors.h"
#include "core/plugin/component_call.h"
#include "core/plugin/crash.h"
#include "core/plugin/doing.h"
#include "core/plugin/log.h"
#include "core/plugin/text.h"

namespace lode::cli {
namespace {

std::string Description() {
  std::ostringstream text;
  text << kSummary << "\n\n";
  for (const Topic& example : kExamples) {
    CLI::detail::format_help(text, example.term, example.text, 61);
  }
  return text.str();
}

std::string Footer() {
  std::string text;
  for (const StatusTopic& topic : kExitStatuses) {
    text +=
        (text.empty() ? "\nExit status: " : ", ") + std::to_string(topic.status) + " " + topic.text;
  }
  return text + ".";
}

int ReportError(const std::exception& error) {
  std::fprintf(stderr, "lode: %s\n", PrintableText(error.what()).c_str());
  return kUsage;
}

// Prints the mistakes with their locations and source excerpts.
int ReportMistakes(const core::ConfigError& error) {
  std::string text;
  for (const core::Diagnostic& mistake : error.diagnostics()) {
    text += (text.empty() ? "" : "\n") + core::FormatDiagnostic(mistake);
    text += mistake.excerpt.empty() ? "" : "\n" + mistake.excerpt;
  }
  std::fprintf(stderr, "lode: %s\n", PrintableText(text).c_str());
  return kUsage;
}

// Returns the context for errors that do not state their own: "run search.toml --seeds 3".
std::string WhatWasTyped(int argc, char** argv) {
  constexpr std::size_t kMost = 200;
  std::string text;
  for (int i = 1; i < argc; ++i) { text.append(i > 1 ? " " : "").append(argv[i]); }
  return text.size() <= kMost ? text : text.substr(0, kMost) + "...";
}

// Ranks above 0 only evaluate, and do not repeat the output of rank 0.
int ServeAsRank(const CLI::App& app, const GlobalOptions& global) {
  return app.got_subcommand("run") || app.got_subcommand("resume") || app.got_subcommand("compare")
             ? core::ServeRank(core::ThisProgram(global.plugins))
             : kDone;
}

// Prints the output of --help and --version.
int Answer(const CLI::App& app, const CLI::Success& asked) {
  std::ostringstream text;
  const int status = app.exit(asked, text, text);
  PrintWrapped(text.str());
  return status;
}

int Do(const Action& action) {
  OutputFile output;
  const int status = action();
  output.Finish();
  return status;
}

void AddCommands(CLI::App& app, const GlobalOptions& global, Action& action) {
  AddRun(app, global, action);
  AddResume(app, global, action);
  AddValidate(app, global, action);
  AddPlugins(app, global, action);
  AddDescribe(app, global, action);
  AddShow(app, global, action);
  AddRuns(app, global, action);
  AddWatch(app, global, action);
  AddServe(app, global, action);
  AddCompare(app, global, action);
  AddReport(app, global, action);
  AddCheck(app, global, action);
  AddNew(app, global, action);
  AddVerify(app, global, action);
  AddImport(app, global, action);
  AddHelp(app, global, action);
  AddCompletion(app, global, action);
  AddComplete(app, global, action);
  AddMan(app, global, action);
  AddWorker(app, global, action);
}

int Main(int argc, char** argv) {
  CLI::App app(Description());
  app.footer(Footer());
  app.require_subcommand(0, 1);
  app.ignore_case();
  app.set_version_flag("-V,--version", LODE_VERSION);
  GlobalOptions global;
  app.add_option("--plugin", global.plugins,
                 "A plugin file, or a directory of plugins, to use besides the installed ones")
      ->type_name("FILE")
      ->allow_extra_args(false);
  bool verbose = false;
  app.add_flag("-v,--verbose", verbose, "Print more messages");
  app.fallthrough();

  Action action;
  AddCommands(app, global, action);
  const bool is_rank = core::MpiRank() > 0;
  try {
    app.parse(argc, argv);
  } catch (const CLI::Success& asked) {  // --help, --version
    return is_rank ? kDone : Answer(app, asked);
  } catch (const CLI::ParseError& error) {
    if (is_rank) { return kUsage; }
    std::fprintf(stderr, "lode: %s\n", UsageError(app, error).c_str());
    return kUsage;
  }
  if (!action) {
    std::fprintf(stderr, "lode: a subcommand is required (try lode --help)\n");
    return kUsage;
  }
  core::SetLogLevel(verbose ? LODE_DEBUG : LODE_INFO);
  const core::CrashStack stack;
  app.got_subcommand("worker") ? core::LeaveCrashesToHost() : core::NameCrashes(SayOfComponent);
  try {
    return core::Doing(WhatWasTyped(argc, argv),
                       [&] { return is_rank ? ServeAsRank(app, global) : Do(action); });
  } catch (const core::ConfigError& error) {
    return ReportMistakes(error);
  } catch (const std::exception& error) { return ReportError(error); }
}

}  // namespace
}  // namespace lode::cli

int main(int argc, char** argv) {
  lode::cli::OpenStandardStreams();
  lode::core::WaitPassively();
  lode::cli::GuardExit();
  lode::core::OnLostThread(lode::cli::EndAsFailure);
  return lode::cli::Returning(lode::cli::CloseStandardOutput(lode::cli::Main(argc, argv)));
}
