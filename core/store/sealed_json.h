// JSON files that carry a checksum of their values: of the text without indentation and without the
// key "checksum" itself. Files without it, of earlier versions, can be read, too.
#pragma once

#include <nlohmann/json.hpp>
#include <string>

namespace lode::core {

// The text of a file.
std::string SealJson(nlohmann::json object);

struct SealedJson {
  nlohmann::json object;
  bool has_checksum = false;
  bool is_intact = true;  // the checksum, if there is one, is that of the values
};

// Throws HostError, `file` first, if the text is not a JSON object.
SealedJson UnsealJson(const std::string& text, const std::string& file);

// The same, and also throws HostError if the values are not those that were written.
nlohmann::json ReadSealedJson(const std::string& text, const std::string& file);

}  // namespace lode::core
