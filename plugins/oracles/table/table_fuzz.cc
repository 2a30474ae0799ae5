// Any bytes read as a table give rows or an IoError, never anything else.
#include <lode/testing.hpp>

#include "plugins/oracles/table/table.h"
#include "toolkit/files/delimited_reader.h"
#include "toolkit/files/text_file.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  static const lode::test::Grid grid(3, 2);
  static constexpr lode_host host{};  // it offers nothing
  static const table::Layout layout = {lode::files::DelimitedReader::kAuto, "k", {"v", "w"}};
  try {
    const std::string text =
        lode::files::Unpack(std::string(reinterpret_cast<const char*>(data), size), "T", 1 << 20);
    table::ParseRows(text, "T", layout, grid.space(), lode::Host(&host));
  } catch (const lode::IoError&) {}
  return 0;
}
