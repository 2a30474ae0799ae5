// Any text gives a sub-network that reads back unchanged, or an InvalidError.
#include "plugins/spaces/ofa/subnet_text.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  ofa::Subnet subnet;
  try {
    subnet = ofa::Parse({reinterpret_cast<const char*>(data), size}, {1.0, 224});
  } catch (const lode::InvalidError&) { return 0; }
  if (ofa::Parse(ofa::Format(subnet)) != subnet) { __builtin_trap(); }
  return 0;
}
