// The results of checks.
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace lode::verify {

// A rule that a component breaks, and how that was seen. Each text is one line.
struct Finding {
  std::string rule;  // one of Rules()
  std::string done;  // what was done: "defaults: crossing pairs of architectures"
  std::string seen;  // what was seen then

  bool operator==(const Finding&) const = default;
};

// Returns one printable line of limited length, whatever a component wrote.
std::string OneLine(std::string_view text);

// Gets everything as it happens. Findings are then not lost when a component ends the process, and
// it is known what was being done.
class Watcher {
 public:
  virtual ~Watcher() = default;
  virtual void OnDoing(const std::string& what) = 0;
  // Reports that the same work continues. Any thread.
  virtual void OnBeat() = 0;
  virtual void OnFound(const Finding& finding) = 0;
};

// Not thread-safe.
class Findings {
 public:
  explicit Findings(Watcher* watcher = nullptr) : watcher_(watcher) {}

  // Says what is being done, as a part of what was said before, until this is destroyed.
  class Doing {
   public:
    Doing(Findings& findings, std::string_view what);
    ~Doing();
    Doing(const Doing&) = delete;
    Doing& operator=(const Doing&) = delete;

   private:
    Findings& findings_;
    std::size_t before_;
  };
  [[nodiscard]] Doing Do(std::string_view what) { return Doing(*this, what); }

  // Call it before something that may take long, so that it is not mistaken for a hang.
  void Beat() {
    if (watcher_ != nullptr) { watcher_->OnBeat(); }
  }

  // Keeps the first few different findings for each rule: a rule broken once is often broken
  // everywhere. REQUIRES: `rule` is one of Rules().
  void Add(std::string_view rule, std::string_view seen);

  // Adds a finding unless `holds`; returns `holds`. Also a sign of life, because some checks make a
  // hundred thousand calls, which take minutes under a sanitizer.
  bool Require(bool holds, std::string_view rule, const std::string& seen) {
    Beat();
    if (!holds) { Add(rule, seen); }
    return holds;
  }

  const std::vector<Finding>& list() const { return list_; }
  bool empty() const { return list_.empty(); }
  // Returns the number of things that were done.
  std::size_t checks() const { return checks_; }

 private:
  Watcher* watcher_;
  std::string doing_;
  std::size_t checks_ = 0;
  std::vector<Finding> list_;
};

}  // namespace lode::verify
