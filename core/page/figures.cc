#include "core/page/figures.h"

#include <algorithm>
#include <charconv>
#include <optional>
#include <sstream>
#include <string_view>

#include "core/page/known_space.h"
#include "core/page/search_state.h"
#include "core/page/search_trials.h"
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

}  // namespace

std::string StateFigure(const GivenRuns& given, const std::vector<std::filesystem::path>& plugins,
                        std::size_t top) {
  const GivenSearch& search = given.searches().front();
  const KnownSpace known(search.directories.front(), plugins);
  const std::optional<SearchState> state =
      FindState(SearchSummary(*search.result), SearchTrials(search), known, top);
  if (!state) { throw HostError("no run has found anything, so there is no state to draw"); }
  std::vector<HeatMap> maps = {{"found by seed " + std::to_string(state->seed) + " in " +
                                    std::to_string(state->steps) + " steps",
                                MeanOf(state->found), state->found.front()}};
  if (!state->truth.empty()) {
    maps.push_back({"true top " + std::to_string(state->truth.size()), MeanOf(state->truth),
                    state->truth.front()});
  }
  return FormatHeatMaps(PrintableMatrices(known.space()), maps);
}

std::string BestFigure(const GivenRuns& given, const std::vector<std::filesystem::path>& plugins) {
  Stack stack;
  for (const GivenSearch& search : given.searches()) {
    const RunResult* run = BestRunOf(*search.result);
    if (run == nullptr) { continue; }
    const KnownSpace known(search.directories.front(), plugins);
    const std::string svg = known.Draw(run->best->architecture);
    if (!svg.empty()) { stack.Add(TitleOf(search, *run), svg); }
  }
  if (stack.is_empty()) { throw HostError("there is no architecture to draw"); }
  return stack.Document();
}

}  // namespace lode::core
