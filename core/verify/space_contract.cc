#include "core/verify/space_contract.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <limits>
#include <lode/plugin.hpp>
#include <set>
#include <span>
#include <sstream>
#include <string>
#include <thread>
#include <unordered_set>
#include <utility>
#include <vector>

#include "core/verify/draws_contract.h"
#include "core/verify/meanwhile.h"
#include "core/verify/metric_list.h"
#include "core/verify/space_probe.h"

namespace lode::verify {
namespace {

constexpr float kHuge = 3e38f;
constexpr float kDenormal = std::numeric_limits<float>::denorm_min();
constexpr float kInfinity = std::numeric_limits<float>::infinity();
constexpr float kNoNumber = std::numeric_limits<float>::quiet_NaN();
constexpr std::size_t kWalkLimit = 100'000;
constexpr std::size_t kSampleCount = 300;
constexpr std::size_t kRoundTrips = 100'000;

class SpaceContract {
 public:
  SpaceContract(const Subject& subject, bool draws, Findings& findings)
      : space_(subject.space(), findings), draws_(draws), findings_(findings) {}

  void Check() {
    Do("reading its matrices", &SpaceContract::CheckMatrices);
    if (space_.cells() == 0) return;
    CheckSize();
    Do("discretizing actions", &SpaceContract::CheckDiscretize);
    Do("discretizing actions that are not finite", &SpaceContract::CheckNotFinite);
    Do("sampling", &SpaceContract::CheckSample);
    if (samples_.size() < kSampleCount) return;
    Do("formatting and parsing", &SpaceContract::CheckRoundTrip);
    Do("parsing mangled texts", &SpaceContract::CheckMangledText);
    Do("formatting bytes that are not an architecture", &SpaceContract::CheckInvalidBytes);
    CheckOptionalFunctions();
    if (draws_) CheckDraws(space_, samples_, findings_);
    Do("computing metrics", &SpaceContract::CheckMetrics);
    Do("calling from four threads at once", &SpaceContract::CheckThreads);
  }

 private:
  void Do(const char* what, void (SpaceContract::*check)()) {
    const auto doing = findings_.Do(what);
    (this->*check)();
  }
  bool Require(bool holds, std::string_view rule, const std::string& seen) {
    return findings_.Require(holds, rule, seen);
  }

  void CheckOptionalFunctions() {
    if (space_.CanListNeighbours()) Do("listing neighbors", &SpaceContract::CheckNeighbours);
    if (space_.CanMutate()) Do("mutating", &SpaceContract::CheckMutate);
    if (space_.CanCrossover()) Do("crossing pairs", &SpaceContract::CheckCrossover);
    if (space_.HasCanonical()) Do("finding representatives", &SpaceContract::CheckCanonical);
    if (space_.CanResample()) Do("resampling", &SpaceContract::CheckResample);
    if (space_.HasGraph()) Do("drawing", &SpaceContract::CheckGraph);
  }

  std::string Text(const Bytes& architecture) {
    return "'" + space_.Format(architecture).value_or("(no architecture)") + "'";
  }

  // ---- shape

  void CheckMatrices() {
    const std::uint32_t count = space_.api().matrix_count(space_.instance());
    Require(count >= 1, "space.matrices", "there is none");
    std::set<std::string> names;
    for (std::uint32_t m = 0; m < count; ++m) CheckMatrix(m, names);
    Newer<lode_matrix> beyond;
    const Newer<lode_matrix> before = beyond;
    const lode_status status =
        space_.api().matrix(space_.instance(), count, &beyond.value, nullptr);
    Require(status != LODE_OK, "space.matrices", "there is a matrix past the last");
    Require(beyond.SameBytes(before), "outputs.untouched", "matrix failed and changed its output");
  }

  void CheckMatrix(std::uint32_t index, std::set<std::string>& names) {
    const std::string title = "matrix " + std::to_string(index);
    Newer<lode_matrix> out;
    ErrorBuffer error;
    const lode_status status =
        space_.api().matrix(space_.instance(), index, &out.value, error.get());
    if (!Require(status == LODE_OK, "space.matrices", title + ": " + error.message())) return;
    Require(out.intact(), "outputs.bounds", title + ": wrote past the fields of this version");
    const lode_matrix& m = out.value;
    const bool named = m.name != nullptr && *m.name != '\0';
    Require(!named || IsPrintableLine(m.name), "text.printable",
            title + "'s name has control characters, or is not UTF-8");
    Require(m.rows >= 1 && m.columns >= 1, "space.matrices", title + " has no cells");
    Require(named && names.insert(m.name).second, "space.matrices",
            title + " has no name of its own");
    CheckLabels(m.row_labels, m.rows, title + ", rows");
    CheckLabels(m.column_labels, m.columns, title + ", columns");
  }

