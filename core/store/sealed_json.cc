#include "core/store/sealed_json.h"

#include <utility>

#include "core/plugin/checksum.h"
#include "core/plugin/doing.h"
#include "core/plugin/error.h"
#include "core/plugin/text.h"

namespace lode::core {
namespace {

using nlohmann::json;

constexpr char kKey[] = "checksum";
constexpr int kMaxDepth = 64;

std::string SealOf(const json& object) { return FormatChecksum(ChecksumOf(FormatJson(object))); }

// Refuses what nests too deeply to be copied or formatted: nlohmann's functions for this recurse.
json ParseShallow(const std::string& text, const std::string& file) {
  return json::parse(text, [&file](int depth, json::parse_event_t, const json&) {
    if (depth > kMaxDepth) {
      throw HostError(file + ": nests more than " + std::to_string(kMaxDepth) + " deep");
    }
    return true;
  });
}

}  // namespace

std::string SealJson(json object) {
  object[kKey] = SealOf(object);
  return FormatJson(object, 2) + "\n";
}

SealedJson UnsealJson(const std::string& text, const std::string& file) {
  SealedJson sealed{Doing(file, [&] { return ParseShallow(text, file); })};
  if (!sealed.object.is_object()) { throw HostError(file + ": expected a JSON object"); }
  if (const auto seal = sealed.object.find(kKey); seal != sealed.object.end()) {
    const json then = std::move(*seal);
    sealed.object.erase(seal);
    sealed.has_checksum = true;
    sealed.is_intact = then == SealOf(sealed.object);
  }
  return sealed;
}

json ReadSealedJson(const std::string& text, const std::string& file) {
  SealedJson sealed = UnsealJson(text, file);
  if (!sealed.is_intact) { throw HostError(file + ": is damaged: its checksum does not match"); }
  return std::move(sealed.object);
}

}  // namespace lode::core
