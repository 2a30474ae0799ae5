// Any bytes read as a genotype give an InvalidError or a genotype that formats and parses back to
// itself.
#include <cstdlib>

#include "plugins/spaces/darts/text.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  try {
    const auto genotype = darts::Parse({reinterpret_cast<const char*>(data), size});
    if (darts::Parse(darts::Format(genotype)) != genotype) { std::abort(); }
  } catch (const lode::InvalidError&) {}
  return 0;
}
