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
#include "core/page/figures.h"
#include "core/page/page.h"
#include "core/page/report_data.h"
#include "core/page/report_tables.h"
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
  std::string out;                    // "": report with the suffix of the format
  std::string format = "html";
  std::string figure;  // the only one to draw, as SVG; or ""
  std::size_t top = 64;
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

std::string Format(const core::GivenRuns& given, const ReportOptions& options,
                   const GlobalOptions& global) {
  if (options.figure == "state") { return core::StateFigure(given, global.plugins, options.top); }
  if (options.figure == "best") { return core::BestFigure(given, global.plugins); }
  if (options.format == "csv") { return core::ReportCsv(given); }
  if (options.format == "text") { return core::ReportText(given); }
  if (options.format == "md") { return core::ReportMarkdown(given); }
  if (options.format == "tex") { return core::ReportLatex(given); }
  const nlohmann::json data = core::ReportData(
      given, {.command = CommandOf(options), .plugins = global.plugins, .top = options.top});
  return options.format == "json" ? core::FormatJson(data, 2) + "\n" : core::FormatPage(data);
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
  const std::string suffix = !options.figure.empty()    ? "svg"
                             : options.format == "text" ? "txt"
                                                        : options.format;
  const std::string out = options.out.empty() ? "report." + suffix : options.out;
  core::WriteFile(out, text);
  std::printf("%s: %s, %zu kB\n", PrintableLine(out).c_str(), ContentsOf(given).c_str(),
              (text.size() + 999) / 1000);
}

int Report(const ReportOptions& options, const GlobalOptions& global) {
  const core::GivenRuns given = RunsOf(options);
  if (given.searches().empty()) {
    throw core::HostError(
        "no run has ended, so there is nothing to report; `lode show` has the progress");
  }
  Write(Format(given, options, global), options, given);
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
  command
      ->add_option(
          "-o,--out", options->out,
          "The file to write (default: report.html, report.csv, ...); - is standard output")
      ->type_name("FILE");
  command
      ->add_option("--top", options->top,
                   "How many of the best architectures the picture of the state is the mean of")
      ->check(CLI::Range(1, 10000))
      ->type_name("K")
      ->capture_default_str();
  command
      ->add_option("--format", options->format,
                   "The form: a page (html), the numbers behind it (json), its tables (text, md, "
                   "tex), or a line for each run (csv)")
      ->transform(CLI::IsMember({"html", "json", "text", "md", "tex", "csv"}, CLI::ignore_case))
      ->capture_default_str();
  command
      ->add_option("--figure", options->figure,
                   "Draw only one figure, as SVG: the state that the first search had reached, "
                   "beside the truth, or the best architecture of each search")
      ->transform(CLI::IsMember({"state", "best"}, CLI::ignore_case))
      ->excludes(command->get_option("--format"));
  command->callback([&global, &action, options] {
    action = [&global, options] { return Report(*options, global); };
  });
}

}  // namespace lode::cli
