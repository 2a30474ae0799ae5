// The host's log: one place that decides where lines go.
#pragma once

#include <lode/plugin.h>

#include <functional>
#include <string_view>

namespace lode::core {

// Adds one line to the log. Thread-safe.
void Log(lode_level level, std::string_view message);

// Lines below `level` are dropped. Default: LODE_INFO.
void SetLogLevel(lode_level level);

// Where lines go; the default writes them to standard error. `write` is called under a lock. Pass
// nullptr to go back.
void SetLogWriter(std::function<void(std::string_view line)> write);

}  // namespace lode::core
