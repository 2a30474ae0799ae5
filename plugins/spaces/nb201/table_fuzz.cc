// Any bytes read as a table file give a table or an IoError, never anything else.
#include "plugins/spaces/nb201/table.h"
#include "toolkit/files/text_file.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  static const nb201::ResultColumns columns = {"v", "t", "p", "m", "s", "V", "T", "S"};
  try {
    const std::string text =
        lode::files::Unpack(std::string(reinterpret_cast<const char*>(data), size), "T", 1 << 20);
    try {
      nb201::ParseRows(text, "T", nb201::RowKey::kIndex, {{.name = "l", .may_lack = true}});
    } catch (const lode::IoError&) {}
    nb201::ParseTable(text, "T", columns);
  } catch (const lode::IoError&) {}
  return 0;
}
