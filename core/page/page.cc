#include "core/page/page.h"

#include <nlohmann/json.hpp>
#include <system_error>

#include "core/plugin/durable_file.h"
#include "core/plugin/error.h"
#include "core/plugin/installation.h"
#include "core/plugin/text.h"
#include "core/report/escape_xml.h"

namespace lode::core {
namespace {

// Within a script element, only "<" can end it or begin a comment. In JSON, it is always within a
// string.
std::string EscapeScript(std::string_view json) {
  std::string escaped;
  escaped.reserve(json.size());
  for (const char c : json) { c == '<' ? escaped += "\\u003c" : escaped += c; }
  return escaped;
}

void ReplaceFirst(std::string& text, std::string_view mark, std::string_view by) {
  const std::size_t at = text.find(mark);
  if (at == std::string::npos) {
    throw HostError("the page of reports has no " + std::string(mark) + "; install it again");
  }
  text.replace(at, mark.size(), by);
}

}  // namespace

std::string FillPage(std::string_view page, const nlohmann::json& data) {
  std::string text(page);
  ReplaceFirst(text, "@REPORT@", EscapeScript(FormatJson(data)));
  ReplaceFirst(text, "@TITLE@", EscapeXml(data.at("title").get<std::string>()));
  return text;
}

std::string FormatPage(const nlohmann::json& data) {
  const std::filesystem::path file = InstalledPath(kPageTemplate);
  std::error_code error;
  if (!std::filesystem::exists(file, error)) {
    throw HostError("this build has no page for reports (" + file.string() +
                    "): it is built where npm and node are installed; --format text, json or csv "
                    "needs neither");
  }
  return FillPage(ReadFile(file), data);
}

}  // namespace lode::core
