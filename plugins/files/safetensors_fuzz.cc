// Any bytes given as a file end in tensors or an IoError, never in anything else.
#include "plugins/files/safetensors.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  try {
    files::ParseSafetensors({reinterpret_cast<const char*>(data), size}, "F");
  } catch (const lode::IoError&) {
  }
  return 0;
}
