// Parses JSON from outside.
#pragma once

#include <algorithm>
#include <nlohmann/json.hpp>
#include <utility>

namespace lode::core {

// How deep JSON from outside may nest. nlohmann's parser and destructor do not recurse, but its
// functions that copy and format values do, so a value that nests deeper could exhaust the stack.
inline constexpr int kMaxJsonDepth = 64;

// Returns whether arrays and objects nest more than `levels` deep. Looks no deeper itself.
inline bool NestsDeeper(const nlohmann::json& value, int levels) {
  return value.is_structured() &&
         (levels == 0 || std::any_of(value.begin(), value.end(), [levels](const auto& element) {
            return NestsDeeper(element, levels - 1);
          }));
}

// Returns a discarded value for what is not JSON or nests deeper than kMaxJsonDepth. `input` is
// whatever nlohmann::json::parse takes.
template <class Input>
nlohmann::json ParseShallowJson(Input&& input) {
  nlohmann::json value = nlohmann::json::parse(std::forward<Input>(input), nullptr, false);
  if (NestsDeeper(value, kMaxJsonDepth)) { return nlohmann::json::value_t::discarded; }
  return value;
}

}  // namespace lode::core
