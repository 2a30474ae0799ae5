// lode verify: checks a plugin against the rules of the SDK.
#include "core/verify/verify.h"

#include <unistd.h>

#include <algorithm>
#include <cstdio>
#include <memory>
#include <nlohmann/json.hpp>

#include "core/cli/command.h"
#include "core/cli/output_file.h"
#include "core/cli/terminal.h"
#include "core/plugin/index.h"
#include "core/plugin/text.h"
#include "core/verify/rules.h"

namespace lode::cli {
namespace {

using nlohmann::json;
using verify::Report;

struct VerifyOptions {
  verify::Request request;
  double patience = 60;
  bool json = false;
  bool rules = false;
};

std::string ResultOf(const Report& report) {
  if (!report.findings.empty()) {
    const std::size_t count = report.findings.size();
    return std::to_string(count) + (count == 1 ? " finding" : " findings");
  }
  return report.skipped.empty() ? "clean" : "not checked: " + report.skipped;
}

// Prints each report as it arrives, and on a terminal the current activity.
class ReportPrinter : public verify::Observer {
 public:
  explicit ReportPrinter(bool reports) : reports_(reports) {}

  void OnDoing(const std::string& title, const std::string& what) override {
    if (terminal_) { std::fprintf(stderr, "\r\x1b[K%s: %.60s", title.c_str(), what.c_str()); }
  }
  void OnReport(const Report& report) override {
    if (terminal_) { std::fprintf(stderr, "\r\x1b[K"); }
    if (!reports_) { return; }
    std::printf("%-32s %s (%zu checks, %.1f s)\n", report.title.c_str(), ResultOf(report).c_str(),
                report.checks, report.seconds);
    for (const verify::Finding& f : report.findings) {
      PrintWrapped("  " + f.rule + "\n      done: " + f.done + "\n      seen: " + f.seen + "\n");
    }
    std::fflush(stdout);
  }

 private:
  const bool reports_;
  const bool terminal_ = isatty(STDERR_FILENO) != 0;
};

void PrintJson(const std::vector<Report>& reports) {
  json out = json::array();
  for (const Report& r : reports) {
    json findings = json::array();
    for (const verify::Finding& f : r.findings) {
      findings.push_back({{"rule", f.rule}, {"done", f.done}, {"seen", f.seen}});
    }
    out.push_back({{"subject", r.title},
                   {"checks", r.checks},
                   {"seconds", r.seconds},
                   {"skipped", r.skipped},
                   {"findings", findings}});
  }
  std::printf("%s\n", core::FormatJson(out, 2).c_str());
}

int PrintRules() {
  constexpr std::size_t kIdWidth = 27;
  for (const verify::Rule& rule : verify::Rules()) {
    const std::size_t padding = rule.id.size() < kIdWidth ? kIdWidth - rule.id.size() : 0;
    PrintWrapped(std::string(rule.id) + std::string(padding, ' ') + "  " +
                 std::string(rule.sentence) + "\n");
  }
  std::printf("\nNot checked:\n");
  for (const std::string_view sentence : verify::Unchecked()) {
    PrintWrapped(std::string(sentence) + "\n");
  }
  return kDone;
}

// Returns installed plugins that provide a space and load quickly.
std::vector<std::filesystem::path> Companions(const GlobalOptions& global) {
  const core::PluginIndex index(core::MakeSearchPath(global.plugins), core::IndexCacheFile());
  std::vector<std::filesystem::path> files;
  for (const core::PluginDeclaration& plugin : index.plugins()) {
    const bool has_space = std::ranges::count(plugin.components, lode_kind{LODE_SPACE},
                                              &core::ComponentDeclaration::kind) > 0;
    const bool slow = std::ranges::any_of(plugin.components, [](const auto& c) {
      return (c.capabilities & LODE_CAP_USES_TORCH) != 0;
    });
    if (has_space && !slow) { files.push_back(plugin.file); }
  }
  return files;
}

int RunVerify(VerifyOptions& options, const GlobalOptions& global) {
  if (options.rules) { return PrintRules(); }
  verify::Request& request = options.request;
  request.file = std::filesystem::absolute(request.file);
  request.companions = Companions(global);
  request.patience = std::chrono::milliseconds(static_cast<int>(options.patience * 1000));
  ReportPrinter printer(!options.json);
  const std::vector<Report> reports = verify::Verify(request, printer);
  if (options.json) { PrintJson(reports); }
  const bool clean =
      std::ranges::all_of(reports, [](const Report& r) { return r.findings.empty(); });
  return clean ? kDone : kFindings;
}

}  // namespace

void AddVerify(CLI::App& app, const GlobalOptions& global, Action& action) {
  auto* command = app.add_subcommand(
      "verify", "Check a plugin against the rules of the SDK, each component in its own process");
  auto options = std::make_shared<VerifyOptions>();
  auto* file = command->add_option("PLUGIN", options->request.file, "A plugin file, NAME.lode.so");
  auto* component = command->add_option("--component", options->request.component,
                                        "Check only the component with this id");
  command
      ->add_option("--set", options->request.settings,
                   "Set a parameter of the component: NAME=VALUE, e.g. --set table=latencies.csv")
      ->allow_extra_args(false)
      ->needs(component);
  command
      ->add_option(
          "--patience", options->patience,
          "Seconds after which a component counts as hanging if no call ends and it reports "
          "no new progress")
      ->check(CLI::Range(0.1, 86400.0))
      ->capture_default_str();
  command->add_flag("--json", options->json, "Print the findings as JSON");
  auto* rules = command->add_flag("--rules", options->rules, "List the rules and exit");
  AddOutput(*command);
  command->footer(
      "\nA component with a parameter that must be set is only checked with --component and "
      "--set.\n"
      "Exit status: 0 no findings, 1 findings, 2 bad usage.");
  command->callback([&global, &action, options, file, rules] {
    if (file->count() == 0 && rules->count() == 0) { throw CLI::RequiredError("PLUGIN"); }
    action = [&global, options] { return RunVerify(*options, global); };
  });
}

}  // namespace lode::cli
