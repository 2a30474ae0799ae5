// The rules that a plugin is held to: those of <lode/plugin.h>, one name for each.
#pragma once

#include <span>
#include <string_view>

namespace lode::verify {

struct Rule {
  std::string_view id;        // "space.crossover": what it is about, then what
  std::string_view sentence;  // what must hold
};

std::span<const Rule> Rules();
// What a plugin may do wrong and no rule finds, a sentence each.
std::span<const std::string_view> Unchecked();
bool IsRule(std::string_view id);

}  // namespace lode::verify