  void CheckLabels(const char* const* labels, std::uint32_t count, const std::string& title) {
    if (labels == nullptr) return findings_.Add("space.matrices", title + " have no labels");
    std::set<std::string> seen;
    for (std::uint32_t i = 0; i < count; ++i) {
      const bool labeled = labels[i] != nullptr && *labels[i] != '\0';
      Require(!labeled || IsPrintableLine(labels[i]), "text.printable",
              title + ": label " + std::to_string(i) + " has control characters, or is not UTF-8");
      Require(labeled && seen.insert(labels[i]).second, "space.matrices",
              title + ": label " + std::to_string(i) + " is empty or not the only one");
    }
  }

  void CheckSize() {
    const double size = space_.Log10Size();
    const double most = static_cast<double>(space_.cells()) * math::Log10(2.0) + 1e-9;
    Require(size >= 0 && size <= most, "space.log10_size",
            std::to_string(size) + " is not in [0, " + std::to_string(most) + "]");
  }

  // ---- discretize

  std::vector<std::vector<float>> Actions() const {
    const std::size_t n = space_.cells();
    std::vector<std::vector<float>> list;
    for (const float fill : {0.0f, -0.0f, 0.5f, 1.0f, -1.0f, kHuge, -kHuge, kDenormal, -kDenormal})
      list.emplace_back(n, fill);
    test::RandomStream stream(1, "actions");
    const Random random(stream.handle());
    for (const double scale : {1.0, 1e-42, 6e38}) {
      for (int i = 0; i < 200; ++i) {
        auto& action = list.emplace_back(n);
        const double shift = i % 2 == 0 ? 0 : -0.5;
        for (float& cell : action)
          cell = static_cast<float>(scale * (random.Uniform() / 2 + shift / 2));
      }
    }
    static constexpr std::array kSpecial = {0.0f, -0.0f, 1.0f, -1.0f, kHuge, -kHuge, kDenormal};
    for (int i = 0; i < 500; ++i) {
      auto& action = list.emplace_back(n);
      for (float& cell : action) cell = kSpecial[random.Below(kSpecial.size())];
    }
    return list;
  }

  void CheckDiscretize() {
    for (const std::vector<float>& action : Actions()) {
      const std::vector<float> before = action;
      const auto architecture = space_.Discretize(action);
      if (!Require(architecture.has_value(), "space.discretize", "refuses a finite action"))
        continue;
      Require(SameBits(before, action), "space.discretize", "changes the action");
      if (Require(space_.IsValid(*architecture), "space.discretize.valid",
                  "gives bytes that are not an architecture: " + Text(*architecture)))
        CheckIdempotent(*architecture);
    }
  }

  void CheckIdempotent(const Bytes& architecture) {
    const std::vector<float> as_action(architecture.begin(), architecture.end());
    const auto again = space_.Discretize(as_action);
    Require(again == architecture, "space.discretize.idempotent",
            Text(architecture) + " as an action becomes " + (again ? Text(*again) : "an error"));
  }

  void CheckNotFinite() {
    for (const float bad : {kNoNumber, kInfinity, -kInfinity}) {
      for (const std::size_t cell : {std::size_t{0}, space_.cells() / 2, space_.cells() - 1}) {
        std::vector<float> action(space_.cells(), 0.25f);
        action[cell] = bad;
        const bool refused = !space_.Discretize(action) && space_.status() == LODE_E_INVALID;
        Require(refused, "space.discretize.finite",
                "does not refuse " + std::to_string(bad) + " in cell " + std::to_string(cell) +
                    " as invalid");
      }
    }
  }

  // ---- sample

  void CheckSample() {
    for (std::uint64_t seed = 0; seed < kSampleCount; ++seed) {
      const auto architecture = space_.Sample(seed);
      if (!Require(architecture.has_value(), "space.sample", "fails")) return;
      if (!Require(space_.IsValid(*architecture), "space.sample",
                   "gives bytes that are not an architecture"))
        return;
      samples_.push_back(*architecture);
    }
    for (const Bytes& sample : samples_) CheckIdempotent(sample);
    const BytesSet distinct(samples_.begin(), samples_.end());
    Require(space_.Log10Size() < 0.3 || distinct.size() > 1, "space.sample",
            "always draws the same architecture");
  }

