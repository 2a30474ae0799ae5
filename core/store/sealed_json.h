// JSON files with a checksum of their values: of the text without indentation and without the key
// "checksum" itself. Files of earlier versions, without it, can be read, too.
#pragma once

#include <nlohmann/json.hpp>
#include <string>

namespace lode::core {

// Returns the text of the file.
std::string SealJson(nlohmann::json object);

struct SealedJson {
  nlohmann::json object;
  bool has_checksum = false;
  bool is_intact = true;  // the checksum, if any, matches the values
};

// Throws HostError (which begins with `file`) if the text is not a JSON object, or nests more than
// 64 deep.
SealedJson UnsealJson(const std::string& text, const std::string& file);

// The same, but also throws HostError if the values are not as they were written.
nlohmann::json ReadSealedJson(const std::string& text, const std::string& file);

}  // namespace lode::core
