// The subcommands of `lode`. Each adds its options to the command line and sets `action`.
#pragma once

#include <CLI/CLI.hpp>
#include <filesystem>
#include <functional>
#include <stdexcept>
#include <string>
#include <vector>

namespace lode::cli {

// Documented in `lode --help` and configs/README.md.
enum ExitStatus {
  kDone = 0,
  kFindings = 1,
  kUsage = 2,
  kRunFailed = 3,
  kOutOfTime = 4,
  kInterrupted = 130
};

// Options of all subcommands.
struct GlobalOptions {
  std::vector<std::filesystem::path> plugins;  // --plugin
};

// Run by main once the command line is parsed. Returns an ExitStatus. May throw core::HostError and
// core::ConfigError, which mean kUsage.
using Action = std::function<int()>;

void AddRun(CLI::App& app, const GlobalOptions& global, Action& action);
void AddResume(CLI::App& app, const GlobalOptions& global, Action& action);
void AddValidate(CLI::App& app, const GlobalOptions& global, Action& action);
void AddPlugins(CLI::App& app, const GlobalOptions& global, Action& action);
void AddDescribe(CLI::App& app, const GlobalOptions& global, Action& action);
void AddShow(CLI::App& app, const GlobalOptions& global, Action& action);
void AddRuns(CLI::App& app, const GlobalOptions& global, Action& action);
void AddWatch(CLI::App& app, const GlobalOptions& global, Action& action);
void AddServe(CLI::App& app, const GlobalOptions& global, Action& action);
void AddCompare(CLI::App& app, const GlobalOptions& global, Action& action);
void AddReport(CLI::App& app, const GlobalOptions& global, Action& action);
void AddCheck(CLI::App& app, const GlobalOptions& global, Action& action);
void AddNew(CLI::App& app, const GlobalOptions& global, Action& action);
void AddVerify(CLI::App& app, const GlobalOptions& global, Action& action);
void AddImport(CLI::App& app, const GlobalOptions& global, Action& action);
void AddHelp(CLI::App& app, const GlobalOptions& global, Action& action);
void AddCompletion(CLI::App& app, const GlobalOptions& global, Action& action);
// Hidden: for shells and the build.
void AddComplete(CLI::App& app, const GlobalOptions& global, Action& action);
void AddMan(CLI::App& app, const GlobalOptions& global, Action& action);
// Hidden: for the program itself.
void AddWorker(CLI::App& app, const GlobalOptions& global, Action& action);

}  // namespace lode::cli
