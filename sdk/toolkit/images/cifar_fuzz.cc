// Any bytes read as a file give images or an lode::IoError, never anything else.
#include <lode/plugin.hpp>

#include "toolkit/images/cifar.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace lode::images;
  const std::string_view bytes(reinterpret_cast<const char*>(data), size);
  for (const CifarLayout layout : {kCifar10, kCifar100}) {
    for (const auto parse : {ParseCifar, ParsePickledCifar}) {
      PixelSet set(kCifarShape, layout.labels);
      try {
        parse(bytes, layout, "F", set);
      } catch (const lode::IoError&) {}
    }
  }
  return 0;
}
