#include "core/plugin/policy_file.h"

#include <cstdint>

#include "core/plugin/checksum.h"
#include "core/plugin/durable_file.h"
#include "core/plugin/error.h"

namespace lode::core {
namespace {

constexpr std::string_view kMark = "\nlode-sp", kMarkWithoutSpace = "\nlode-64";
constexpr std::size_t kNumberBytes = 8;

// Little-endian, whatever the machine.
std::string BytesOf(std::uint64_t number) {
  std::string bytes;
  for (std::size_t i = 0; i < kNumberBytes; ++i) { bytes += static_cast<char>(number >> (8 * i)); }
  return bytes;
}

std::uint64_t NumberOf(std::string_view bytes) {
  std::uint64_t number = 0;
  for (std::size_t i = bytes.size(); i-- > 0;) {
    number = number << 8 | static_cast<unsigned char>(bytes[i]);
  }
  return number;
}

// Removes the last bytes of a text and returns them. REQUIRES: it has as many.
std::string TakeLast(std::string& text, std::size_t count) {
  std::string last = text.substr(text.size() - count);
  text.resize(text.size() - count);
  return last;
}

// Takes the space from the end of a file without mark and checksum.
PolicySpace TakeSpace(std::string& bytes) {
  const std::uint64_t size =
      bytes.size() >= kNumberBytes ? NumberOf(TakeLast(bytes, kNumberBytes)) : 0;
  if (size > bytes.size()) { throw HostError("its space is longer than the file"); }
  return ParsePolicySpace(TakeLast(bytes, static_cast<std::size_t>(size)));
}

}  // namespace

void WritePolicy(const std::filesystem::path& file, std::string_view saved,
                 const PolicySpace& space) {
  const std::string described = FormatPolicySpace(space);
  const std::string marked =
      std::string(saved).append(described).append(BytesOf(described.size())).append(kMark);
  WriteFile(file, marked + BytesOf(ChecksumOf(marked)));
}

Policy ReadPolicy(const std::filesystem::path& file) {
  Policy policy{ReadFile(file)};
  std::string& bytes = policy.saved;
  const std::size_t end = kMark.size() + kNumberBytes;
  if (bytes.size() < end) { return policy; }
  const std::string mark = bytes.substr(bytes.size() - end, kMark.size());
  if (mark != kMark && mark != kMarkWithoutSpace) { return policy; }
  const std::string checksum = TakeLast(bytes, kNumberBytes);
  if (checksum != BytesOf(ChecksumOf(bytes))) {
    throw HostError(file.string() + ": is damaged: its checksum does not match");
  }
  TakeLast(bytes, kMark.size());
  policy.has_checksum = true;
  if (mark == kMark) {
    try {
      policy.space = TakeSpace(bytes);
    } catch (const HostError& e) { throw HostError(file.string() + ": is damaged: " + e.what()); }
  }
  return policy;
}

}  // namespace lode::core
