// Any bytes on a stream between processes decode to messages that survive another encoding
// unchanged, or end in one error.
#include <cstdint>
#include <cstdlib>
#include <optional>
#include <string>
#include <string_view>

#include "core/exec/message.h"
#include "core/plugin/error.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace lode::core;
  FrameReader reader;
  reader.Add(std::string_view(reinterpret_cast<const char*>(data), size));
  try {
    while (const std::optional<Message> message = reader.Next()) {
      const std::string bytes = Encode(*message);
      if (Encode(Decode(bytes)) != bytes) { std::abort(); }
    }
  } catch (const HostError&) {}
  return 0;
}
