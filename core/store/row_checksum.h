// The checksum of a row of run.db: of the kinds and values of its columns in their order.
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <string_view>

namespace lode::core {

class RowChecksum {
 public:
  void Add(std::uint64_t value);
  void Add(double value);  // NaN is NULL, -0 is 0: so SQLite keeps them
  void Add(std::string_view text);
  void Add(std::span<const float> blob);
  void AddNull();

  // That of the values since the last call.
  std::uint64_t Take();

 private:
  void Append(char kind, const void* data, std::size_t size);

  std::string bytes_;
};

}  // namespace lode::core
