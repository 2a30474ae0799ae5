// The host's log: one place that decides where lines go.
#pragma once

#include <lode/plugin.h>

#include <functional>
#include <string_view>

namespace lode::core {

// Adds one line to the log, made printable (text.h). Thread-safe.
void Log(lode_level level, std::string_view message);

// Lines below `level` are dropped. Default: LODE_INFO. Thread-safe.
void SetLogLevel(lode_level level);
lode_level LogLevel();

// Where lines go; the default writes them to standard error. `write` is called under a lock. Pass
// nullptr to go back.
void SetLogWriter(std::function<void(std::string_view line)> write);

// The same for who passes messages on to a log elsewhere: as they came, with their level.
void SetLogForwarder(std::function<void(lode_level level, std::string_view message)> forward);

}  // namespace lode::core
