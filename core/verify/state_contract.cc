#include "core/verify/state_contract.h"

#include <algorithm>
#include <cstring>
#include <optional>
#include <string_view>

namespace lode::verify {
namespace {

constexpr std::uint64_t kSteps = 40;

class StateContract {
 public:
  StateContract(const lode_component& component, const Usage& usage, Findings& findings)
      : component_(component), usage_(usage), findings_(findings) {}

  void Check() {
    const auto teacher = usage_.make();
    const auto pupil = usage_.make(), other = usage_.make();
    if (!teacher || !pupil || !other) { return; }
    const auto ignorant = Save(*teacher);
    for (std::uint64_t step = 0; step < kSteps; ++step) { usage_.step(*teacher, step); }
    const auto saved = Save(*teacher);
    if (!findings_.Require(saved.has_value(), "state.save", "fails")) { return; }
    findings_.Require(Save(*teacher) == saved, "determinism",
                      "save writes other bytes the second time");
    findings_.Require(ignorant != saved, "state.save",
                      "writes the same before and after " + std::to_string(kSteps) + " steps");
    CheckFullSink(*teacher);
    if (!findings_.Require(LoadState(*pupil, *saved, findings_) == LODE_OK, "state.load",
                           "refuses what save wrote")) {
      return;
    }
    findings_.Require(Save(*pupil) == saved, "state.load", "save after load writes other bytes");
    LoadState(*other, *saved, findings_);
    CheckSameContinuation(*pupil, *other);
    CheckDamaged(*pupil, *saved);
  }

 private:
  std::optional<std::string> Save(const Subject& subject) { return SaveState(subject, findings_); }

  void CheckFullSink(const Subject& subject) {
    const lode_sink full{nullptr,
                         [](void*, const void*, std::size_t) -> lode_status { return LODE_E_IO; }};
    findings_.Require(component_.save(subject.get(), full, nullptr) != LODE_OK, "state.save",
                      "succeeds although its sink reported an error");
  }

  void CheckSameContinuation(Subject& one, Subject& two) {
    for (std::uint64_t step = 0; step < kSteps; ++step) {
      if (!findings_.Require(usage_.step(one, step) == usage_.step(two, step), "state.load",
                             "two instances that have loaded the same state differ at step " +
                                 std::to_string(step))) {
        return;
      }
    }
  }

  void CheckDamaged(Subject& subject, const std::string& saved) {
    for (const double share : {0.0, 0.001, 0.1, 0.5, 0.9, 0.999}) {
      const auto size = static_cast<std::size_t>(share * static_cast<double>(saved.size()));
      if (size == saved.size()) {
        continue;  // there is no byte to remove
      }
      findings_.Require(!Takes(subject, saved.substr(0, size)), "state.load",
                        "accepts the first " + std::to_string(size) + " of " +
                            std::to_string(saved.size()) + " bytes");
    }
    // Flipped bytes may be another valid state; then the component must still work.
    for (std::size_t at = 0; at < saved.size(); at += 1 + saved.size() / 50) {
      std::string flipped = saved;
      flipped[at] = static_cast<char>(~flipped[at]);
      StepIfTaken(subject, flipped, at);
    }
    StepIfTaken(subject, std::string(saved.size(), '\xff'), 0);
    if (saved.empty()) { return; }
    findings_.Require(!Takes(subject, saved.substr(0, saved.size() - 1)), "state.load",
                      "accepts bytes without the last one");
  }

  void StepIfTaken(Subject& subject, const std::string& bytes, std::uint64_t step) {
    if (!Takes(subject, bytes)) { return; }
    usage_.reset(subject);
    usage_.step(subject, step);
  }

  // Loads; if that fails, the learned state must be the same as before.
  bool Takes(Subject& subject, const std::string& bytes) {
    const auto before = Save(subject);
    if (LoadState(subject, bytes, findings_) == LODE_OK) { return true; }
    findings_.Require(Save(subject) == before, "state.load.unchanged",
                      "a failed load changed what was learned");
    return false;
  }

  const lode_component& component_;
  const Usage& usage_;
  Findings& findings_;
};

}  // namespace

bool CanSave(const lode_component& component) {
  return Has(component, &lode_component::save) && Has(component, &lode_component::load);
}

void CheckState(const lode_component& component, const Usage& usage, Findings& findings) {
  const auto doing = findings.Do("saving and loading");
  StateContract(component, usage, findings).Check();
}

std::optional<std::string> SaveState(const Subject& subject, Findings& findings) {
  std::string bytes;
  ErrorBuffer error;
  const lode_sink sink{&bytes, [](void* ctx, const void* data, std::size_t size) -> lode_status {
                         static_cast<std::string*>(ctx)->append(static_cast<const char*>(data),
                                                                size);
                         return LODE_OK;
                       }};
  const lode_status status = subject.component().save(subject.get(), sink, error.get());
  if (status == LODE_OK) { return bytes; }
  const std::string fault = error.Fault(status);
  findings.Require(fault.empty(), "error.message", "save: the error " + fault);
  return std::nullopt;
}

lode_status LoadState(Subject& subject, std::string_view bytes, Findings& findings) {
  const lode_source source{&bytes, [](void* ctx, void* data, std::size_t size) -> std::int64_t {
                             auto& rest = *static_cast<std::string_view*>(ctx);
                             const std::size_t n = std::min({size, rest.size(), std::size_t{1000}});
                             std::memcpy(data, rest.data(), n);
                             rest.remove_prefix(n);
                             return static_cast<std::int64_t>(n);
                           }};
  ErrorBuffer error;
  const lode_status status = subject.component().load(subject.get(), source, error.get());
  if (status != LODE_OK) {
    const std::string fault = error.Fault(status);
    findings.Require(fault.empty(), "error.message", "load: the error " + fault);
  }
  return status;
}

}  // namespace lode::verify
