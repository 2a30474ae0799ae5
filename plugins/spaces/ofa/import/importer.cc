#include "plugins/spaces/ofa/import/importer.h"

#include <cstdio>
#include <exception>
#include <new>
#include <stdexcept>
#include <string>
#include <vector>

namespace ofa {
namespace {

void Import(const std::vector<std::string>& arguments, Convert convert) {
  if (arguments.size() == 4 && arguments[3] == "--partial") {
    throw std::invalid_argument("--partial does not apply: no part of a network is usable");
  }
  if (arguments.size() != 3 || arguments[1] != "-o") {
    throw std::invalid_argument("expected the arguments SOURCE -o OUTPUT");
  }
  const lode::files::Safetensors converted = convert(lode::pytorch::PyTorchFile(arguments[0]));
  lode::files::WriteSafetensors(arguments[2], converted);
  std::printf("%s: %zu tensors\n", arguments[2].c_str(), converted.tensors.size());
}

}  // namespace

int RunImporter(int argc, char** argv, Convert convert) {
  try {
    Import({argv + 1, argv + argc}, convert);
    return 0;
  } catch (const std::bad_alloc&) {
    std::fprintf(stderr, "error: out of memory\n");
  } catch (const std::exception& e) { std::fprintf(stderr, "error: %s\n", e.what()); }
  return 2;
}

}  // namespace ofa
