#include "core/verify/preparation.h"

#include <algorithm>
#include <chrono>
#include <stdexcept>
#include <string>
#include <system_error>
#include <vector>

#include "core/plugin/error.h"
#include "core/verify/life.h"

namespace lode::verify {
namespace {

namespace fs = std::filesystem;

using Clock = std::chrono::steady_clock;

constexpr std::chrono::seconds kCallPatience{1};  // for a call that is cancelled
constexpr int kCutOffs = 4;

// Changes the working directory until it is destroyed.
class WorkingDirectory {
 public:
  explicit WorkingDirectory(const fs::path& directory) : before_(fs::current_path()) {
    fs::current_path(directory);
  }
  ~WorkingDirectory() {
    std::error_code gone;
    fs::current_path(before_, gone);
  }
  WorkingDirectory(const WorkingDirectory&) = delete;
  WorkingDirectory& operator=(const WorkingDirectory&) = delete;

 private:
  fs::path before_;
};

class PreparationContract {
 public:
  PreparationContract(const Case& checked, Findings& findings)
      : case_(checked), findings_(findings) {}

  void Check() {
    const Scratch scratch;
    const fs::path whole = scratch.path() / "whole";
    if (!CheckFirst(scratch.path(), whole)) { return; }
    CheckAgain(whole);
    CheckCutOff(scratch.path() / "at_once", Clock::duration::zero());
    CheckCutOff(scratch.path() / "midway", taken_ / 2);
  }

 private:
  std::string LiveIn(const fs::path& directory) const {
    return Life({case_.component, case_.setting, case_.space, directory}).Live();
  }

  // Prepares with a new instance, cancelled at some time.
  lode_status PrepareOnce(const fs::path& directory, Clock::time_point cancel_at) {
    Subject oracle(case_.component, case_.setting);
    lode_status status = oracle.status();
    if (oracle.created()) {
      status = oracle.api<lode_oracle_api>().bind(oracle.get(), case_.space, nullptr);
    }
    if (!findings_.Require(status == LODE_OK, "oracle.bind", "refuses a space that it accepted")) {
      return status;
    }
    oracle.host().CancelAt(cancel_at);
    ErrorBuffer error;
    const Clock::time_point start = Clock::now();
    status = Prepare(oracle, directory, error.get());
    taken_ = Clock::now() - start;
    message_ = error.message();
    const std::string fault = status == LODE_OK ? "" : error.Fault(status);
    findings_.Require(fault.empty(), "error.message", "prepare: the error " + fault);
    return status;
  }

  bool CheckFirst(const fs::path& scratch, const fs::path& directory) {
    const auto doing = findings_.Do("preparing in a new directory");
    const fs::path work = scratch / "work";
    fs::create_directory(work);
    fs::create_directory(directory);
    {
      const WorkingDirectory there(work);
      const lode_status status = PrepareOnce(directory, Clock::time_point::max());
      if (!findings_.Require(status == LODE_OK, "oracle.prepare", "fails: " + message_)) {
        return false;
      }
    }
    for (const fs::path& where : {scratch, work}) {
      for (const auto& entry : fs::directory_iterator(where)) {
        findings_.Require(entry.path() == work || entry.path() == directory, "oracle.prepare.files",
                          "writes '" + entry.path().filename().string() + "' outside of it");
      }
    }
    given_ = LiveIn(directory);
    return true;
  }

  void CheckAgain(const fs::path& directory) {
    const auto doing = findings_.Do("preparing again in the same directory");
    const Clock::duration first = taken_;
    const lode_status status = PrepareOnce(directory, Clock::time_point::max());
    taken_ = first;
    if (!findings_.Require(status == LODE_OK, "oracle.prepare", "fails: " + message_)) { return; }
    findings_.Require(LiveIn(directory) == given_, "oracle.prepare",
                      "evaluates differently after preparing again");
  }

  void CheckCutOff(const fs::path& directory, Clock::duration after) {
    const auto milliseconds = std::chrono::duration_cast<std::chrono::milliseconds>(after).count();
    const auto doing =
        findings_.Do("preparing, cancelled after " + std::to_string(milliseconds) + " ms");
    const Clock::duration whole = taken_;
    lode_status status = LODE_OK;
    std::chrono::duration<double> least = std::chrono::hours(1);
    // A busy machine may delay some attempts, but not all of them.
    for (int attempt = 0; attempt < kCutOffs && least > kCallPatience; ++attempt) {
      fs::remove_all(directory);
      fs::create_directory(directory);
      status = PrepareOnce(directory, Clock::now() + after);
      least = std::min<std::chrono::duration<double>>(least, taken_ - after);
    }
    taken_ = whole;
    findings_.Require(least <= kCallPatience, "host.cancellation",
                      "prepare continues for " + std::to_string(least.count()) + " s");
    findings_.Require(status == LODE_OK || status == LODE_E_CANCELLED, "oracle.prepare.cancelled",
                      "ends with status " + std::to_string(status) + " instead of cancelled");
    findings_.Require(LiveIn(directory) == given_, "oracle.prepare.cancelled",
                      "evaluates differently after it continues from there");
  }

  const Case& case_;
  Findings& findings_;
  Clock::duration taken_{};  // duration of the first prepare
  std::string message_;      // error of the last prepare
  std::string given_;        // results of a life after the first prepare
};

}  // namespace

Scratch::Scratch() try : TemporaryDirectory("lode-verify-") {
} catch (const std::runtime_error& e) { throw core::HostError(e.what()); }

bool CanPrepare(const lode_component& component) {
  return component.kind == LODE_ORACLE &&
         Has(*static_cast<const lode_oracle_api*>(component.api), &lode_oracle_api::prepare);
}

lode_status Prepare(Subject& oracle, const fs::path& directory, lode_error* error) {
  if (!CanPrepare(oracle.component())) { return LODE_OK; }
  const std::string text = directory.string();
  const std::uint64_t seed = oracle.host().seed();
  oracle.host().SetSeed(0);  // the same random words whatever the run's seed
  oracle.host().Enter(0, Phase::kPrepare);
  const lode_status status =
      oracle.api<lode_oracle_api>().prepare(oracle.get(), {text.data(), text.size()}, error);
  oracle.host().SetSeed(seed);
  return status;
}

void CheckPreparation(const Case& checked, Findings& findings) {
  if (CanPrepare(checked.component)) { PreparationContract(checked, findings).Check(); }
}

}  // namespace lode::verify
