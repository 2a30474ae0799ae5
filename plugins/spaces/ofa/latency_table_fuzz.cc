// Any bytes read as a table give a table or an IoError, never anything else.
#include "plugins/spaces/ofa/latency_table.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  static const ofa::Network network("1.0", 224);
  try {
    const ofa::LatencyTable table =
        ofa::ParseLatencyTable(std::string(reinterpret_cast<const char*>(data), size), "T");
    ofa::SumLatencies(network, table, "T");
  } catch (const lode::IoError&) {}
  return 0;
}
