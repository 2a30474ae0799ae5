#include "core/config/toml_text.h"

#include <cstddef>

namespace lode::core {

std::string TomlText(const Value& value) {
  std::string text = FormatValue(value);
  for (std::size_t at = 0; (at = text.find("${", at)) != std::string::npos; at += 3) {
    text.insert(at, 1, '$');
  }
  return text;
}

std::string BareText(const Value& word) {
  const auto& text = std::get<std::string>(word);
  return text == "true" || text == "false" ? text : TomlText(word);
}

}  // namespace lode::core
