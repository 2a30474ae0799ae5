#include "core/exec/pass_on.h"

#include "core/plugin/log.h"
#include "core/plugin/text.h"

namespace lode::core {

bool PassOn(const Message& message, const RunContext& run, std::optional<std::uint32_t> worker) {
  if (const auto* log = std::get_if<LogMessage>(&message)) {
    Log(log->level, log->text);
    return true;
  }
  const auto* progress = std::get_if<Progress>(&message);
  if (progress != nullptr && run.progress) {
    const std::string what = MessageLine(progress->what);
    run.progress({progress->fraction, what, progress->prepares, worker});
  }
  return progress != nullptr;
}

}  // namespace lode::core
