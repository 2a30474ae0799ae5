// The component under check, with its setting.
#pragma once

#include <lode/plugin.h>

#include <filesystem>

#include "core/verify/settings.h"

namespace lode::verify {

// A component with a setting. REQUIRES: what it refers to outlives it.
struct Case {
  const lode_component& component;
  const Setting& setting;
  lode_space space{};                // that oracles and optimizers are bound to
  std::filesystem::path prepared{};  // where oracles prepare
};

}  // namespace lode::verify
