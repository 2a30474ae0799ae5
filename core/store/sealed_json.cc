#include "core/store/sealed_json.h"

#include <utility>

#include "core/plugin/checksum.h"
#include "core/plugin/doing.h"
#include "core/plugin/error.h"
#include "core/plugin/shallow_json.h"
#include "core/plugin/text.h"

namespace lode::core {
namespace {

using nlohmann::json;

constexpr char kKey[] = "checksum";

std::string SealOf(const json& object) { return FormatChecksum(ChecksumOf(FormatJson(object))); }

json Parse(const std::string& text, const std::string& file) {
  json value = ParseShallowJson(text);
  if (!value.is_discarded()) { return value; }
  const json deep = json::parse(text);  // throws if it is not JSON
  throw HostError(file + ": nests more than " + std::to_string(kMaxJsonDepth) + " deep");
}

}  // namespace

std::string SealJson(json object) {
  object[kKey] = SealOf(object);
  return FormatJson(object, 2) + "\n";
}

SealedJson UnsealJson(const std::string& text, const std::string& file) {
  SealedJson sealed{Doing(file, [&] { return Parse(text, file); })};
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
