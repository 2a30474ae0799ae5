#include "core/verify/verify.h"

#include <functional>
#include <mutex>
#include <nlohmann/json.hpp>
#include <sstream>
#include <utility>

#include "core/config/diagnostic.h"
#include "core/config/values.h"
#include "core/plugin/child.h"
#include "core/plugin/declaration.h"
#include "core/plugin/error.h"
#include "core/plugin/loader.h"
#include "core/plugin/shallow_json.h"
#include "core/verify/component.h"
#include "core/verify/file_contract.h"
#include "core/verify/process_state.h"
#include "core/verify/test_host.h"

namespace lode::verify {
namespace {

using core::Child;
using nlohmann::json;

// ---- in the child

// A component reports progress from any thread.
class Sender : public Watcher {
 public:
  explicit Sender(const Child::Send& send) : send_(send) { WatchProgress(this); }
  ~Sender() override { WatchProgress(nullptr); }
  Sender(const Sender&) = delete;
  Sender& operator=(const Sender&) = delete;

  void OnDoing(const std::string& what) override {
    const std::lock_guard lock(mutex_);
    send_(core::FormatJson({{"doing", what}}));
    last_ = Clock::now();
  }
  void OnBeat() override {
    const std::lock_guard lock(mutex_);
    if (const auto now = Clock::now(); now - last_ > std::chrono::milliseconds(100)) {
      send_("{}");
      last_ = now;
    }
  }
  void OnFound(const Finding& f) override {
    const std::lock_guard lock(mutex_);
    send_(core::FormatJson({{"rule", f.rule}, {"done", f.done}, {"seen", f.seen}}));
  }

 private:
  using Clock = std::chrono::steady_clock;
  const Child::Send& send_;
  std::mutex mutex_;
  Clock::time_point last_ = Clock::now();
};

// The check that the child runs; it may send more messages. Throws HostError if it cannot be
// checked, and ConfigError if the request is wrong.
using Check = std::function<void(Findings&, const Child::Send&)>;

void RunCheck(const Check& check, const Child::Send& send) {
  Sender sender(send);
  Findings findings(&sender);
  std::string skipped, refused;
  try {
    check(findings, send);
  } catch (const core::ConfigError& e) {  // the values are at fault, not the component
    refused = e.what();
  } catch (const core::HostError& e) {  // something that the check needs is missing
    skipped = e.what();
  } catch (const std::exception& e) {
    findings.Add("error.exception", std::string("an exception escaped: ") + e.what());
  } catch (...) {
    findings.Add("error.exception", "an exception escaped that is not a std::exception");
  }
  send(core::FormatJson(
      {{"checks", findings.checks()}, {"skipped", skipped}, {"refused", refused}}));
}

void CheckOne(const Request& request, std::uint32_t index, Findings& findings) {
  const lode_component& c = *core::LoadPlugin(request.file).components[index];
  Spaces spaces;
  if (c.kind == LODE_ORACLE || c.kind == LODE_OPTIMIZER) {
    for (const auto& companion : request.companions) { spaces.AddPlugin(companion); }
    spaces.AddPlugin(request.file);
  }
  const Setting base = BaseSetting(c, request.file, request.settings);
  const ProcessState before = ProcessState::Now();
  CheckComponent(c, base, spaces, findings);
  const auto doing = findings.Do("after everything");
  before.Check((c.capabilities & LODE_CAP_USES_TORCH) != 0, findings);
}

// Sends the IDs and kinds of the file's components.
void CheckFileAndList(const Request& request, Findings& findings, const Child::Send& send) {
  ProcessState before = ProcessState::Now();
  const lode_plugin* plugin = CheckFile(request.file, findings);
  before.AcceptHandlersOfLibraries(request.file);
  for (std::uint32_t i = 0; plugin != nullptr && i < plugin->component_count; ++i) {
    const lode_component& c = *plugin->components[i];
    send(core::FormatJson({{"component", c.id}, {"kind", c.kind}}));
  }
  const auto doing = findings.Do("after loading it");
  before.Check(plugin != nullptr && UsesTorch(*plugin), findings);
}

// ---- in the parent

// Returns what a process said about its end: a sanitizer's summary, or its last line.
std::string LastWords(const std::string& output) {
  std::istringstream lines(output);
  std::string last;
  for (std::string line; std::getline(lines, line);) {
    if (line.starts_with("SUMMARY: ")) { return line; }
    if (!line.empty()) { last = line; }
  }
  return last;
}

using Components = std::vector<std::pair<lode_kind, std::string>>;  // kind and id

// Follows the child that checks one component or the file.
class Follower {
 public:
  Follower(const std::string& title, const Request& request, Observer& observer)
      : request_(request), observer_(observer) {
    report_.title = OneLine(title);
  }

