#include "plugins/oracles/table/rows.h"

#include <algorithm>
#include <functional>

namespace table {
namespace {

std::size_t Hash(std::string_view key) { return std::hash<std::string_view>()(key); }

std::size_t BytesFor(std::size_t bits) { return (bits + 7) / 8; }

}  // namespace

Rows::Rows(std::size_t cells, std::size_t width) : cells_(cells), width_(width) {}

std::optional<std::string> Rows::KeyOf(lode::ArchitectureView architecture) const {
  std::string key(BytesFor(cells_), '\0');
  for (std::size_t cell = 0; cell < cells_; ++cell) {
    if (architecture[cell] > 1) { return {}; }
    key[cell / 8] = static_cast<char>(key[cell / 8] | architecture[cell] << cell % 8);
  }
  return key;
}

std::string_view Rows::Key(std::size_t row) const {
  const std::size_t bytes = BytesFor(cells_);
  return std::string_view(keys_).substr(row * bytes, bytes);
}

std::optional<std::size_t> Rows::Find(lode::ArchitectureView architecture) const {
  const std::optional<std::string> key = KeyOf(architecture);
  if (!key) { return {}; }
  const auto [first, last] = rows_by_hash_.equal_range(Hash(*key));
  const auto at =
      std::find_if(first, last, [&](const auto& entry) { return Key(entry.second) == *key; });
  if (at == last) { return {}; }
  return at->second;
}

void Rows::Add(lode::ArchitectureView architecture, std::span<const double> numbers) {
  const std::string key = KeyOf(architecture).value();
  rows_by_hash_.emplace(Hash(key), static_cast<std::uint32_t>(size_++));
  keys_ += key;
  numbers_.insert(numbers_.end(), numbers.begin(), numbers.end());
}

}  // namespace table
