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
#include "core/cli/passing_line.h"
#include "core/page/figures.h"
#include "core/page/page.h"
#include "core/page/report_data.h"
#include "core/page/report_tables.h"
#include "core/plugin/durable_file.h"
#include "core/plugin/error.h"
#include "core/plugin/text.h"
#include "core/report/convert_svg.h"
#include "core/report/shell_word.h"
#include "core/report/words.h"

namespace lode::cli {
namespace {

namespace fs = std::filesystem;

struct ReportOptions {
  std::vector<std::string> subjects;  // directories, maybe with a name before "="
  std::string out;                    // "": report with the suffix of the format
  std::string format;                 // "": that of `out` for a figure, html for a report
  std::string figure;                 // the only one to draw, or ""
  std::size_t top = 64;
  int width = 480, dots = 300;
};

const std::vector<std::string> kTexts = {"html", "json", "text", "md", "tex", "csv"};
const std::vector<std::string> kPictures = {"svg", "png", "pdf"};

bool IsPicture(const std::string& format) {
  return std::ranges::find(kPictures, format) != kPictures.end();
}

// Returns the format that was asked for in one way or another.
std::string FormatOf(const ReportOptions& options) {
  if (options.figure.empty()) { return options.format.empty() ? "html" : options.format; }
  const std::string suffix = fs::path(options.out).extension().string();
  if (options.format.empty()) {
    return IsPicture(suffix.substr(suffix.empty() ? 0 : 1)) ? suffix.substr(1) : "svg";
  }
  if (!IsPicture(options.format)) {
    throw core::HostError("a figure is drawn as svg, png or pdf, not as " + options.format);
  }
  return options.format;
}

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

core::ReportOptions DataOptions(const ReportOptions& options, const GlobalOptions& global) {
  const auto line = std::make_shared<PassingLine>();
  const auto show = [line](std::size_t place, std::size_t of) {
    line->Show("reading search " + std::to_string(place) + " of " + std::to_string(of));
  };
  return {.command = CommandOf(options),
          .plugins = global.plugins,
          .top = options.top,
          .listener = show};
}

std::string Format(const core::GivenRuns& given, const ReportOptions& options,
                   const GlobalOptions& global) {
  if (options.format == "csv") { return core::ReportCsv(given); }
  if (options.format == "text") { return core::ReportText(given); }
  if (options.format == "md") { return core::ReportMarkdown(given); }
  if (options.format == "tex") { return core::ReportLatex(given); }
  const nlohmann::json data = core::ReportData(given, DataOptions(options, global));
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

void Write(const std::string& text, const ReportOptions& options, const std::string& contents) {
  if (options.out == "-") {
    std::fwrite(text.data(), 1, text.size(), stdout);
    return;
  }
  const std::string name = options.figure.empty() ? "report" : options.figure;
  const std::string suffix = options.format == "text" ? "txt" : options.format;
  const std::string out = options.out.empty() ? name + "." + suffix : options.out;
  core::WriteFile(out, text);
  std::printf("%s: %s, %zu kB\n", PrintableLine(out).c_str(), contents.c_str(),
              (text.size() + 999) / 1000);
}

std::string Picture(core::Figures& figures, const std::string& name, const ReportOptions& options) {
  return core::ConvertSvg(figures.Draw(name, options.width), core::PictureFormatOf(options.format),
                          options.dots);
}

// Writes each figure into a file of a directory. What cannot be drawn is not there, and why.
void WriteAll(core::Figures& figures, const ReportOptions& options) {
  if (options.out == "-") {
    throw core::HostError("all figures do not fit into standard output; name one with --figure");
  }
  const fs::path directory = options.out.empty() ? "report" : options.out;
  core::MakeDirectories(directory);
  for (const std::string& name : figures.Usual()) {
    const std::string file = (directory / (name + "." + options.format)).string();
    try {
      core::WriteFile(file, Picture(figures, name, options));
      std::printf("%s\n", PrintableLine(file).c_str());
    } catch (const core::NothingToDraw& e) {
      std::printf("%s is not drawn: %s\n", PrintableLine(file).c_str(), e.what());
    }
  }
}

void WriteReport(const core::GivenRuns& given, const ReportOptions& options,
                 const GlobalOptions& global) {
  const std::string contents = ContentsOf(given);
  if (!IsPicture(options.format)) {
    return Write(Format(given, options, global), options, contents);
  }
  core::Figures figures(given, DataOptions(options, global));
  if (options.figure.empty()) { return WriteAll(figures, options); }
  Write(Picture(figures, options.figure, options), options, contents);
}

int Report(ReportOptions options, const GlobalOptions& global) {
  options.format = FormatOf(options);
  const core::GivenRuns given = RunsOf(options);
  if (given.searches().empty()) {
    throw core::HostError(
        "no run has ended, so there is nothing to report; `lode show` has the progress");
  }
  WriteReport(given, options, global);
  for (const std::string& run : given.unfinished()) {
    std::fprintf(stderr, "lode: not ended, so not shown: %s\n", PrintableText(run).c_str());
  }
  for (const std::string& damage : given.damages()) {
    std::fprintf(stderr, "lode: %s\n", PrintableText(damage).c_str());
  }
  return given.damages().empty() ? kDone : kUsage;
}

// Options of pictures.
void AddPictureOptions(CLI::App& command, ReportOptions& options) {
  command
      .add_option("--figure", options.figure,
                  "Only one figure, as SVG, PNG or PDF: curves, front, importance, parallel, "
                  "trials, distribution, time, state (as in Figure 2 of L2NAS's paper), best (as "
                  "in its Figure 3); an unknown name lists all")
      ->type_name("NAME");
  command
      .add_option("--top", options.top,
                  "How many of the best architectures the picture of the state is the mean of")
      ->check(CLI::Range(1, 10000))
      ->type_name("K")
      ->capture_default_str();
  command
      .add_option("--width", options.width,
                  "The width of charts, in pixels, of which an inch has 96: letters of 12 pixels "
                  "are 9 points high")
      ->check(CLI::Range(200, 4000))
      ->type_name("PIXELS")
      ->capture_default_str();
  command.add_option("--dpi", options.dots, "The resolution of PNG files, in dots per inch")
      ->check(CLI::Range(24, 2400))
      ->type_name("DOTS")
      ->capture_default_str();
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
      ->add_option("-o,--out", options->out,
                   "The file to write (default: report.html, report.csv, curves.svg, ...), or the "
                   "directory of all figures (report); - is standard output")
      ->type_name("FILE");
  std::vector<std::string> formats = kTexts;
  formats.insert(formats.end(), kPictures.begin(), kPictures.end());
  command
      ->add_option("--format", options->format,
                   "The form: a page (html, the default), the numbers behind it (json), its tables "
                   "(text, md, tex), a line for each run (csv), or its figures (svg, png, pdf), "
                   "each in a file of a directory")
      ->transform(CLI::IsMember(formats, CLI::ignore_case));
  AddPictureOptions(*command, *options);
  command->callback([&global, &action, options] {
    action = [&global, options] { return Report(*options, global); };
  });
}

}  // namespace lode::cli
