// What the parts of the contract of spaces share.
#pragma once

#include <algorithm>
#include <cstddef>
#include <string>
#include <vector>

#include "core/verify/contract.h"
#include "core/verify/space_probe.h"

namespace lode::verify {

using Row = SpaceProbe::Row;

// Returns the column of the row's only 1, or -1.
inline std::ptrdiff_t ChoiceOf(const Bytes& architecture, const Row& row) {
  const auto first = architecture.begin() + static_cast<std::ptrdiff_t>(row.first);
  const auto last = first + static_cast<std::ptrdiff_t>(row.size);
  return std::count(first, last, 1) == 1 ? std::find(first, last, 1) - first : -1;
}

inline bool SameRow(const Row& row, const Bytes& a, const Bytes& b) {
  const auto first = static_cast<std::ptrdiff_t>(row.first);
  const auto last = static_cast<std::ptrdiff_t>(row.first + row.size);
  return std::equal(a.begin() + first, a.begin() + last, b.begin() + first);
}

class SpaceCheck : public Contract {
 public:
  // REQUIRES: all outlive *this. `samples`: architectures of the space.
  SpaceCheck(SpaceProbe& space, const std::vector<Bytes>& samples, Findings& findings)
      : Contract(findings), space_(space), samples_(samples) {}

 protected:
  std::string Text(const Bytes& architecture) {
    return "'" + space_.Format(architecture).value_or("(no architecture)") + "'";
  }

  // Returns whether every row of every sample has exactly one 1; then a row is a decision.
  bool RowsAreChoices() const {
    return std::ranges::all_of(samples_, [&](const Bytes& sample) {
      return std::ranges::all_of(space_.rows(),
                                 [&](const Row& row) { return ChoiceOf(sample, row) >= 0; });
    });
  }

  SpaceProbe& space_;
  const std::vector<Bytes>& samples_;
};

}  // namespace lode::verify
