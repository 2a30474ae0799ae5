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

// A reason is shown up to this many characters.
inline constexpr std::size_t kReasonWidth = 80;

// Counts failures by the first line of their text. Texts that differ in numbers or addresses only
// are one reason, shown with # where they differ.
class FailureTally {
 public:
  void Add(std::string_view text, std::uint64_t count = 1);

  // The most frequent first, of equally frequent ones the earlier. After kMaxKinds kinds the rest is
  // one: "other reasons".
  std::vector<FailureKind> Kinds() const;

 private:
  static constexpr std::size_t kMaxKinds = 50;

  std::vector<FailureKind> kinds_;                       // reason: the first line as it came
  std::unordered_map<std::string, std::size_t> places_;  // by masked line
};

// "8 failed: CUDA out of memory (7), time-out (1)", with `most` reasons at most; "" for none.
std::string FormatFailures(std::uint64_t failures, const std::vector<FailureKind>& kinds,
                           std::size_t most);

}  // namespace lode::core
