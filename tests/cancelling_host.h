// A host for tests of cancellation.
#pragma once

#include <functional>
#include <lode/plugin.hpp>
#include <utility>

namespace lode {

// Cancels as soon as `when` says so, however often it is asked.
class CancellingHost {
 public:
  explicit CancellingHost(std::function<bool()> when) : when_(std::move(when)) {
    host_.struct_size = sizeof host_;
    host_.abi_minor = LODE_ABI_MINOR;
    host_.ctx = this;
    host_.cancelled = [](const lode_host* host) {
      return static_cast<const CancellingHost*>(host->ctx)->when_();
    };
  }
  CancellingHost(const CancellingHost&) = delete;
  Host host() const { return Host(&host_); }

 private:
  std::function<bool()> when_;
  lode_host host_{};
};

}  // namespace lode