  // ---- format and parse

  void CheckRoundTrip() {
    const bool walk = space_.CanListNeighbours() &&
                      space_.Log10Size() <= math::Log10(static_cast<double>(kWalkLimit));
    CheckFullTextSink();
    const std::vector<Bytes> list = walk ? Walk() : Draw();
    std::unordered_set<std::string> texts;
    for (const Bytes& architecture : list) {
      const auto text = space_.Format(architecture);
      if (!Require(text.has_value(), "space.format", "refuses an architecture of the space"))
        continue;
      Require(!text->empty() && text->find('\n') == std::string::npos, "space.format",
              "is empty or has a line break: '" + *text + "'");
      Require(IsPrintableLine(*text), "text.printable",
              "'" + *text + "' has control characters, or is not UTF-8");
      Require(space_.Parse(*text) == architecture, "space.round_trip",
              "parse does not return the architecture that '" + *text + "' was written for");
      Require(texts.insert(*text).second, "space.round_trip",
              "'" + *text + "' is the text of two architectures");
    }
    if (walk) {
      const double size = math::Log10(static_cast<double>(list.size()));
      Require(std::abs(size - space_.Log10Size()) < 1e-6, "space.log10_size",
              "a walk over neighbors finds " + std::to_string(list.size()) + " architectures");
    }
  }

  // Returns every architecture that mutations reach from the first sample.
  std::vector<Bytes> Walk() {
    std::vector<Bytes> list = {samples_.front()};
    BytesSet met = {samples_.front()};
    for (std::size_t at = 0; at < list.size() && list.size() < 2 * kWalkLimit; ++at) {
      const Bytes from = list[at];
      const auto neighbours = space_.Neighbours(from);
      if (!Require(neighbours.has_value(), "space.neighbours", "fails for " + Text(from))) break;
      for (const Bytes& neighbour : *neighbours) {
        if (met.insert(neighbour).second) list.push_back(neighbour);
      }
    }
    return list;
  }

  std::vector<Bytes> Draw() {
    test::RandomStream stream(3, "round trip");
    BytesSet distinct;
    Bytes architecture(space_.cells());
    for (std::size_t i = 0; i < kRoundTrips; ++i) {
      space_.api().sample(space_.instance(), stream.handle(), architecture.data(), nullptr);
      distinct.insert(architecture);
    }
    return {distinct.begin(), distinct.end()};
  }

  // parse may accept other spellings of an architecture, but must read the whole text: one that
  // differs from `original` by more than white space must be refused or be another architecture.
  void CheckText(const std::string& text, const Bytes* original = nullptr, bool blank = false) {
    const auto architecture = space_.Parse(text);
    if (architecture) {
      if (!Require(space_.IsValid(*architecture), "space.parse",
                   "turns '" + text + "' into bytes that are not an architecture"))
        return;
      Require(blank || original == nullptr || *architecture != *original, "space.parse",
              "does not read all of '" + text + "'");
    } else {
      Require(space_.status() == LODE_E_INVALID, "space.parse",
              "refuses '" + text + "' with another status than invalid");
    }
  }

  void CheckMangledText() {
    for (const char* text : {"", " ", "\n", "not an architecture", "\xff\xfe"})
      Require(!space_.Parse(text), "space.parse", "accepts '" + std::string(text) + "'");
    for (std::size_t i = 0; i < 10; ++i) CheckMangled(samples_[i]);
    CheckText(std::string(1 << 20, '1'));
  }

  void CheckMangled(const Bytes& sample) {
    const std::string text = *space_.Format(sample);
    for (const char* between : {"", " ", "\t", "\n"}) {
      for (const std::string& more : {text, std::string("x"), std::string("0"), std::string("#")})
        CheckText(std::string(text).append(between).append(more), &sample);
    }
    using namespace std::string_literals;
    for (const std::string& more :
         {text + "#", "#" + text, text + "\0"s, text + "\0x"s, text + "\x01"})
      Require(!space_.Parse(more), "space.parse", "accepts '" + more + "'");
    for (std::size_t at = 0; at < text.size(); ++at) {
      CheckText(text.substr(0, at), &sample);
      CheckText(text.substr(0, at) + text.substr(at + 1), &sample, IsBlank(text[at]));
      for (const char c : {'#', '0', '9', 'z', '\0', '\x80'}) {
        std::string mangled = text;
        mangled[at] = c;
        CheckText(mangled, &sample, c == text[at]);
      }
    }
  }

