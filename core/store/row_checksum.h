// The checksum of a row of run.db: of the kinds and values of its columns in their order.
#pragma once

#include <cstdint>
#include <span>
#include <string_view>
#include <vector>

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
  // Room for as many bytes more.
  char* Append(std::size_t size);
  void AppendSized(char kind, const void* data, std::size_t size);

  std::vector<char> bytes_ = std::vector<char>(256);
  std::size_t size_ = 0;  // of what is in use
};

}  // namespace lode::core
