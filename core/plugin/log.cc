#include "core/plugin/log.h"

#include <spdlog/sinks/base_sink.h>
#include <spdlog/sinks/stdout_sinks.h>
#include <spdlog/spdlog.h>

#include <memory>
#include <mutex>
#include <utility>

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

constexpr char kPattern[] = "lode: %l: %v";

spdlog::logger& Logger() {
  static const std::shared_ptr<spdlog::logger> logger = [] {
    auto made =
        std::make_shared<spdlog::logger>("lode", std::make_shared<spdlog::sinks::stderr_sink_mt>());
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

}  // namespace

void Log(lode_level level, std::string_view message) { Logger().log(ToSpdlog(level), message); }

void SetLogLevel(lode_level level) { Logger().set_level(ToSpdlog(level)); }

void SetLogWriter(std::function<void(std::string_view line)> write) {
  spdlog::sink_ptr sink = std::make_shared<spdlog::sinks::stderr_sink_mt>();
  if (write) {
    sink = std::make_shared<FunctionSink>(std::move(write));
  }
  Logger().sinks() = {sink};
  Logger().set_pattern(kPattern);
}

}  // namespace lode::core
