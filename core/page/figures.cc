#include "core/page/figures.h"

#include <algorithm>
#include <charconv>
#include <nlohmann/json.hpp>
#include <optional>
#include <sstream>
#include <string_view>
#include <utility>

#include "core/page/known_space.h"
#include "core/page/search_state.h"
#include "core/page/search_trials.h"
#include "core/plugin/declaration.h"
#include "core/plugin/error.h"
#include "core/plugin/text.h"
#include "core/report/best_runs.h"
#include "core/report/escape_xml.h"
#include "core/report/heat_map.h"
#include "core/report/words.h"

namespace lode::core {
namespace {

constexpr std::size_t kTitleHeight = 28, kTitleBase = 20, kCharacter = 8;

std::vector<lode::Matrix> PrintableMatrices(const lode::Space& space) {
  std::vector<lode::Matrix> matrices = space.matrices();
  for (lode::Matrix& matrix : matrices) {
    for (std::string& label : matrix.row_labels) { label = PrintableLine(label); }
    for (std::string& label : matrix.column_labels) { label = PrintableLine(label); }
  }
  return matrices;
}

// Returns a number of an attribute of a document's first element.
std::size_t SizeOf(std::string_view svg, std::string_view attribute) {
  const std::size_t at = svg.find(attribute) + attribute.size();
  std::size_t size = 0;
  std::from_chars(svg.data() + at, svg.data() + svg.size(), size);
  return size;
}

// Puts documents one above the other, each with a title.
class Stack {
 public:
  void Add(const std::string& title, const std::string& svg) {
    body_ << "<text x=\"20\" y=\"" << height_ + kTitleBase << "\" font-weight=\"bold\">"
          << EscapeXml(title) << "</text>\n<svg y=\"" << height_ + kTitleHeight << "\""
          << svg.substr(std::string_view("<svg").size());
    height_ += kTitleHeight + SizeOf(svg, " height=\"");
    width_ = std::max({width_, SizeOf(svg, " width=\""), title.size() * kCharacter + 40});
  }

  bool is_empty() const { return height_ == 0; }

  std::string Document() const {
    std::ostringstream out;
    out << "<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"" << width_ << "\" height=\""
        << height_ << "\" viewBox=\"0 0 " << width_ << " " << height_
        << "\" font-family=\"sans-serif\" font-size=\"14\">\n<rect width=\"100%\" height=\"100%\" "
           "fill=\"#fff\"/>\n"
        << body_.str() << "</svg>\n";
    return out.str();
  }

 private:
  std::ostringstream body_;
  std::size_t width_ = 0, height_ = 0;
};

// Returns "ofa-l2nas: 84.62 predicted_accuracy, seed 2".
std::string TitleOf(const GivenSearch& search, const RunResult& run) {
  const std::string& name = search.from->name.empty() ? search.pipeline().name : search.from->name;
  const std::string point = PointText(*search.result->search);
  const std::size_t metric = RewardMetricIndex(*search.result);
  return name + (point.empty() ? "" : " " + point) + ": " +
         NamedMetric(search.result->metrics[metric], run.best->metrics[metric]) + ", seed " +
         std::to_string(run.seed);
}

// Returns "state", or "state-2" if there are several searches.
std::string StateName(std::size_t search, std::size_t searches) {
  return searches == 1 ? "state" : std::string("state-").append(std::to_string(search + 1));
}

}  // namespace

Figures::Figures(const GivenRuns& given, ReportOptions options)
    : given_(given), options_(std::move(options)) {}

Charts& Figures::charts() {
  if (!charts_) {
    charts_ = std::make_unique<Charts>(ReportData(given_, options_));
    options_.listener = {};  // all is read
  }
  return *charts_;
}

std::vector<std::string> Figures::Usual() {
  std::vector<std::string> names;
  for (const Chart& chart : charts().list()) {
    if (chart.is_usual) { names.push_back(chart.name); }
  }
  for (std::size_t i = 0; i < given_.searches().size(); ++i) {
    names.push_back(StateName(i, given_.searches().size()));
  }
  names.emplace_back("best");
  return names;
}

std::string Figures::Draw(const std::string& name, int width) {
  if (name == "best") { return Best(); }
  const std::size_t searches = given_.searches().size();
  for (std::size_t i = 0; i < searches; ++i) {
    if (name == StateName(i, searches) || (i == 0 && name == "state")) { return State(i); }
  }
  const std::vector<Chart>& list = charts().list();
  for (std::size_t i = 0; i < list.size(); ++i) {
    if (name == list[i].name || name == list[i].short_name) { return charts().Draw(i, width); }
  }
  RefuseName(name);
}

void Figures::RefuseName(const std::string& name) {
  const std::vector<std::string> names = Usual();
  std::string known;
  for (const std::string& each : names) { known += (known.empty() ? "" : ", ") + each; }
  throw HostError("there is no figure '" + PrintableLine(name) + "'; there is " + known +
                  DidYouMean(name, names));
}

std::string Figures::State(std::size_t position) const {
  const GivenSearch& search = given_.searches()[position];
  const KnownSpace known(search.directories.front(), options_.plugins);
  const std::optional<SearchState> state =
      FindState(SearchSummary(*search.result), SearchTrials(search), known, options_.top);
  if (!state) { throw NothingToDraw("no run has found anything, so there is no state to draw"); }
  std::vector<HeatMap> maps = {{"found by seed " + std::to_string(state->seed) + " in " +
                                    std::to_string(state->steps) + " steps",
                                MeanOf(state->found), state->found.front()}};
  if (!state->truth.empty()) {
    maps.push_back({"true top " + std::to_string(state->truth.size()), MeanOf(state->truth),
                    state->truth.front()});
  }
  return FormatHeatMaps(PrintableMatrices(known.space()), maps);
}

std::string Figures::Best() const {
  Stack stack;
  for (const GivenSearch& search : given_.searches()) {
    const RunResult* run = BestRunOf(*search.result);
    if (run == nullptr) { continue; }
    const KnownSpace known(search.directories.front(), options_.plugins);
    const std::string svg = known.Draw(run->best->architecture);
    if (!svg.empty()) { stack.Add(TitleOf(search, *run), svg); }
  }
  if (stack.is_empty()) { throw NothingToDraw("there is no architecture to draw"); }
  return stack.Document();
}

}  // namespace lode::core
