// The table [pipeline].
#include <algorithm>
#include <numeric>
#include <optional>
#include <set>
#include <string>
#include <utility>

#include "core/config/host_tables.h"
#include "core/config/pipeline_tables.h"
#include "core/config/resolve_steps.h"
#include "core/config/values.h"

namespace lode::core {
namespace {

// Removes `seeds` if it is a number and returns it; 1 for a number that is not allowed.
std::optional<std::int64_t> TakeSeedCount(Node& table, Diagnostics& diagnostics) {
  const Node* seeds = table.Find("seeds");
  if (seeds == nullptr || (seeds->As<std::int64_t>() == nullptr && !seeds->from_environment)) {
    return std::nullopt;
  }
  ParamDeclaration count;
  count.name = "seeds";
  count.type = LODE_T_INT;
  count.min = 1;
  count.max = static_cast<double>(kMaxSeeds);
  const auto value = ReadValue(count, *seeds, diagnostics);
  std::erase_if(*table.As<Node::Table>(), [](const Entry& e) { return e.key == "seeds"; });
  return value ? std::get<std::int64_t>(*value) : 1;
}

void CheckSeeds(const WrittenPipeline& written, const std::vector<std::uint64_t>& seeds) {
  const Position position = written.PositionOf("pipeline", "seeds");
  if (seeds.empty() || seeds.size() > static_cast<std::size_t>(kMaxSeeds)) {
    written.diagnostics.Add(
        position, "'seeds': there must be 1 to " + std::to_string(kMaxSeeds) + " of them");
  } else if (std::set(seeds.begin(), seeds.end()).size() != seeds.size()) {
    written.diagnostics.Add(position, "'seeds': each seed may be given once");
  }
}

bool NamesDirectory(const std::string& name) {
  const bool controls =
      std::ranges::any_of(name, [](char c) { return static_cast<unsigned char>(c) < 0x20; });
  return !name.empty() && name != "." && name != ".." && !controls &&
         name.find('/') == std::string::npos;
}

void CheckName(const WrittenPipeline& written) {
  const Node* name = written.Find("pipeline", "name");
  const auto* text = name != nullptr ? name->As<std::string>() : nullptr;
  if (text != nullptr && !NamesDirectory(*text)) {
    written.diagnostics.Add(name->position,
                            "'name' also names a directory: it cannot be " + FormatValue(*text));
  }
}

}  // namespace

void ReadHeading(const WrittenPipeline& written, Pipeline& pipeline) {
  // `seeds = 10` is short for the first ten seeds; it is taken out before the list is read.
  const Node* heading = written.Find("pipeline");
  Node table = heading != nullptr ? *heading : Node();
  const std::optional<std::int64_t> count = TakeSeedCount(table, written.diagnostics);
  PipelineTable().Read(heading != nullptr ? &table : nullptr, written.PositionOf("pipeline"),
                       pipeline, written.diagnostics);
  CheckName(written);
  if (count) {
    pipeline.seeds.resize(static_cast<std::size_t>(*count));
    std::iota(pipeline.seeds.begin(), pipeline.seeds.end(), 0);
  } else {
    CheckSeeds(written, pipeline.seeds);
  }
}

}  // namespace lode::core
