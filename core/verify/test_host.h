// A host for one instance that notes what the instance does wrong. Also helpers to call a component
// through its table.
#pragma once

#include <lode/plugin.h>

#include <algorithm>
#include <atomic>
#include <cstddef>
#include <cstdint>
#include <lode/testing.hpp>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "core/verify/findings.h"
#include "core/verify/settings.h"

namespace lode::verify {

// Reports what a component did to the host of a test: a rule, and what was seen. Any thread.
void NoteHostFault(std::string_view rule, std::string seen);
// Returns the reports since the last call.
std::vector<std::pair<std::string, std::string>> TakeHostFaults();

// Reports progress to `watcher`, as beats, until it is replaced by another or nullptr. Only
// progress that differs from the last counts: a component may report the same forever.
void WatchProgress(Watcher* watcher);

using test::ErrorBuffer;
using test::Phase;
using test::ProposalInto;
using test::SameBits;
using test::TrialOf;

class TestHost : public test::TestHost {
 public:
  enum class Slots {
    kAll,
    kRandomOnly,  // every other slot is NULL
    kNone,        // struct_size ends before the first slot; later slots must not be used
  };

  explicit TestHost(std::uint64_t seed = 1, Slots slots = Slots::kAll);

  // Returns whether a slot beyond struct_size was used.
  bool trespassed() const { return trespassed_; }

 private:
  static TestHost& Of(const lode_host* host) {
    return static_cast<TestHost&>(test::TestHost::Of(host));
  }
  void FillSlots();
  void ClearSlots();
  // Records that a slot was used.
  static void Touch(const lode_host* host);

  std::atomic<bool> trespassed_ = false;
};

// An instance and its host.
class Subject {
 public:
  Subject(const lode_component& component, const Setting& setting, std::uint64_t seed = 1,
          TestHost::Slots slots = TestHost::Slots::kAll);
  ~Subject();
  Subject(const Subject&) = delete;

  bool created() const { return status_ == LODE_OK && instance_ != nullptr && out_touched(); }
  // Returns whether create wrote to *out.
  bool out_touched() const { return instance_ != Untouched(); }
  lode_status status() const { return status_; }
  const ErrorBuffer& error() const { return error_; }
  lode_instance* get() const { return instance_; }
  TestHost& host() { return host_; }
  const lode_component& component() const { return component_; }

  template <class Api>
  const Api& api() const {
    return *static_cast<const Api*>(component_.api);
  }
  // Keeps something that the instance uses as long as the instance.
  void Keep(std::shared_ptr<void> used) { used_.push_back(std::move(used)); }
  lode_space space() const { return {&api<lode_space_api>(), instance_}; }

 private:
  // The value of *out before create.
  static lode_instance* Untouched();

  const lode_component& component_;
  std::vector<std::shared_ptr<void>> used_;
  TestHost host_;
  ErrorBuffer error_;
  lode_status status_ = LODE_OK;
  lode_instance* instance_ = Untouched();
};

// Returns whether a table has an optional function: LODE_HAS for a pointer to member.
template <class Api, class Slot>
bool Has(const Api& api, Slot Api::*slot) {
  // NOLINTNEXTLINE(bugprone-sizeof-expression): the size of the slot, which may be a pointer
  const auto end = reinterpret_cast<const char*>(&(api.*slot)) + sizeof(Slot) -
                   reinterpret_cast<const char*>(&api);
  return static_cast<std::ptrdiff_t>(api.struct_size) >= end && api.*slot != nullptr;
}

// An element of an array of sized structs as a newer host would have it: followed by a tail that
// this version does not know and must not touch.
template <class T>
struct Newer {
  T value;
  std::uint8_t tail[32];

  explicit Newer(T v = {}) : value(v) {
    value.struct_size = sizeof *this;
    for (std::uint8_t& byte : tail) { byte = kCanary; }
  }
  bool SameBytes(const Newer& other) const {
    return std::equal(bytes(), bytes() + sizeof *this, other.bytes());
  }
  bool intact() const {
    for (const std::uint8_t byte : tail) {
      if (byte != kCanary) { return false; }
    }
    return value.struct_size == sizeof *this;
  }
  const std::uint8_t* bytes() const { return reinterpret_cast<const std::uint8_t*>(this); }
  static constexpr std::uint8_t kCanary = 0xA5;
};

// A caller's output array with guards: filled with a pattern, with room after it that must not
// change. The result of a call must not depend on the pattern.
template <class T>
class GuardedBuffer {
 public:
  static constexpr std::uint8_t kCanary = 0xA5;
  static constexpr std::uint8_t kOther = 0x41;  // as doubles: millions; as floats: tens

  explicit GuardedBuffer(std::size_t count, std::uint8_t pattern = kCanary)
      : count_(count), pattern_(pattern), data_(count + kGuard) {
    auto* bytes = reinterpret_cast<std::uint8_t*>(data_.data());
    std::fill(bytes, bytes + data_.size() * sizeof(T), pattern_);
  }

  T* data() { return data_.data(); }
  std::vector<T> values() const { return {data_.begin(), data_.begin() + Offset(count_)}; }
  bool untouched() const { return OnlyCanaries(0); }
  bool in_bounds() const { return OnlyCanaries(count_); }

 private:
  static std::ptrdiff_t Offset(std::size_t n) { return static_cast<std::ptrdiff_t>(n); }
  bool OnlyCanaries(std::size_t first) const {
    const auto* bytes = reinterpret_cast<const std::uint8_t*>(data_.data());
    return std::all_of(bytes + first * sizeof(T), bytes + data_.size() * sizeof(T),
                       [this](std::uint8_t byte) { return byte == pattern_; });
  }

  static constexpr std::size_t kGuard = 16;
  std::size_t count_;
  std::uint8_t pattern_;
  std::vector<T> data_;
};

}  // namespace lode::verify