  static bool IsBlank(char c) { return c == ' ' || c == '\t'; }

  // Bytes that format accepts are an architecture, so parse must return them.
  void CheckBytes(const Bytes& bytes) {
    const auto text = space_.Format(bytes);
    if (text) {
      Require(std::ranges::max(bytes) <= 1 && space_.Parse(*text) == bytes, "space.format",
              "writes '" + *text + "' for bytes that are not an architecture");
    } else {
      Require(space_.status() == LODE_E_INVALID, "space.format",
              "refuses bytes with another status than invalid");
    }
  }

  void CheckInvalidBytes() {
    for (const int fill : {0, 1, 2, 255})
      CheckBytes(Bytes(space_.cells(), static_cast<std::uint8_t>(fill)));
    for (std::size_t i = 0; i < 20; ++i) {
      for (std::size_t cell = 0; cell < space_.cells(); ++cell) {
        Bytes bytes = samples_[i];
        bytes[cell] ^= 1;
        CheckBytes(bytes);
        bytes[cell] = 2;
        CheckBytes(bytes);
      }
    }
  }

  // ---- neighbors, mutate, crossover

  void CheckNeighbours() {
    for (std::size_t i = 0; i < 30; ++i) {
      const Bytes& from = samples_[i];
      const auto list = space_.Neighbours(from);
      if (!Require(list.has_value(), "space.neighbours", "fails for " + Text(from))) return;
      Require(space_.Neighbours(from) == list, "determinism", "neighbours changes its order");
      const BytesSet distinct(list->begin(), list->end());
      Require(distinct.size() == list->size(), "space.neighbours",
              "repeats a neighbor of " + Text(from));
      Require(!distinct.contains(from), "space.neighbours",
              "lists " + Text(from) + " as its own neighbor");
      for (const Bytes& neighbour : *list) CheckNeighbour(from, neighbour);
    }
    CheckFullSink();
  }

  void CheckNeighbour(const Bytes& from, const Bytes& neighbour) {
    if (!Require(neighbour.size() == space_.cells(), "space.neighbours",
                 "writes " + std::to_string(neighbour.size()) + " bytes at a time"))
      return;
    if (!Require(space_.IsValid(neighbour), "space.neighbours",
                 "lists bytes that are not an architecture"))
      return;
    const auto back = space_.Neighbours(neighbour);
    Require(back && std::ranges::count(*back, from) == 1, "space.neighbours",
            Text(neighbour) + " is a neighbor of " + Text(from) + ", but not vice versa");
  }

  void CheckFullTextSink() {
    const lode_sink sink{nullptr,
                         [](void*, const void*, std::size_t) -> lode_status { return LODE_E_IO; }};
    const lode_status status =
        space_.api().format(space_.instance(), samples_.front().data(), sink, nullptr);
    Require(status != LODE_OK, "space.format", "succeeds although its sink reported an error");
  }

  // A failing sink must end the listing with an error.
  void CheckFullSink() {
    const auto list = space_.Neighbours(samples_.front());
    if (!list || list->size() < 2) return;
    int writes = 0;
    const lode_sink sink{&writes, [](void* ctx, const void*, std::size_t) -> lode_status {
                           ++*static_cast<int*>(ctx);
                           return LODE_E_IO;
                         }};
    const lode_status status =
        space_.api().neighbours(space_.instance(), samples_.front().data(), sink, nullptr);
    Require(status != LODE_OK && writes == 1, "space.neighbours",
            "continues after its sink reported an error");
  }

  void CheckMutate() {
    const bool hardly_any = space_.Log10Size() < 0.4;  // there may be only one child or none
    if (hardly_any && !space_.CanListNeighbours()) return;
    for (std::size_t i = 0; i < 30; ++i) {
      const Bytes& parent = samples_[i];
      BytesSet neighbours;
      if (space_.CanListNeighbours()) {
        const auto list = space_.Neighbours(parent).value_or(std::vector<Bytes>{});
        neighbours.insert(list.begin(), list.end());
        if (neighbours.empty()) continue;
      }
      BytesSet children;
      for (std::uint64_t seed = 0; seed < 40; ++seed) {
        const auto child = space_.Mutate(seed, parent);
        if (!Require(child.has_value(), "space.mutate", "fails for " + Text(parent))) return;
        children.insert(*child);
        CheckChild(parent, *child, neighbours);
      }
      Require(neighbours.size() == 1 || children.size() > 1, "space.mutate",
              "makes only one child of " + Text(parent));
    }
  }

