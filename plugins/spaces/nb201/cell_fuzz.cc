// Any bytes read as a cell give an error or a cell that formats and parses back to itself.
#include <cstdlib>

#include "plugins/spaces/nb201/cell.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  nb201::Cell cell{}, again{};
  nb201::ParseError error;
  if (!nb201::Parse(text, &cell, &error)) {
    if (error.column == 0 || error.column > size + 1) { std::abort(); }
    return 0;
  }
  if (!nb201::Parse(nb201::Format(cell), &again, &error) || again != cell) { std::abort(); }
  return 0;
}
