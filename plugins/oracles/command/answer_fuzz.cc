// Any bytes that a program prints give an answer or an IoError, the same in whatever pieces they
// arrive.
#include <cstdlib>
#include <initializer_list>
#include <lode/plugin.hpp>
#include <optional>
#include <string_view>
#include <vector>

#include "plugins/oracles/command/protocol.h"

namespace {

// Returns the metrics; nothing if the bytes are not an answer.
std::optional<std::vector<double>> Read(std::initializer_list<std::string_view> pieces) {
  static const std::vector<lode::Metric> metrics = {{.name = "a"}, {.name = "b"}};
  static constexpr lode_host host{};  // it offers nothing
  command::Answer answer(metrics, lode::Host(&host));
  try {
    for (const std::string_view piece : pieces) { answer.Add(piece); }
    answer.Finish();
  } catch (const lode::IoError&) { return std::nullopt; }
  return answer.values();
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view bytes(reinterpret_cast<const char*>(data), size);
  const std::size_t middle = size / 2;
  if (Read({bytes}) != Read({bytes.substr(0, middle), bytes.substr(middle)})) { std::abort(); }
  return 0;
}
