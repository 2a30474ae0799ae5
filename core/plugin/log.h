// The host's log, which decides where log lines go.
#pragma once

#include <lode/plugin.h>

#include <functional>
#include <string_view>

namespace lode::core {

// Adds one line to the log, made printable (text.h). Thread-safe.
void Log(lode_level level, std::string_view message);

// Drops lines below `level`. Default: LODE_INFO. Thread-safe.
void SetLogLevel(lode_level level);
lode_level LogLevel();

// Sets where lines go; the default is standard error. `write` is called under a lock. Pass nullptr
// to restore the default.
void SetLogWriter(std::function<void(std::string_view line)> write);

// The same for a caller that passes messages on to another log: unformatted, with their level.
void SetLogForwarder(std::function<void(lode_level level, std::string_view message)> forward);

}  // namespace lode::core
