#include "core/store/sealed_toml.h"

#include <string_view>

#include "core/plugin/checksum.h"

namespace lode::core {
namespace {

constexpr std::string_view kBegin = "# checksum of all above: ";

std::string SealLineOf(std::string_view text) {
  return std::string(kBegin) + FormatChecksum(ChecksumOf(text)) + "\n";
}

}  // namespace

std::string SealToml(const std::string& text) { return text + SealLineOf(text); }

std::optional<bool> IsIntactToml(const std::string& text) {
  const std::size_t seal = text.rfind(kBegin);
  if (seal == std::string::npos) { return std::nullopt; }
  return text.substr(seal) == SealLineOf(std::string_view(text).substr(0, seal));
}

}  // namespace lode::core
