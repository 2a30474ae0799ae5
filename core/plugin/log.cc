#include "core/plugin/log.h"

#include <spdlog/sinks/base_sink.h>
#include <spdlog/sinks/stdout_sinks.h>
#include <spdlog/spdlog.h>

#include <memory>
#include <mutex>
#include <utility>

#include "core/plugin/text.h"

namespace lode::core {
namespace {

// Passes formatted lines to a function.
class FunctionSink : public spdlog::sinks::base_sink<std::mutex> {
 public:
  explicit FunctionSink(std::function<void(std::string_view)> write) : write_(std::move(write)) {}

 private:
  void sink_it_(const spdlog::details::log_msg& message) override {
    spdlog::memory_buf_t line;
    formatter_->format(message, line);
    write_({line.data(), line.size()});
  }
  void flush_() override {}

  std::function<void(std::string_view)> write_;
};

// Passes messages to a function.
class ForwardingSink : public spdlog::sinks::base_sink<std::mutex> {
 public:
  explicit ForwardingSink(std::function<void(lode_level, std::string_view)> forward)
      : forward_(std::move(forward)) {}

 private:
  static lode_level FromSpdlog(spdlog::level::level_enum level) {
    switch (level) {
      case spdlog::level::debug:
        return LODE_DEBUG;
      case spdlog::level::info:
        return LODE_INFO;
      case spdlog::level::warn:
        return LODE_WARNING;
      default:
        return LODE_ERROR;
    }
  }
  void sink_it_(const spdlog::details::log_msg& message) override {
    forward_(FromSpdlog(message.level), {message.payload.data(), message.payload.size()});
  }
  void flush_() override {}

  std::function<void(lode_level, std::string_view)> forward_;
};

constexpr char kPattern[] = "lode: %l: %v";

spdlog::sink_ptr StandardError() { return std::make_shared<spdlog::sinks::stderr_sink_mt>(); }

spdlog::logger& Logger() {
  static const std::shared_ptr<spdlog::logger> logger = [] {
    auto made = std::make_shared<spdlog::logger>("lode", StandardError());
    made->set_pattern(kPattern);
    return made;
  }();
  return *logger;
}

spdlog::level::level_enum ToSpdlog(lode_level level) {
  switch (level) {
    case LODE_DEBUG:
      return spdlog::level::debug;
    case LODE_INFO:
      return spdlog::level::info;
    case LODE_WARNING:
      return spdlog::level::warn;
    default:
      return spdlog::level::err;
  }
}

void SetSink(const spdlog::sink_ptr& sink) {
  Logger().sinks() = {sink};
  Logger().set_pattern(kPattern);
}

}  // namespace

void Log(lode_level level, std::string_view message) {
  Logger().log(ToSpdlog(level), MessageLine(message));
}

void SetLogLevel(lode_level level) { Logger().set_level(ToSpdlog(level)); }

lode_level LogLevel() {
  for (const lode_level level : {LODE_DEBUG, LODE_INFO, LODE_WARNING}) {
    if (Logger().should_log(ToSpdlog(level))) { return level; }
  }
  return LODE_ERROR;
}

void SetLogWriter(std::function<void(std::string_view line)> write) {
  SetSink(write ? std::make_shared<FunctionSink>(std::move(write)) : StandardError());
}

void SetLogForwarder(std::function<void(lode_level level, std::string_view message)> forward) {
  SetSink(forward ? std::make_shared<ForwardingSink>(std::move(forward)) : StandardError());
}

}  // namespace lode::core
