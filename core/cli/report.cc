// lode report: writes what runs found as a page to look at.
#include <algorithm>
#include <cstdio>
#include <iterator>
#include <memory>
#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "core/cli/command.h"
#include "core/cli/named_path.h"
#include "core/page/page.h"
#include "core/page/report_data.h"
#include "core/plugin/durable_file.h"
#include "core/plugin/error.h"
#include "core/plugin/text.h"
#include "core/report/shell_word.h"
#include "core/report/words.h"

namespace lode::cli {
namespace {

namespace fs = std::filesystem;

struct ReportOptions {
  std::vector<std::string> subjects;  // directories, maybe with a name before "="
  std::string out = "report.html";
  std::string format = "html";
};

core::GivenRuns RunsOf(const ReportOptions& options) {
  std::vector<core::GivenDirectory> given;
  std::ranges::transform(options.subjects, std::back_inserter(given), NamedPath);
  return core::GivenRuns(std::move(given));
}

std::string CommandOf(const ReportOptions& options) {
  std::string command = "lode report";
  for (const std::string& subject : options.subjects) { command += " " + core::ShellWord(subject); }
  return command;
}

std::string Format(const nlohmann::json& data, const std::string& format) {
  return format == "json" ? core::FormatJson(data, 2) + "\n" : core::FormatPage(data);
}

// Returns "3 searches, 30 runs".
std::string ContentsOf(const core::GivenRuns& given) {
  std::size_t runs = 0;
  for (const core::GivenSearch& search : given.searches()) { runs += search.directories.size(); }
  const std::size_t searches = given.searches().size();
  return std::to_string(searches) + (searches == 1 ? " search, " : " searches, ") +
         core::CountText(runs, "run");
}

void Write(const std::string& text, const ReportOptions& options, const core::GivenRuns& given) {
  if (options.out == "-") {
    std::fwrite(text.data(), 1, text.size(), stdout);
    return;
  }
  core::WriteFile(options.out, text);
  std::printf("%s: %s, %zu kB\n", PrintableLine(options.out).c_str(), ContentsOf(given).c_str(),
              (text.size() + 999) / 1000);
}

int Report(const ReportOptions& options, const GlobalOptions& global) {
  const core::GivenRuns given = RunsOf(options);
  const nlohmann::json data =
      core::ReportData(given, {.command = CommandOf(options), .plugins = global.plugins});
  Write(Format(data, options.format), options, given);
  for (const std::string& damage : given.damages()) {
    std::fprintf(stderr, "lode: %s\n", PrintableText(damage).c_str());
  }
  return given.damages().empty() ? kDone : kUsage;
}

}  // namespace

void AddReport(CLI::App& app, const GlobalOptions& global, Action& action) {
  auto* command = app.add_subcommand(
      "report",
      "Write a report of runs: one HTML file, to be read offline, with search curves, comparisons "
      "and the best architectures");
  auto options = std::make_shared<ReportOptions>();
  command
      ->add_option("RUN", options->subjects,
                   "Directories of runs (runs/NAME/TIME); NAME=DIR names a method")
      ->required()
      ->type_name("DIR");
  command->add_option("-o,--out", options->out, "The file to write; - is standard output")
      ->type_name("FILE")
      ->capture_default_str();
  command
      ->add_option("--format", options->format,
                   "The form: a page, or the numbers behind its figures")
      ->transform(CLI::IsMember({"html", "json"}, CLI::ignore_case))
      ->capture_default_str();
  command->callback([&global, &action, options] {
    action = [&global, options] { return Report(*options, global); };
  });
}

}  // namespace lode::cli
