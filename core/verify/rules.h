// The rules for plugins: those of <lode/plugin.h>, with one name for each.
#pragma once

#include <span>
#include <string_view>

namespace lode::verify {

struct Rule {
  std::string_view id;        // "space.crossover": the subject, then the function or topic
  std::string_view sentence;  // what must hold
};

std::span<const Rule> Rules();
// Returns mistakes of plugins that no rule finds, one sentence each.
std::span<const std::string_view> Unchecked();
bool IsRule(std::string_view id);

}  // namespace lode::verify
