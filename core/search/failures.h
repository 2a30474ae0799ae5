// Failures grouped by their reason.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "core/search/trial.h"

namespace lode::core {

// The number of characters of a reason that are shown.
inline constexpr std::size_t kReasonWidth = 80;

// Counts failures by the first line of their text. Texts that differ only in numbers or addresses
// count as one reason, shown with # where they differ.
class FailureTally {
 public:
  void Add(std::string_view text, std::uint64_t count = 1);

  // Returns the kinds, the most frequent first; equally frequent ones in the order of their first
  // failure. Beyond kMaxKinds kinds, the rest is one kind: "other reasons".
  std::vector<FailureKind> Kinds() const;

 private:
  static constexpr std::size_t kMaxKinds = 50;

  std::vector<FailureKind> kinds_;                       // reason: the unmasked first line
  std::unordered_map<std::string, std::size_t> places_;  // by masked line
};

// Returns "8 failed: CUDA out of memory (7), time-out (1)", with at most `most` reasons, or ""
// without failures.
std::string FormatFailures(std::uint64_t failures, const std::vector<FailureKind>& kinds,
                           std::size_t most);

}  // namespace lode::core
