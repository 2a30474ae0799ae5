#include "plugins/oracles/command/protocol.h"

#include <algorithm>
#include <array>
#include <lode/text.hpp>
#include <nlohmann/json.hpp>
#include <set>
#include <span>
#include <utility>

namespace command {
namespace {

using Json = nlohmann::ordered_json;

constexpr std::size_t kMaxLine = std::size_t{64} << 10;
constexpr std::size_t kMaxOutput = std::size_t{16} << 20;
constexpr std::size_t kTail = 4 << 10;
constexpr std::size_t kShown = 300;
constexpr std::array<std::string_view, 3> kReserved = {"progress", "message", "log"};

Json ToJson(const lode::Matrix& matrix, std::span<const std::uint8_t> cells) {
  Json rows = Json::array();
  for (std::size_t r = 0; r < matrix.rows(); ++r) {
    rows.push_back(cells.subspan(r * matrix.columns(), matrix.columns()));
  }
  return {{"name", matrix.name},
          {"rows", matrix.rows()},
          {"columns", matrix.columns()},
          {"row_labels", matrix.row_labels},
          {"column_labels", matrix.column_labels},
          {"cells", std::move(rows)}};
}

Json ToJson(const lode::Space& space, lode::ArchitectureView architecture) {
  Json matrices = Json::array();
  for (const lode::Matrix& matrix : space.matrices()) {
    matrices.push_back(ToJson(matrix, architecture.first(matrix.cells())));
    architecture = architecture.subspan(matrix.cells());
  }
  return matrices;
}

Json ToJson(const lode::Graph& graph) {
  Json nodes = Json::array(), edges = Json::array();
  for (const auto& [group, label] : graph.nodes) {
    nodes.push_back({{"group", group}, {"label", label}});
  }
  for (const auto& [from, to, label] : graph.edges) {
    edges.push_back({{"from", from}, {"to", to}, {"label", label}});
  }
  return {{"nodes", std::move(nodes)}, {"edges", std::move(edges)}};
}

const char* NameOf(lode_split split) {
  constexpr std::array<const char*, 4> kNames = {"none", "train", "validation", "test"};
  return kNames.at(static_cast<std::size_t>(split));
}

Json ToJson(const std::vector<lode::Metric>& metrics) {
  Json list = Json::array();
  for (const lode::Metric& m : metrics) {
    list.push_back({{"name", m.name},
                    {"unit", m.unit},
                    {"direction", m.direction == LODE_MAXIMIZE ? "maximize" : "minimize"},
                    {"split", NameOf(m.split)},
                    {"dataset", m.dataset}});
  }
  return list;
}

// Describes a value that should have been a number. Lists and objects are not written out: they may
// nest so deeply that this would overflow the stack.
std::string Seen(const Json& value) {
  return value.is_structured() ? std::string("as ") + value.type_name() : lode::Quote(value.dump());
}

// Parses a line of JSON. JSON does not define what a duplicate name in an object means, and
// libraries take one value or the other: such a name is noted in `twice`. The result is discarded
// if the line is not JSON.
Json ParseLine(const std::string& line, std::string& twice) {
  std::vector<std::set<std::string>> names;  // of the open objects
  const auto note = [&](int, Json::parse_event_t event, Json& parsed) {
    if (event == Json::parse_event_t::object_start) { names.emplace_back(); }
    if (event == Json::parse_event_t::object_end) { names.pop_back(); }
    if (event == Json::parse_event_t::key &&
        !names.back().insert(parsed.get<std::string>()).second) {
      twice = parsed.get<std::string>();
    }
    return true;
  };
  return Json::parse(line, note, /*allow_exceptions=*/false);
}

bool IsBlank(std::string_view text) {
  return text.find_first_not_of(" \t\r\n") == std::string_view::npos;
}

// Returns what is wrong with a line of progress; "" if nothing.
std::string ProgressFault(const Json& object) {
  for (const auto& [name, value] : object.items()) {
    if (name == "message" ? !value.is_string() : name != "progress") {
      return "has " + lode::Quote(name) + " next to \"progress\", expected \"message\", a text";
    }
  }
  const Json& fraction = object["progress"];
  if (!fraction.is_number() || fraction.get<double>() < 0 || fraction.get<double>() > 1) {
    return "has the progress " + Seen(fraction) + ", expected a number from 0 to 1";
  }
  return "";
}

std::string MetricFault(const Json& object, const std::vector<lode::Metric>& metrics) {
  std::vector<std::string> names;
  names.reserve(metrics.size());
  for (const lode::Metric& metric : metrics) { names.push_back(metric.name); }
  for (const auto& [name, value] : object.items()) {
    if (std::find(names.begin(), names.end(), name) == names.end()) {
      return "has " + lode::Quote(name) + ", which is not a metric of the pipeline (nearest: " +
             lode::Quote(lode::Nearest(name, names)) + ")";
    }
    if (!value.is_number()) {
      return "has the " + name + " " + Seen(value) + ", expected a finite number";
    }
  }
  for (const std::string& name : names) {
    if (!object.contains(name)) { return "lacks the metric " + lode::Quote(name); }
  }
  return "";
}

// Python writes NaN and Infinity, which are not JSON.
std::string HintFor(std::string_view line) {
  const auto has = [&](std::string_view word) { return line.find(word) != std::string_view::npos; };
  return has("NaN") || has("Infinity") ? "; a metric is a finite number"
                                       : "; output that is not an answer belongs on standard error";
}

}  // namespace

std::uint32_t SeedOf(const lode::Query& query) {
  return static_cast<std::uint32_t>(query.seed & 0x7fffffffu);
}

std::string FormatRequest(const lode::Space& space, const lode::Query& query,
                          const std::vector<lode::Metric>& metrics,
                          const std::filesystem::path& directory) {
  Json request = {{"architecture", space.Format(query.architecture)},
                  {"matrices", ToJson(space, query.architecture)}};
  if (space.HasGraph()) { request["graph"] = ToJson(space.Graph(query.architecture)); }
  request["seed"] = SeedOf(query);
  request["fidelity"] = query.fidelity;
  request["metrics"] = ToJson(metrics);
  if (!directory.empty()) { request["directory"] = directory.string(); }
  return request.dump(-1, ' ', false, Json::error_handler_t::replace) + "\n";
}

void CheckNames(const std::vector<lode::Metric>& metrics) {
  for (const lode::Metric& metric : metrics) {
    if (std::find(kReserved.begin(), kReserved.end(), metric.name) != kReserved.end()) {
      throw lode::InvalidError("a metric is called " + lode::Quote(metric.name) +
                               ", which has another meaning in the program's output");
    }
  }
}

void Answer::Add(std::string_view bytes) {
  size_ += bytes.size();
  if (size_ > kMaxOutput) { throw lode::IoError("standard output exceeds 16 MiB"); }
  for (std::size_t end; (end = bytes.find('\n')) != std::string_view::npos;) {
    line_ += bytes.substr(0, end);
    bytes.remove_prefix(end + 1);
    TakeLine();
  }
  line_ += bytes;
  if (line_.size() > kMaxLine) { TakeLine(); }
}

void Answer::TakeLine() {
  ++line_number_;
  if (line_.size() > kMaxLine) { Fail("is longer than 64 KiB: " + lode::Quote(line_)); }
  const std::string line = std::exchange(line_, "");
  if (IsBlank(line)) { return; }
  std::string twice;
  const Json object = ParseLine(line, twice);
  if (object.is_discarded() || !object.is_object()) {
    Fail(std::string(object.is_discarded() ? "is not JSON: " : "is not a JSON object: ") +
         lode::Quote(line, 80) + HintFor(line));
  }
  if (!twice.empty()) { Fail("has " + lode::Quote(twice) + " twice: " + lode::Quote(line, 80)); }
  if (!values_.empty()) { Fail("comes after the metrics: " + lode::Quote(line, 80)); }
  if (object.contains("progress")) {
    if (const std::string fault = ProgressFault(object); !fault.empty()) { Fail(fault); }
    host_.Progress(object["progress"], lode::PrintableLine(object.value("message", "")).c_str());
  } else if (object.contains("log")) {
    if (object.size() > 1 || !object["log"].is_string()) {
      Fail("is not a log line, an object with only a text named \"log\": " + lode::Quote(line, 80));
    }
    host_.Log(LODE_INFO, lode::PrintableLine(object["log"].get<std::string>()));
  } else {
    if (const std::string fault = MetricFault(object, metrics_); !fault.empty()) { Fail(fault); }
    for (const lode::Metric& metric : metrics_) { values_.push_back(object[metric.name]); }
  }
}

void Answer::Fail(const std::string& what) const {
  throw lode::IoError("standard output line " + std::to_string(line_number_) + " " + what);
}

void ErrorLog::Add(std::string_view bytes) {
  const std::string_view kept = bytes.substr(0, room_);
  file_ << kept;
  if (room_ > 0 && room_ <= bytes.size()) { file_ << "\n[the rest is not kept]\n"; }
  room_ -= kept.size();
  file_.flush();  // so that it can be read while the program runs
  tail_ += bytes.substr(bytes.size() - std::min(bytes.size(), kTail));
  tail_.erase(0, tail_.size() - std::min(tail_.size(), kTail));
  LogLines(bytes);
}

void ErrorLog::LogLines(std::string_view bytes) {
  while (!bytes.empty()) {
    const std::size_t end = bytes.find_first_of("\r\n");
    line_ += bytes.substr(0, end);
    bytes.remove_prefix(end == std::string_view::npos ? bytes.size() : end + 1);
    if (end != std::string_view::npos || line_.size() > kTail) { LogLine(); }
  }
}

void ErrorLog::LogLine() {
  const std::string line = std::exchange(line_, "");
  if (!IsBlank(line)) { host_.Log(LODE_DEBUG, lode::PrintableLine(line)); }
}

std::string ErrorLog::LastLine() const {
  const std::size_t last = tail_.find_last_not_of(" \t\r\n");
  if (last == std::string::npos) { return ""; }
  const std::size_t before = tail_.find_last_of("\r\n", last);
  const std::size_t first = before == std::string::npos ? 0 : before + 1;
  std::string_view line = std::string_view(tail_).substr(first, last + 1 - first);
  line.remove_prefix(std::min(line.find_first_not_of(" \t"), line.size()));
  return ": " + lode::PrintableLine(line.substr(0, kShown)) + (line.size() > kShown ? "..." : "");
}

}  // namespace command