  void CheckChild(const Bytes& parent, const Bytes& child, const BytesSet& neighbours) {
    const std::string pair = Text(parent) + " -> " + Text(child);
    if (!Require(space_.IsValid(child), "space.mutate", "gives bytes that are not an architecture"))
      return;
    Require(child != parent, "space.mutate", "changes nothing in " + Text(parent));
    Require(neighbours.empty() || neighbours.contains(child), "space.mutate",
            pair + " is not in the list of neighbors");
    std::set<std::size_t> matrices, rows;
    for (std::size_t r = 0; r < space_.rows().size(); ++r) {
      if (SameRow(space_.rows()[r], parent, child)) continue;
      rows.insert(r);
      matrices.insert(space_.rows()[r].matrix);
    }
    Require(matrices.size() <= 1 && (!RowsAreChoices() || rows.size() <= 1), "space.mutate",
            pair + " changes more than one decision");
  }

  static bool SameRow(const SpaceProbe::Row& row, const Bytes& a, const Bytes& b) {
    const auto first = static_cast<std::ptrdiff_t>(row.first);
    return std::equal(a.begin() + first, a.begin() + first + static_cast<std::ptrdiff_t>(row.size),
                      b.begin() + first);
  }

  // Returns whether every row of every sample has exactly one 1; then a row is a decision.
  bool RowsAreChoices() const {
    return std::ranges::all_of(samples_, [&](const Bytes& sample) {
      return std::ranges::all_of(space_.rows(), [&](const SpaceProbe::Row& row) {
        const auto first = sample.begin() + static_cast<std::ptrdiff_t>(row.first);
        return std::count(first, first + static_cast<std::ptrdiff_t>(row.size), 1) == 1;
      });
    });
  }

  // Returns whether each part of the row's label comes from one of the parents: e3_k7 from e3_k5
  // and e6_k7, two decisions in one row.
  bool JoinsParts(const SpaceProbe::Row& row, const Bytes& child, const Bytes& mother,
                  const Bytes& father) const {
    const auto own = LabelParts(row, child), hers = LabelParts(row, mother),
               his = LabelParts(row, father);
    if (own.size() < 2 || own.size() != hers.size() || own.size() != his.size()) return false;
    for (std::size_t part = 0; part < own.size(); ++part)
      if (own[part] != hers[part] && own[part] != his[part]) return false;
    return true;
  }

  // Returns the parts between underscores of the chosen column's label; nothing if the choice is
  // not a single column.
  std::vector<std::string> LabelParts(const SpaceProbe::Row& row, const Bytes& architecture) const {
    const std::span<const std::uint8_t> cells(architecture.data() + row.first, row.size);
    if (std::ranges::count(cells, 1) != 1) return {};
    lode_matrix matrix{};
    matrix.struct_size = sizeof matrix;
    const auto index = static_cast<std::uint32_t>(row.matrix);
    if (space_.api().matrix(space_.instance(), index, &matrix, nullptr) != LODE_OK) return {};
    std::istringstream label(matrix.column_labels[std::ranges::find(cells, 1) - cells.begin()]);
    std::vector<std::string> parts;
    for (std::string part; std::getline(label, part, '_');) parts.push_back(part);
    return parts;
  }

  void CheckCrossover() {
    for (std::size_t i = 0; i + 1 < 60; ++i) {
      const Bytes& mother = samples_[i];
      const Bytes& father = samples_[i + 1];
      const auto child = space_.Crossover(i, mother, father);
      if (!Require(child.has_value(), "space.crossover", "fails")) return;
      Require(space_.IsValid(*child), "space.crossover",
              "gives bytes that are not an architecture");
      for (const SpaceProbe::Row& row : space_.rows()) {
        Require(SameRow(row, *child, mother) || SameRow(row, *child, father) ||
                    JoinsParts(row, *child, mother, father),
                "space.crossover",
                Text(*child) + " has a row that neither " + Text(mother) + " nor " + Text(father) +
                    " has");
      }
      Require(space_.Crossover(i, mother, mother) == mother, "space.crossover",
              "of " + Text(mother) + " with itself gives another architecture");
    }
  }

