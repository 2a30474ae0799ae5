// Forwards what a process that works for this one reports.
#pragma once

#include <cstdint>
#include <optional>

#include "core/exec/message.h"
#include "core/plugin/component.h"

namespace lode::core {

// Forwards log messages and progress to where this process sends its own. Returns false for other
// messages. `worker`: its number, if the process only evaluates.
bool PassOn(const Message& message, const RunContext& run,
            std::optional<std::uint32_t> worker = std::nullopt);

}  // namespace lode::core
