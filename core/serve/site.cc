#include "core/serve/site.h"

#include <algorithm>
#include <exception>
#include <optional>
#include <utility>

#include "core/plugin/durable_file.h"
#include "core/plugin/error.h"
#include "core/plugin/installation.h"
#include "core/serve/open_metrics.h"
#include "core/serve/target.h"

namespace lode::core {
namespace {

constexpr char kJsonType[] = "application/json";
constexpr char kPageType[] = "text/html; charset=utf-8";
constexpr std::size_t kMostRuns = 32;  // of a report

Answer NotFound() { return TextAnswer(404, "there is nothing here"); }

// Returns the rest of a path behind a folder: ID of "/report/ID".
std::optional<std::string> Below(const std::string& path, std::string_view folder) {
  return path.starts_with(folder) ? std::optional(path.substr(folder.size())) : std::nullopt;
}

std::vector<std::string> SplitIds(const std::string& list) {
  std::vector<std::string> ids;
  for (std::size_t at = 0; at <= list.size();) {
    const std::size_t end = std::min(list.find(',', at), list.size());
    ids.push_back(list.substr(at, end - at));
    at = end + 1;
  }
  return ids;
}

Answer Found(const char* type, LiveViews::Text text) {
  return text ? Answer{200, type, std::move(text), {}} : NotFound();
}

Answer LivePage() {
  std::error_code error;
  const std::filesystem::path file = InstalledPath(kLivePage);
  if (!std::filesystem::exists(file, error)) {
    return TextAnswer(501, "this build has no page (" + file.string() +
                               "): it is built where npm and node are installed; /api/runs and "
                               "/metrics need neither");
  }
  return {200, kPageType, std::make_shared<const std::string>(ReadFile(file)), {}};
}

Work Guarded(bool is_report, std::function<Answer()> make) {
  return {is_report, [make = std::move(make)] {
            try {
              return make();
            } catch (const std::exception& e) { return TextAnswer(500, e.what()); }
          }};
}

}  // namespace

Site::Site(SiteOptions options)
    : access_(std::move(options.access)),
      page_(LivePage()),
      views_(options.directory),
      reports_(std::move(options.plugins)) {}

std::variant<Answer, Work> Site::Answers(const Request& request) {
  const std::optional<Target> target = ParseTarget(request.target);
  if (std::optional<Answer> refusal = access_.Refuse(request, target.value_or(Target{}))) {
    return *std::move(refusal);
  }
  if (request.method != "GET" && request.method != "HEAD") {
    Answer answer = TextAnswer(405, "only GET and HEAD are answered: nothing can be changed here");
    answer.fields = {{"Allow", "GET, HEAD"}};
    return answer;
  }
  return target ? Route(target->path) : NotFound();
}

std::variant<Answer, Work> Site::Route(const std::string& path) {
  if (path == "/") { return page_; }
  if (path == "/api/runs") {
    return Guarded(false, [this] { return Found(kJsonType, views_.Runs()); });
  }
  if (path == "/metrics") {
    return Guarded(false, [this] { return Found(kOpenMetricsType, views_.Metrics()); });
  }
  if (const auto id = Below(path, "/api/runs/")) {
    return Guarded(false, [this, id = *id] { return Found(kJsonType, views_.Run(id)); });
  }
  if (const auto list = Below(path, "/report/")) {
    return Guarded(true, [this, list = *list] { return MakeReport(list); });
  }
  return NotFound();
}

Answer Site::MakeReport(const std::string& list) {
  const std::vector<std::string> ids = SplitIds(list);
  if (ids.size() > kMostRuns) {
    return TextAnswer(400, "a report of at most " + std::to_string(kMostRuns) +
                               " runs is made here; lode report has no limit");
  }
  const auto found = views_.Find(ids);
  return found ? reports_.Make(found->directories, found->version) : NotFound();
}

std::vector<std::pair<std::string, std::string>> CommonFields(const Answer& answer) {
  // Pages have a policy of their own about what they may load.
  const std::string policy = answer.type == kPageType ? "" : "default-src 'none'; sandbox; ";
  return {{"Content-Type", answer.type},
          {"Content-Security-Policy",
           policy + "base-uri 'none'; form-action 'none'; frame-ancestors 'none'"},
          {"X-Content-Type-Options", "nosniff"},
          {"X-Frame-Options", "DENY"},
          {"Cross-Origin-Resource-Policy", "same-origin"},
          {"Referrer-Policy", "no-referrer"},
          {"Cache-Control", "no-store"}};
}

}  // namespace lode::core