  void CheckCanonical() {
    BytesSet representatives;
    for (const Bytes& architecture : samples_) {
      const auto representative = space_.Canonical(architecture);
      if (!Require(representative.has_value(), "space.canonical", "fails")) return;
      if (!Require(space_.IsValid(*representative), "space.canonical",
                   "gives bytes that are not an architecture"))
        return;
      Require(space_.Canonical(*representative) == representative, "space.canonical",
              "of " + Text(*representative) + " is another one, although it is canonical");
      representatives.insert(*representative);
    }
    Require(space_.Log10Size() < 1 || representatives.size() > 1, "space.canonical",
            "is the same for all architectures");
  }

  void CheckResample() {
    BytesSet met;
    for (std::size_t i = 0; i < 60; ++i) {
      const Bytes& parent = samples_[i];
      for (const double probability : {0.0, 0.1, 1.0}) {
        const auto child = space_.Resample(i, probability, parent);
        if (!Require(child.has_value(), "space.resample", "fails")) return;
        Require(space_.IsValid(*child), "space.resample",
                "gives bytes that are not an architecture");
        Require(probability > 0 || *child == parent, "space.resample",
                "with probability 0 changes " + Text(parent));
        if (probability == 1) met.insert(*child);
      }
    }
    Require(space_.Log10Size() < 1.5 || met.size() > 10, "space.resample",
            "with probability 1 hardly changes anything");
    for (const double bad : {-0.1, 1.1, static_cast<double>(kNoNumber)}) {
      Require(!space_.Resample(1, bad, samples_[0]) && space_.status() == LODE_E_INVALID,
              "space.resample", "does not refuse probability " + std::to_string(bad));
    }
  }

  // ---- graph

  void CheckGraph() {
    bool all_same = true;
    const auto first = space_.Graph(samples_[0]);
    for (std::size_t i = 0; i < 60; ++i) {
      const auto graph = space_.Graph(samples_[i]);
      if (!Require(graph.has_value(), "space.graph", "fails for " + Text(samples_[i]))) return;
      all_same = all_same && graph == first;
      Require(!graph->labels.empty(), "space.graph", "has no node");
      for (const std::string& label : graph->labels)
        Require(!label.empty(), "space.graph", "has a node without a label");
      CheckTexts(graph->labels);
      CheckTexts(graph->groups);
      CheckTexts(graph->edge_labels);
      for (const auto& [from, to] : graph->edges) {
        Require(from < graph->labels.size() && to < graph->labels.size(), "space.graph",
                "has an edge to a node that does not exist");
      }
    }
    Require(!all_same || space_.Log10Size() < 1, "space.graph",
            "is the same for all architectures");
    const auto calls = space_.DrawIntoFullSink(samples_[0]);
    Require(calls == 1, "space.graph", "continues after its sink reported an error");
  }

  void CheckTexts(const std::vector<std::string>& labels) {
    for (const std::string& label : labels)
      Require(IsPrintableLine(label), "text.printable",
              "label '" + label + "' has control characters, or is not UTF-8");
  }

  // ---- metrics

  void CheckMetrics() {
    const auto& api = space_.api();
    const int slots = Has(api, &lode_space_api::metric_count) + Has(api, &lode_space_api::metric) +
                      Has(api, &lode_space_api::measure);
    if (!Require(slots == 0 || slots == 3, "space.metrics", "has only some of the three functions"))
      return;
    if (slots == 0) return;
    const auto describe = [&](std::uint32_t index, lode_metric* out, lode_error* e) {
      return api.metric(space_.instance(), index, out, e);
    };
    const std::uint32_t count = api.metric_count(space_.instance());
    const MetricList metrics(count, describe, "space.metrics", findings_);
    for (const MetricTraits& metric : metrics.list()) {
      Require(metric.split == LODE_SPLIT_NONE && !metric.noisy, "space.metrics",
              metric.name + " does not depend only on the architecture");
    }
    for (const Bytes& sample : samples_) CheckMeasure(sample, metrics.list());
    CheckMeasureOfNothing(count);
  }

  void CheckMeasure(const Bytes& sample, const std::vector<MetricTraits>& metrics) {
    const auto values = space_.Measure(sample, metrics.size());
    if (!Require(values.has_value(), "space.metrics", "measure fails for " + Text(sample))) return;
    for (std::size_t m = 0; m < metrics.size(); ++m) {
      Require(std::isfinite((*values)[m]), "space.metrics",
              metrics[m].name + " of " + Text(sample) + " is not finite");
    }
  }

