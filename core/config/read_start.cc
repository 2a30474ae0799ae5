// The table [start].
#include "core/config/pipeline_tables.h"
#include "core/config/resolve_steps.h"

namespace lode::core {

StartConfig ReadStart(const WrittenPipeline& written) {
  StartConfig start;
  written.Read(StartTable(), start);
  start.warm_start_position = written.PositionOf("start", "warm_start");
  start.trials_position = written.PositionOf("start", "trials");
  return start;
}

}  // namespace lode::core
