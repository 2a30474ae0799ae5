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

std::string SealOf(const json& object) { return FormatChecksum(ChecksumOf(FormatJson(object))); }

}  // namespace

std::string SealJson(json object) {
  object[kKey] = SealOf(object);
  return FormatJson(object, 2) + "\n";
}

SealedJson UnsealJson(const std::string& text, const std::string& file) {
  SealedJson sealed{Doing(file, [&] { return json::parse(text); })};
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
