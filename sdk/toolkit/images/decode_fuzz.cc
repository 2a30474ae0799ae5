// Any bytes read as a file give an image or an lode::IoError, never anything else.
#include <lode/plugin.hpp>

#include "toolkit/images/decode.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  lode::images::Image image;
  try {
    lode::images::DecodeImage({reinterpret_cast<const char*>(data), size}, "F", image);
  } catch (const lode::IoError&) {}
  return 0;
}
