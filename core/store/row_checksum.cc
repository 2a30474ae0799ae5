#include "core/store/row_checksum.h"

#include <algorithm>
#include <bit>
#include <cmath>
#include <cstring>
#include <utility>

#include "core/plugin/checksum.h"

namespace lode::core {

static_assert(std::endian::native == std::endian::little, "values are summed as they are stored");

void RowChecksum::Add(std::uint64_t value) {
  char* at = Append(1 + sizeof value);
  *at = 'i';
  std::memcpy(at + 1, &value, sizeof value);
}

void RowChecksum::Add(double value) {
  if (std::isnan(value)) {
    AddNull();
    return;
  }
  const double stored = value + 0.0;
  char* at = Append(1 + sizeof stored);
  *at = 'r';
  std::memcpy(at + 1, &stored, sizeof stored);
}

void RowChecksum::Add(std::string_view text) { AppendSized('t', text.data(), text.size()); }

void RowChecksum::Add(std::span<const float> blob) {
  AppendSized('b', blob.data(), blob.size_bytes());
}

void RowChecksum::AddNull() { *Append(1) = 'n'; }

char* RowChecksum::Append(std::size_t size) {
  if (size_ + size > bytes_.size()) { bytes_.resize(2 * (size_ + size)); }
  return bytes_.data() + std::exchange(size_, size_ + size);
}

// The size distinguishes ("ab", "c") from ("a", "bc").
void RowChecksum::AppendSized(char kind, const void* data, std::size_t size) {
  char* at = Append(1 + sizeof size + size);
  *at = kind;
  std::memcpy(at + 1, &size, sizeof size);
  std::copy_n(static_cast<const char*>(data), size, at + 1 + sizeof size);
}

std::uint64_t RowChecksum::Take() { return ChecksumOf({bytes_.data(), std::exchange(size_, 0)}); }

}  // namespace lode::core
