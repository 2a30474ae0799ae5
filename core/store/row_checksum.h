// The checksum of a row of run.db: of the types and values of its columns, in order.
#pragma once

#include <cstdint>
#include <span>
#include <string_view>
#include <vector>

namespace lode::core {

class RowChecksum {
 public:
  void Add(std::uint64_t value);
  void Add(double value);  // NaN counts as NULL and -0 as 0, as SQLite stores them
  void Add(std::string_view text);
  void Add(std::span<const float> blob);
  void AddNull();

  // Returns the checksum of the values added since the last call.
  std::uint64_t Take();

 private:
  // Makes room for `size` more bytes and returns their address.
  char* Append(std::size_t size);
  void AppendSized(char kind, const void* data, std::size_t size);

  std::vector<char> bytes_ = std::vector<char>(256);
  std::size_t size_ = 0;  // number of bytes in use
};

}  // namespace lode::core
