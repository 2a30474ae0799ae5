#include "core/verify/test_host.h"

#include <cstddef>
#include <cstring>

namespace lode::verify {
TestHost::TestHost(std::uint64_t seed, Slots slots) : seed_(seed), stream_(seed, "test") {
  host_.struct_size = sizeof host_;
  host_.abi_minor = LODE_ABI_MINOR;
  host_.ctx = this;
  if (slots != Slots::kRandomOnly) FillSlots();
  host_.random = stream_.handle();
  if (slots == Slots::kNone) {
    host_.struct_size = offsetof(lode_host, log);
    host_.random = {this, [](void* ctx, std::uint64_t* out, std::size_t count) {
                      static_cast<TestHost*>(ctx)->trespassed_ = true;
                      std::fill(out, out + count, 0);
                    }};
  }
}

void TestHost::Touch(const lode_host* host) {
  if (host->struct_size < sizeof(lode_host)) Of(host).trespassed_ = true;
}

void TestHost::FillSlots() {
  host_.log = [](const lode_host* h, lode_level, const char* message, std::size_t size) {
    Touch(h);
    const std::lock_guard lock(Of(h).mutex_);
    Of(h).lines_.emplace_back(message, size);
  };
  host_.cancelled = [](const lode_host* h) {
    Touch(h);
    return std::chrono::steady_clock::now() >= Of(h).cancel_at_;
  };
  host_.progress = [](const lode_host* h, double, const char*) { Touch(h); };
  host_.record = [](const lode_host* h, const char* name, double value) {
    Touch(h);
    Of(h).records_.emplace_back(name, value);
  };
  host_.extension = [](const lode_host* h, const char*) -> const void* {
    Touch(h);
    return nullptr;
  };
}

std::vector<std::string> TestHost::lines() const {
  const std::lock_guard lock(mutex_);
  return lines_;
}

lode_trial TrialOf(std::uint64_t step, std::uint32_t flags, const float* action,
                   const std::uint8_t* architecture, const double& reward) {
  lode_trial trial{};
  trial.struct_size = sizeof trial;
  trial.flags = flags;
  trial.step = step;
  trial.action = action;
  trial.architecture = architecture;
  trial.metrics = &reward;
  trial.metric_count = 1;
  trial.reward = reward;
  trial.objectives = &reward;
  trial.objective_count = 1;
  if ((flags & LODE_TRIAL_FAILED) != 0) trial.violation = reward;  // NaN
  return trial;
}

ErrorBuffer::ErrorBuffer() { error_.struct_size = sizeof error_; }

std::string ErrorBuffer::message() const {
  return {error_.message, strnlen(error_.message, sizeof error_.message)};
}

std::string ErrorBuffer::Fault(lode_status status) const {
  const std::string text = message();
  if (text.empty()) return "gives no reason";
  if (text.size() == sizeof error_.message) return "is not terminated";
  if (text.find_first_of("\n\r") != std::string::npos) return "has more than one line";
  if (text.ends_with('.') && !text.ends_with("...")) return "ends in a full stop: '" + text + "'";
  if (error_.code != status) return "has another code than the call returned: '" + text + "'";
  return "";
}

Subject::Subject(const lode_component& component, const Setting& setting, std::uint64_t seed,
                 TestHost::Slots slots)
    : component_(component), host_(seed, slots) {
  status_ = component.create(host_.get(), setting.values.data(), &instance_, error_.get());
}

Subject::~Subject() {
  if (instance_ != nullptr) component_.destroy(instance_);
}

}  // namespace lode::verify
