// Any bytes read as a file give an array or an lode::IoError, never anything else.
#include <lode/plugin.hpp>

#include "toolkit/images/idx.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view bytes(reinterpret_cast<const char*>(data), size);
  for (const std::size_t dimensions : {1, 3}) {
    try {
      lode::images::ParseIdx(bytes, dimensions, "F");
    } catch (const lode::IoError&) {}
  }
  return 0;
}