  Report Follow(const Check& check) {
    const auto start = std::chrono::steady_clock::now();
    Child child([&](const Child::Send& send) { RunCheck(check, send); }, Child::Ending::kOrderly);
    std::string line;
    Child::Received received{};
    while ((received = child.Receive(line, request_.patience)) == Child::Received::kLine) {
      Take(core::ParseShallowJson(line));
    }
    if (received == Child::Received::kSilence) {
      child.Kill();
      Add("process.hang", "no call ends and no new progress is reported for " +
                              std::to_string(request_.patience.count()) + " ms");
    } else {
      TakeEnd(child.Wait(), child.output());
    }
    report_.seconds =
        std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
    observer_.OnReport(report_);
    return std::move(report_);
  }

  // The components that the child has sent.
  const Components& components() const { return components_; }

 private:
  void Take(const json& message) {
    if (!message.is_object()) {
      Add("process.files", "something was written into a descriptor of the host");
    } else if (message.empty()) {
      return;  // a sign of life
    } else if (message.contains("doing")) {
      doing_ = message.at("doing");
      observer_.OnDoing(report_.title, doing_);
    } else if (message.contains("rule")) {
      report_.findings.push_back({message.at("rule"), message.at("done"), message.at("seen")});
    } else if (message.contains("component")) {
      components_.emplace_back(message.at("kind"), message.at("component"));
    } else if (message.contains("checks")) {
      const std::string refused = message.at("refused");
      if (!refused.empty()) { throw core::HostError(refused); }
      report_.checks = message.at("checks");
      report_.skipped = message.at("skipped");
      doing_ = "ending the process";
      finished_ = true;
    }
  }

  void TakeEnd(int status, const std::string& output) {
    const std::string abnormal = core::Abnormal(status);
    if (finished_ && abnormal.empty()) { return; }
    const std::string words = LastWords(output);
    const std::string seen = (abnormal.empty() ? "exit status 0" : abnormal) +
                             (words.empty() ? "" : ", with the message: " + words);
    const bool sanitized = output.find("Sanitizer: ") != std::string::npos;
    const bool leaks = output.find("LeakSanitizer: ") != std::string::npos;
    const bool crash = sanitized || abnormal.find("exit status") == std::string::npos;
    Add(leaks                        ? "process.memory"
        : crash && !abnormal.empty() ? "process.crash"
                                     : "process.exit",
        seen);
  }

  void Add(const char* rule, const std::string& seen) {
    report_.findings.push_back({rule, doing_, OneLine(seen)});
  }

  const Request& request_;
  Observer& observer_;
  Report report_;
  Components components_;
  std::string doing_;
  bool finished_ = false;
};

std::vector<std::string> IdsOf(const Components& components) {
  std::vector<std::string> ids;
  for (const auto& [kind, id] : components) { ids.push_back(id); }
  return ids;
}

// Returns the requested component; "" for all. Throws HostError if it does not exist.
std::string WantedOf(const Request& request, const Components& components) {
  const std::vector<std::string> ids = IdsOf(components);
  if (request.component.empty() || components.empty()) { return ""; }
  std::string wanted = core::MeantName(request.component, ids);
  if (wanted.empty()) {
    throw core::HostError("the plugin has no component '" + request.component + "'" +
                          core::Suggest(request.component, ids));
  }
  return wanted;
}

}  // namespace

std::vector<Report> Verify(const Request& request, Observer& observer) {
  Follower file("file " + request.file.filename().string(), request, observer);
  std::vector<Report> reports;
  reports.push_back(file.Follow([&](Findings& findings, const Child::Send& send) {
    CheckFileAndList(request, findings, send);
  }));
  const std::string wanted = WantedOf(request, file.components());
  for (std::uint32_t i = 0; i < file.components().size(); ++i) {
    const auto& [kind, id] = file.components()[i];
    if (!wanted.empty() && id != wanted) { continue; }
    Follower follower(std::string(core::KindName(kind)) + " '" + id + "'", request, observer);
    reports.push_back(follower.Follow(
        [&](Findings& findings, const Child::Send&) { CheckOne(request, i, findings); }));
  }
  return reports;
}

}  // namespace lode::verify
