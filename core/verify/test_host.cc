#include "core/verify/test_host.h"

#include <cmath>
#include <cstddef>
#include <cstring>
#include <lode/text.hpp>
#include <mutex>

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

class ProgressWatch {
 public:
  void Set(Watcher* watcher) {
    const std::lock_guard lock(mutex_);
    watcher_ = watcher;
  }
  void Note(double fraction, std::string_view what) {
    const std::lock_guard lock(mutex_);
    if (fraction == fraction_ && what == what_) { return; }
    fraction_ = fraction;
    what_ = what;
    if (watcher_ != nullptr) { watcher_->OnBeat(); }
  }

 private:
  std::mutex mutex_;
  Watcher* watcher_ = nullptr;
  double fraction_ = -1;
  std::string what_;
};
ProgressWatch& TheProgressWatch() {
  static auto* const watch = new ProgressWatch;
  return *watch;
}

// Returns a NUL-terminated text of the component, with a limit in case it is not terminated; "" for
// NULL.
std::string_view Bounded(const char* text) {
  return text != nullptr ? std::string_view(text, strnlen(text, kLongestText + 1))
                         : std::string_view();
}

// Returns what is wrong with a text that a component passes to its host, or "".
std::string FaultOf(const char* data, std::size_t size) {
  if (data == nullptr) { return "is NULL"; }
  if (size > kLongestText) { return "is longer than " + std::to_string(kLongestText) + " bytes"; }
  if (!IsPrintableLine({data, size})) {
    return "is not one line of UTF-8 without control characters";
  }
  return "";
}

void CheckHostText(const char* function, const char* data, std::size_t size) {
  const std::string fault = FaultOf(data, size);
  if (!fault.empty()) { NoteHostFault("host.text", std::string(function) + "'s text " + fault); }
}

}  // namespace

void NoteHostFault(std::string_view rule, std::string seen) {
  HostFaults& faults = AllHostFaults();
  const std::lock_guard lock(faults.mutex);
  if (faults.list.size() < 100) { faults.list.emplace_back(rule, std::move(seen)); }
}

std::vector<std::pair<std::string, std::string>> TakeHostFaults() {
  HostFaults& faults = AllHostFaults();
  const std::lock_guard lock(faults.mutex);
  return std::exchange(faults.list, {});
}

void WatchProgress(Watcher* watcher) { TheProgressWatch().Set(watcher); }

TestHost::TestHost(std::uint64_t seed, Slots slots) : test::TestHost(seed) {
  if (slots == Slots::kRandomOnly) {
    ClearSlots();
  } else {
    FillSlots();
  }
  if (slots != Slots::kNone) { return; }
  services().struct_size = offsetof(lode_host, log);
  services().random = {this, [](void* ctx, std::uint64_t* out, std::size_t count) {
                         static_cast<TestHost*>(ctx)->trespassed_ = true;
                         std::fill(out, out + count, 0);
                       }};
}

void TestHost::Touch(const lode_host* host) {
  if (host->struct_size < sizeof(lode_host)) { Of(host).trespassed_ = true; }
}

void TestHost::ClearSlots() {
  services().log = nullptr;
  services().cancelled = nullptr;
  services().progress = nullptr;
  services().record = nullptr;
  services().extension = nullptr;
}

void TestHost::FillSlots() {
  services().log = [](const lode_host* h, lode_level, const char* message, std::size_t size) {
    Touch(h);
    CheckHostText("log", message, size);
    if (message != nullptr) { Of(h).KeepLine({message, std::min(size, kLongestText)}); }
  };
  services().cancelled = [](const lode_host* h) {
    Touch(h);
    return Of(h).cancelled();
  };
  services().progress = [](const lode_host* h, double fraction, const char* what) {
    Touch(h);
    CheckHostText("progress", what, Bounded(what).size());
    if (!(fraction <= 1)) {
      NoteHostFault("host.progress", "is " + std::to_string(fraction));
    } else {
      TheProgressWatch().Note(fraction, Bounded(what));
    }
  };
  services().record = [](const lode_host* h, const char* name, double value) {
    Touch(h);
    CheckHostText("record", name, Bounded(name).size());
    Of(h).KeepRecord(Bounded(name), value);
  };
  services().extension = [](const lode_host* h, const char*) -> const void* {
    Touch(h);
    return nullptr;
  };
}

Subject::Subject(const lode_component& component, const Setting& setting, std::uint64_t seed,
                 TestHost::Slots slots)
    : component_(component), host_(seed, slots) {
  status_ = component.create(host_.get(), setting.values.data(), &instance_, error_.get());
}

Subject::~Subject() {
  if (created()) { component_.destroy(instance_); }
}

lode_instance* Subject::Untouched() {
  static char place;
  return reinterpret_cast<lode_instance*>(&place);
}

}  // namespace lode::verify
