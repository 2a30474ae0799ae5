// Forwards what a process that works for this one reports.
#pragma once

#include "core/exec/message.h"
#include "core/plugin/component.h"

namespace lode::core {

// Forwards log messages and progress to where this process sends its own. Returns false for other
// messages.
bool PassOn(const Message& message, const RunContext& run);

}  // namespace lode::core
