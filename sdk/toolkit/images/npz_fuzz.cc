// Any bytes read as a file, .npy or .npz, give a header, images or an lode::IoError, never anything
// else.
#include <lode/plugin.hpp>

#include "toolkit/images/downsampled.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace lode::images;
  const std::string_view bytes(reinterpret_cast<const char*>(data), size);
  try {
    ParseNpyHeader(bytes.substr(0, NpyHeaderBytes(bytes, "F")), "F");
  } catch (const lode::IoError&) {}
  try {
    PixelSet set({2, 2, 3}, kDownsampledClasses);
    ReadDownsampledBatch(NpzFile(bytes, "F"), set);
  } catch (const lode::IoError&) {}
  return 0;
}
