// Values as a resolved pipeline contains them.
#pragma once

#include <string>

#include "core/plugin/declaration.h"

namespace lode::core {

// Returns the value in TOML. A plain "${" becomes "$${", so that reading it back does not use the
// environment.
std::string TomlText(const Value& value);

// Returns the word of a choice that may be a boolean (TakesBoolean): true, false or "all".
std::string BareText(const Value& word);

}  // namespace lode::core
