#include "core/plugin/policy_file.h"

#include <cstdint>

#include "core/plugin/checksum.h"
#include "core/plugin/durable_file.h"
#include "core/plugin/error.h"

namespace lode::core {
namespace {

constexpr std::string_view kMark = "\nlode-64";
constexpr std::size_t kChecksumBytes = 8;

// Little-endian, whatever the machine.
std::string BytesOf(std::uint64_t checksum) {
  std::string bytes;
  for (std::size_t i = 0; i < kChecksumBytes; ++i) {
    bytes += static_cast<char>(checksum >> (8 * i));
  }
  return bytes;
}

}  // namespace

void WritePolicy(const std::filesystem::path& file, std::string_view saved) {
  const std::string marked = std::string(saved).append(kMark);
  WriteFile(file, marked + BytesOf(ChecksumOf(marked)));
}

Policy ReadPolicy(const std::filesystem::path& file) {
  Policy policy{ReadFile(file), false};
  std::string& bytes = policy.saved;
  const std::size_t end = kMark.size() + kChecksumBytes;
  if (bytes.size() < end || bytes.compare(bytes.size() - end, kMark.size(), kMark) != 0) {
    return policy;
  }
  const std::string checksum = bytes.substr(bytes.size() - kChecksumBytes);
  bytes.resize(bytes.size() - kChecksumBytes);
  if (checksum != BytesOf(ChecksumOf(bytes))) {
    throw HostError(file.string() + ": is damaged: its checksum does not match");
  }
  bytes.resize(bytes.size() - kMark.size());
  policy.has_checksum = true;
  return policy;
}

}  // namespace lode::core
