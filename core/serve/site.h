// What the server answers to which request.
#pragma once

#include <filesystem>
#include <functional>
#include <string>
#include <variant>
#include <vector>

#include "core/serve/access.h"
#include "core/serve/http.h"
#include "core/serve/live_views.h"
#include "core/serve/report_maker.h"

namespace lode::core {

// The page without its data, as built from core/page/web: relative to the prefix.
inline constexpr char kLivePage[] = "share/lode/serve.html";

struct SiteOptions {
  std::filesystem::path directory;               // of the runs
  std::vector<std::filesystem::path> plugins{};  // values of --plugin, for reports
  AccessOptions access{};
};

// An answer that takes time: to be made outside of the thread that serves connections.
struct Work {
  bool is_report = false;  // takes seconds, not milliseconds
  std::function<Answer()> make;
};

// Any number of threads may use it.
class Site {
 public:
  // Throws HostError.
  explicit Site(SiteOptions options);

  // Returns the answer, or how to make it. Neither throws; *this outlives the work.
  std::variant<Answer, Work> Answers(const Request& request);

  // Ends work that takes long.
  void Cancel() { reports_.Cancel(); }

 private:
  std::variant<Answer, Work> Route(const std::string& path);
  Answer MakeReport(const std::string& list);

  const Access access_;
  const Answer page_;  // with the live view
  LiveViews views_;
  ReportMaker reports_;
};

// The fields of every answer: nothing is kept, framed, guessed or loaded from elsewhere.
std::vector<std::pair<std::string, std::string>> CommonFields(const Answer& answer);

}  // namespace lode::core
