#include "core/verify/test_host.h"

#include <cmath>
#include <cstddef>
#include <cstring>
#include <lode/text.hpp>

namespace lode::verify {
namespace {

constexpr std::size_t kLongestText = 16384;  // bytes that a host keeps

struct HostFaults {
  std::mutex mutex;
  std::vector<std::pair<std::string, std::string>> list;
};
HostFaults& AllHostFaults() {
  static auto* const faults = new HostFaults;
  return *faults;
}

// Returns a NUL-terminated text of the component, with a limit in case it is not terminated; "" for
// NULL.
std::string_view Bounded(const char* text) {
  return text != nullptr ? std::string_view(text, strnlen(text, kLongestText + 1))
                         : std::string_view();
}

// Returns what is wrong with a text that a component passes to its host, or "".
std::string FaultOf(const char* data, std::size_t size) {
  if (data == nullptr) return "is NULL";
  if (size > kLongestText) return "is longer than " + std::to_string(kLongestText) + " bytes";
  if (!IsPrintableLine({data, size})) return "is not one line of UTF-8 without control characters";
  return "";
}

void CheckHostText(const char* function, const char* data, std::size_t size) {
  const std::string fault = FaultOf(data, size);
  if (!fault.empty()) NoteHostFault("host.text", std::string(function) + "'s text " + fault);
}

}  // namespace

void NoteHostFault(std::string_view rule, std::string seen) {
  HostFaults& faults = AllHostFaults();
  const std::lock_guard lock(faults.mutex);
  if (faults.list.size() < 100) faults.list.emplace_back(rule, std::move(seen));
}

std::vector<std::pair<std::string, std::string>> TakeHostFaults() {
  HostFaults& faults = AllHostFaults();
  const std::lock_guard lock(faults.mutex);
  return std::exchange(faults.list, {});
}

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
    CheckHostText("log", message, size);
    if (message == nullptr) return;
    const std::lock_guard lock(Of(h).mutex_);
    Of(h).lines_.emplace_back(message, std::min(size, kLongestText));
  };
  host_.cancelled = [](const lode_host* h) {
    Touch(h);
    return std::chrono::steady_clock::now() >= Of(h).cancel_at_;
  };
  host_.progress = [](const lode_host* h, double fraction, const char* what) {
    Touch(h);
    CheckHostText("progress", what, Bounded(what).size());
    if (!(fraction <= 1)) NoteHostFault("host.progress", "is " + std::to_string(fraction));
  };
  host_.record = [](const lode_host* h, const char* name, double value) {
    Touch(h);
    CheckHostText("record", name, Bounded(name).size());
    Of(h).records_.emplace_back(Bounded(name), value);
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
  if (error_.struct_size != sizeof error_) return "has another struct_size than the caller set";
  if (text.find_first_of("\n\r") != std::string::npos) return "has more than one line";
  if (text.ends_with('.') && !text.ends_with("...")) return "ends in a period: '" + text + "'";
  if (!IsPrintableLine(text)) return "has control characters, or is not UTF-8";
  if (error_.code != status) return "has another code than the call returned: '" + text + "'";
  return "";
}

Subject::Subject(const lode_component& component, const Setting& setting, std::uint64_t seed,
                 TestHost::Slots slots)
    : component_(component), host_(seed, slots) {
  status_ = component.create(host_.get(), setting.values.data(), &instance_, error_.get());
}

Subject::~Subject() {
  if (created()) component_.destroy(instance_);
}

lode_instance* Subject::Untouched() {
  static char place;
  return reinterpret_cast<lode_instance*>(&place);
}

}  // namespace lode::verify
