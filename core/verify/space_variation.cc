#include <algorithm>
#include <limits>
#include <set>
#include <span>
#include <sstream>
#include <string>
#include <vector>

#include "core/verify/space_check.h"
#include "core/verify/space_parts.h"

namespace lode::verify {
namespace {

class VariationContract : public SpaceCheck {
 public:
  using SpaceCheck::SpaceCheck;

  void Check() {
    if (space_.CanListNeighbours()) {
      Do("listing neighbors", &VariationContract::CheckNeighbours);
    }
    if (space_.CanMutate()) { Do("mutating", &VariationContract::CheckMutate); }
    if (space_.CanCrossover()) { Do("crossing pairs", &VariationContract::CheckCrossover); }
    if (space_.HasCanonical()) {
      Do("finding representatives", &VariationContract::CheckCanonical);
    }
    if (space_.CanResample()) { Do("resampling", &VariationContract::CheckResample); }
  }

 private:
  void CheckNeighbours() {
    for (std::size_t i = 0; i < 30; ++i) {
      const Bytes& from = samples_[i];
      const auto list = space_.Neighbours(from);
      if (!Require(list.has_value(), "space.neighbours", "fails for " + Text(from))) { return; }
      Require(space_.Neighbours(from) == list, "determinism", "neighbours changes its order");
      const BytesSet distinct(list->begin(), list->end());
      Require(distinct.size() == list->size(), "space.neighbours",
              "repeats a neighbor of " + Text(from));
      Require(!distinct.contains(from), "space.neighbours",
              "lists " + Text(from) + " as its own neighbor");
      for (const Bytes& neighbour : *list) { CheckNeighbour(from, neighbour); }
    }
    CheckFullSink();
  }

  void CheckNeighbour(const Bytes& from, const Bytes& neighbour) {
    if (!Require(neighbour.size() == space_.cells(), "space.neighbours",
                 "writes " + std::to_string(neighbour.size()) + " bytes at a time")) {
      return;
    }
    if (!Require(space_.IsValid(neighbour), "space.neighbours",
                 "lists bytes that are not an architecture")) {
      return;
    }
    const auto back = space_.Neighbours(neighbour);
    Require(back && std::ranges::count(*back, from) == 1, "space.neighbours",
            Text(neighbour) + " is a neighbor of " + Text(from) + ", but not vice versa");
  }

  // A failing sink must end the listing with an error.
  void CheckFullSink() {
    const auto list = space_.Neighbours(samples_.front());
    if (!list || list->size() < 2) { return; }
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
    if (hardly_any && !space_.CanListNeighbours()) { return; }
    for (std::size_t i = 0; i < 30; ++i) {
      const Bytes& parent = samples_[i];
      BytesSet neighbours;
      if (space_.CanListNeighbours()) {
        const auto list = space_.Neighbours(parent).value_or(std::vector<Bytes>{});
        neighbours.insert(list.begin(), list.end());
        if (neighbours.empty()) { continue; }
      }
      BytesSet children;
      for (std::uint64_t seed = 0; seed < 40; ++seed) {
        const auto child = space_.Mutate(seed, parent);
        if (!Require(child.has_value(), "space.mutate", "fails for " + Text(parent))) { return; }
        children.insert(*child);
        CheckChild(parent, *child, neighbours);
      }
      Require(neighbours.size() == 1 || children.size() > 1, "space.mutate",
              "makes only one child of " + Text(parent));
    }
  }

  void CheckChild(const Bytes& parent, const Bytes& child, const BytesSet& neighbours) {
    const std::string pair = Text(parent) + " -> " + Text(child);
    if (!Require(space_.IsValid(child), "space.mutate",
                 "gives bytes that are not an architecture")) {
      return;
    }
    Require(child != parent, "space.mutate", "changes nothing in " + Text(parent));
    Require(neighbours.empty() || neighbours.contains(child), "space.mutate",
            pair + " is not in the list of neighbors");
    std::set<std::size_t> matrices, rows;
    for (std::size_t r = 0; r < space_.rows().size(); ++r) {
      if (SameRow(space_.rows()[r], parent, child)) { continue; }
      rows.insert(r);
      matrices.insert(space_.rows()[r].matrix);
    }
    Require(matrices.size() <= 1 && (!RowsAreChoices() || rows.size() <= 1), "space.mutate",
            pair + " changes more than one decision");
  }

  void CheckCrossover() {
    for (std::size_t i = 0; i + 1 < 60; ++i) {
      const Bytes& mother = samples_[i];
      const Bytes& father = samples_[i + 1];
      const auto child = space_.Crossover(i, mother, father);
      if (!Require(child.has_value(), "space.crossover", "fails")) { return; }
      Require(space_.IsValid(*child), "space.crossover",
              "gives bytes that are not an architecture");
      for (const Row& row : space_.rows()) {
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

  // Returns whether each part of the row's label comes from one of the parents: e3_k7 from e3_k5
  // and e6_k7, two decisions in one row.
  bool JoinsParts(const Row& row, const Bytes& child, const Bytes& mother,
                  const Bytes& father) const {
    const auto own = LabelParts(row, child), hers = LabelParts(row, mother),
               his = LabelParts(row, father);
    if (own.size() < 2 || own.size() != hers.size() || own.size() != his.size()) { return false; }
    for (std::size_t part = 0; part < own.size(); ++part) {
      if (own[part] != hers[part] && own[part] != his[part]) { return false; }
    }
    return true;
  }

  // Returns the parts between underscores of the chosen column's label; nothing if the choice is
  // not a single column.
  std::vector<std::string> LabelParts(const Row& row, const Bytes& architecture) const {
    const std::span<const std::uint8_t> cells(architecture.data() + row.first, row.size);
    if (std::ranges::count(cells, 1) != 1) { return {}; }
    lode_matrix matrix{};
    matrix.struct_size = sizeof matrix;
    const auto index = static_cast<std::uint32_t>(row.matrix);
    if (space_.api().matrix(space_.instance(), index, &matrix, nullptr) != LODE_OK) { return {}; }
    std::istringstream label(matrix.column_labels[std::ranges::find(cells, 1) - cells.begin()]);
    std::vector<std::string> parts;
    for (std::string part; std::getline(label, part, '_');) { parts.push_back(part); }
    return parts;
  }

  void CheckCanonical() {
    BytesSet representatives;
    for (const Bytes& architecture : samples_) {
      const auto representative = space_.Canonical(architecture);
      if (!Require(representative.has_value(), "space.canonical", "fails")) { return; }
      if (!Require(space_.IsValid(*representative), "space.canonical",
                   "gives bytes that are not an architecture")) {
        return;
      }
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
        if (!Require(child.has_value(), "space.resample", "fails")) { return; }
        Require(space_.IsValid(*child), "space.resample",
                "gives bytes that are not an architecture");
        Require(probability > 0 || *child == parent, "space.resample",
                "with probability 0 changes " + Text(parent));
        if (probability == 1) { met.insert(*child); }
      }
    }
    Require(space_.Log10Size() < 1.5 || met.size() > 10, "space.resample",
            "with probability 1 hardly changes anything");
    for (const double bad : {-0.1, 1.1, std::numeric_limits<double>::quiet_NaN()}) {
      Require(!space_.Resample(1, bad, samples_[0]) && space_.status() == LODE_E_INVALID,
              "space.resample", "does not refuse probability " + std::to_string(bad));
    }
  }
};

}  // namespace

void CheckVariation(SpaceProbe& space, const std::vector<Bytes>& samples, Findings& findings) {
  VariationContract(space, samples, findings).Check();
}

}  // namespace lode::verify
