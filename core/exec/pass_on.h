// What a process that works for this one says meanwhile.
#pragma once

#include "core/exec/message.h"
#include "core/plugin/component.h"

namespace lode::core {

// Log messages and progress go where those of this process go; false for other messages.
bool PassOn(const Message& message, const RunContext& run);

}  // namespace lode::core
