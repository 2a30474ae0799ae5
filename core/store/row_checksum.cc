#include "core/store/row_checksum.h"

#include <bit>
#include <cmath>

#include "core/plugin/checksum.h"

namespace lode::core {

static_assert(std::endian::native == std::endian::little, "values are summed as they are stored");

void RowChecksum::Add(std::uint64_t value) { Append('i', &value, sizeof value); }

void RowChecksum::Add(double value) {
  if (std::isnan(value)) {
    AddNull();
  } else {
    const double stored = value + 0.0;
    Append('r', &stored, sizeof stored);
  }
}

void RowChecksum::Add(std::string_view text) { Append('t', text.data(), text.size()); }

void RowChecksum::Add(std::span<const float> blob) { Append('b', blob.data(), blob.size_bytes()); }

void RowChecksum::AddNull() { bytes_ += 'n'; }

// The size tells ("ab", "c") from ("a", "bc").
void RowChecksum::Append(char kind, const void* data, std::size_t size) {
  bytes_ += kind;
  bytes_.append(reinterpret_cast<const char*>(&size), sizeof size);
  bytes_.append(static_cast<const char*>(data), size);
}

std::uint64_t RowChecksum::Take() {
  const std::uint64_t checksum = ChecksumOf(bytes_);
  bytes_.clear();
  return checksum;
}

}  // namespace lode::core
