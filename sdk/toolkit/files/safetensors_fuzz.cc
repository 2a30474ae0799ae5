// Any bytes read as a file give tensors or an lode::IoError, never anything else.
#include "toolkit/files/safetensors.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  try {
    lode::files::ParseSafetensors({reinterpret_cast<const char*>(data), size}, "F");
  } catch (const lode::IoError&) {}
  return 0;
}
