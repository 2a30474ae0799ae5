// Any bytes read as a file of torch.save give tensors or an lode::IoError, never anything else.
#include <cstdint>
#include <lode/plugin.hpp>
#include <string>

#include "toolkit/pytorch/pytorch_file.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  try {
    const lode::pytorch::PyTorchFile file(std::string(reinterpret_cast<const char*>(data), size),
                                          "F");
    for (const auto& [name, shape] : file.shapes()) { file.Read(name); }
  } catch (const lode::IoError&) {}
  return 0;
}
