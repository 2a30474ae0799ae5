// A host for tests of oracles that take long.
#pragma once

#include <lode/plugin.hpp>
#include <map>
#include <string>

namespace lode {

// Cancels from the n-th query on, and keeps what is recorded.
class StoppingHost {
 public:
  explicit StoppingHost(int patience = 1 << 30) : patience_(patience) {
    host_.struct_size = sizeof host_;
    host_.abi_minor = LODE_ABI_MINOR;
    host_.ctx = this;
    host_.cancelled = [](const lode_host* host) {
      return static_cast<StoppingHost*>(host->ctx)->patience_-- <= 0;
    };
    host_.record = [](const lode_host* host, const char* name, double value) {
      static_cast<StoppingHost*>(host->ctx)->records_[name] = value;
    };
  }
  StoppingHost(const StoppingHost&) = delete;
  Host host() const { return Host(&host_); }
  const std::map<std::string, double>& records() const { return records_; }

 private:
  int patience_;
  std::map<std::string, double> records_;
  lode_host host_{};
};

}  // namespace lode
