// lode check: verifies stored runs by their checksums. Needs no plugins.
#include <algorithm>
#include <cstdio>
#include <filesystem>
#include <memory>
#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "core/cli/command.h"
#include "core/cli/output_file.h"
#include "core/cli/terminal.h"
#include "core/run/check_runs.h"

namespace lode::cli {
namespace {

namespace fs = std::filesystem;
using core::RunCheck;

// "40 rows and policy"
std::string DescribeUnchecked(const RunCheck& check) {
  std::string text = check.unchecked_rows > 0 ? std::to_string(check.unchecked_rows) + " rows" : "";
  for (const std::string& file : check.unchecked_files) {
    text += (text.empty() ? "" : ", ") + file;
  }
  return text;
}

std::string Verdict(const RunCheck& check) {
  if (!check.damages.empty()) { return "damaged"; }
  if (!check.is_checked()) {
    return "no damage found, but these have no checksums, since an earlier version wrote them: " +
           DescribeUnchecked(check);
  }
  return check.has_begun ? "intact" : "intact, not begun";
}

void PrintText(const std::vector<RunCheck>& checks) {
  for (const RunCheck& check : checks) {
    PrintWrapped(check.directory.string() + ": " + Verdict(check) + "\n");
    for (const std::string& damage : check.damages) { PrintWrapped("  " + damage + "\n"); }
  }
}

void PrintJson(const std::vector<RunCheck>& checks) {
  nlohmann::json out = nlohmann::json::array();
  for (const RunCheck& check : checks) {
    out.push_back({{"directory", check.directory.string()},
                   {"begun", check.has_begun},
                   {"rows", check.rows},
                   {"rows_without_checksum", check.unchecked_rows},
                   {"files_without_checksum", check.unchecked_files},
                   {"damages", check.damages}});
  }
  std::printf("%s\n", out.dump(2, ' ', false, nlohmann::json::error_handler_t::replace).c_str());
}

int Check(const fs::path& directory, bool json) {
  const std::vector<RunCheck> checks = core::CheckRuns(directory);
  if (json) {
    PrintJson(checks);
  } else {
    PrintText(checks);
  }
  const bool is_intact =
      std::ranges::all_of(checks, [](const RunCheck& check) { return check.damages.empty(); });
  return is_intact ? kDone : kFindings;
}

}  // namespace

void AddCheck(CLI::App& app, const GlobalOptions&, Action& action) {
  auto* command = app.add_subcommand(
      "check", "Check stored runs for damage: all files and rows carry checksums");
  auto directory = std::make_shared<fs::path>();
  command
      ->add_option("RUN", *directory, "The directory of a run or of several runs (runs/NAME/TIME)")
      ->required()
      ->type_name("DIR");
  auto* json = command->add_flag("--json")->description("Print the findings as JSON");
  AddOutput(*command);
  command->footer("\nExit status: 0 no damage, 1 damage, 2 bad usage.");
  command->callback([&action, directory, json] {
    action = [directory, json] { return Check(*directory, json->count() > 0); };
  });
}

}  // namespace lode::cli
