#include <lode/math.hpp>
#include <set>
#include <string>

#include "core/verify/contract.h"
#include "core/verify/space_parts.h"

namespace lode::verify {
namespace {

class ShapeContract : public Contract {
 public:
  ShapeContract(SpaceProbe& space, Findings& findings) : Contract(findings), space_(space) {}

  void Check() {
    Do("reading its matrices", &ShapeContract::CheckMatrices);
    if (space_.cells() > 0) { CheckSize(); }
  }

 private:
  void CheckMatrices() {
    const std::uint32_t count = space_.api().matrix_count(space_.instance());
    Require(count >= 1, "space.matrices", "there is none");
    std::set<std::string> names;
    for (std::uint32_t m = 0; m < count; ++m) { CheckMatrix(m, names); }
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
    if (!Require(status == LODE_OK, "space.matrices", title + ": " + error.message())) { return; }
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
    if (labels == nullptr) { return findings_.Add("space.matrices", title + " have no labels"); }
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

  SpaceProbe& space_;
};

}  // namespace

void CheckShape(SpaceProbe& space, Findings& findings) { ShapeContract(space, findings).Check(); }

}  // namespace lode::verify
