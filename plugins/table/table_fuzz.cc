// Any bytes read as a table give rows or an IoError, never anything else.
#include "core/verify/grid.h"
#include "plugins/delimited/reader.h"
#include "plugins/delimited/text_file.h"
#include "plugins/table/table.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  static const lode::verify::Grid grid(3, 2);
  static constexpr lode_host host{};  // it offers nothing
  static const table::Layout layout = {delimited::Reader::kAuto, "k", {"v", "w"}};
  try {
    const std::string text =
        delimited::Unpack(std::string(reinterpret_cast<const char*>(data), size), "T", 1 << 20);
    table::ParseRows(text, "T", layout, grid.space(), lode::Host(&host));
  } catch (const lode::IoError&) {
  }
  return 0;
}
