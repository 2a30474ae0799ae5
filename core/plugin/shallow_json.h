// Parses JSON from outside.
#pragma once

#include <nlohmann/json.hpp>
#include <utility>

namespace lode::core {

// How deep JSON from outside may nest. nlohmann's functions that copy and format values recurse, so
// a value that nests deeper could exhaust the stack.
inline constexpr int kMaxJsonDepth = 64;

// Returns a discarded value for what is not JSON or nests deeper than kMaxJsonDepth. `input` is
// whatever nlohmann::json::parse takes.
template <class Input>
nlohmann::json ParseShallowJson(Input&& input) {
  bool is_deep = false;
  const auto look = [&is_deep](int depth, nlohmann::json::parse_event_t, const nlohmann::json&) {
    is_deep = is_deep || depth > kMaxJsonDepth;
    return !is_deep;
  };
  nlohmann::json value = nlohmann::json::parse(std::forward<Input>(input), look, false);
  return is_deep ? nlohmann::json(nlohmann::json::value_t::discarded) : value;
}

}  // namespace lode::core