  void CheckMeasureOfNothing(std::size_t count) {
    const Bytes nothing(space_.cells(), 2);
    Require(!space_.Measure(nothing, count) && space_.status() == LODE_E_INVALID, "space.metrics",
            "measures bytes that are not an architecture");
  }

  // ---- threads

  using Observed = std::vector<std::optional<Bytes>>;

  // Observes the results of calls for the architecture that `seed` draws.
  static void ObserveOne(SpaceProbe& space, std::uint64_t seed, Observed& seen) {
    const auto sample = space.Sample(seed);
    seen.push_back(sample);
    if (!sample) return;
    const std::string text = space.Format(*sample).value_or("");
    const std::vector<float> as_action(sample->begin(), sample->end());
    seen.emplace_back(Bytes(text.begin(), text.end()));
    seen.push_back(space.Parse(text));
    seen.push_back(space.Discretize(as_action));
    if (space.CanMutate()) seen.push_back(space.Mutate(seed, *sample));
    if (space.CanCrossover())
      seen.push_back(space.Crossover(seed, *sample, seen.back().value_or(*sample)));
    if (space.HasCanonical()) seen.push_back(space.Canonical(*sample));
    if (space.CanResample()) seen.push_back(space.Resample(seed, 0.5, *sample));
    if (space.CanListNeighbours() && seed < 20) {
      for (Bytes& neighbour : space.Neighbours(*sample).value_or(std::vector<Bytes>{}))
        seen.emplace_back(std::move(neighbour));
    }
    if (!space.HasGraph() || seed >= 20) return;
    const auto graph = space.Graph(*sample).value_or(SpaceProbe::GraphParts{});
    for (const auto* texts : {&graph.labels, &graph.groups, &graph.edge_labels})
      for (const std::string& t : *texts) seen.emplace_back(Bytes(t.begin(), t.end()));
  }

  static Observed Observe(SpaceProbe& space, std::uint64_t first = 0,
                          std::uint64_t last = kSampleCount) {
    Observed seen;
    for (std::uint64_t seed = first; seed < last; ++seed) ObserveOne(space, seed, seen);
    return seen;
  }

  // Other calls in the middle of each call with a callback must change nothing.
  void CheckInterleaved() {
    constexpr std::uint64_t kCalls = 10;
    const auto expected = Observe(space_, 0, kCalls);
    for (std::uint64_t seed = 0; seed < kCalls && !locks_; ++seed) {
      Meanwhile meanwhile([&] {
        Findings own;
        SpaceProbe other({&space_.api(), space_.instance()}, own);
        Observe(other, 100 + seed, 102 + seed);
      });
      Findings own;
      SpaceProbe space({&space_.api(), space_.instance()}, own);
      space.Interleave(&meanwhile);
      Observed seen;
      ObserveOne(space, seed, seen);
      locks_ = meanwhile.locks();
      Observed alone;
      ObserveOne(space_, seed, alone);
      Require(seen == alone && own.empty(), "space.threads",
              "functions called while another thread is in one give other results");
    }
    Require(Observe(space_, 0, kCalls) == expected, "space.threads",
            "functions give other results after they were called from another thread");
  }

  // Four threads at once must see the same as one thread.
  void CheckThreads() {
    CheckInterleaved();
    const auto expected = Observe(space_);
    std::array<bool, 4> same{};
    std::vector<std::thread> threads;
    threads.reserve(same.size());
    for (bool& result : same) {
      threads.emplace_back([&] {
        Findings own;
        SpaceProbe space({&space_.api(), space_.instance()}, own);
        result = Observe(space) == expected;
      });
    }
    for (std::thread& thread : threads) thread.join();
    Require(std::ranges::all_of(same, [](bool s) { return s; }), "space.threads",
            "functions called from four threads at once give other results");
  }

  SpaceProbe space_;
  const bool draws_;
  Findings& findings_;
  std::vector<Bytes> samples_;
  bool locks_ = false;  // a function waits for the end of another one
};

}  // namespace

void CheckSpace(const lode_component& component, const Setting& setting, bool draws,
                Findings& findings) {
  Subject subject(component, setting);
  if (findings.Require(subject.created(), "create.defaults", subject.error().message()))
    SpaceContract(subject, draws, findings).Check();
}

}  // namespace lode::verify
