#include "core/serve/target.h"

#include <algorithm>
#include <cctype>

#include "core/plugin/text.h"

namespace lode::core {
namespace {

bool IsAlphanumeric(char c) { return std::isalnum(static_cast<unsigned char>(c)) != 0; }

bool IsDigit(char c) { return c >= '0' && c <= '9'; }

template <class Condition>
bool AllOf(std::string_view text, const Condition& condition) {
  return std::ranges::all_of(text, condition);
}

bool IsPath(std::string_view text) {
  return text.starts_with("/") && AllOf(text, [](char c) {
           return IsAlphanumeric(c) || std::string_view("/,.-_").find(c) != std::string_view::npos;
         });
}

// The port may be missing.
bool IsPort(std::string_view text) {
  return text.empty() ||
         (text.starts_with(":") && text.size() <= 6 && AllOf(text.substr(1), IsDigit));
}

bool IsName(std::string_view text) {
  return !text.empty() &&
         AllOf(text, [](char c) { return IsAlphanumeric(c) || c == '.' || c == '-' || c == '_'; });
}

// An address of version 6 in brackets.
bool IsBracketed(std::string_view text) {
  return text.size() > 2 && text.starts_with("[") && text.ends_with("]") &&
         AllOf(text.substr(1, text.size() - 2),
               [](char c) { return IsAlphanumeric(c) || c == ':' || c == '.'; });
}

std::string_view Trimmed(std::string_view text) {
  text.remove_prefix(std::min(text.find_first_not_of(' '), text.size()));
  return text.substr(0, text.find_last_not_of(' ') + 1);
}

}  // namespace

std::optional<Target> ParseTarget(std::string_view text) {
  constexpr std::string_view kToken = "?token=";
  const std::size_t at = std::min(text.find('?'), text.size());
  const std::string_view path = text.substr(0, at), query = text.substr(at);
  if (!IsPath(path) || (!query.empty() && !query.starts_with(kToken))) { return std::nullopt; }
  return Target{std::string(path),
                std::string(query.substr(std::min(query.size(), kToken.size())))};
}

std::optional<std::string> HostName(std::string_view host) {
  const std::size_t bracket = host.starts_with("[") ? host.find(']') : std::string_view::npos;
  const std::size_t colon = host.find(':', bracket == std::string_view::npos ? 0 : bracket);
  const std::string_view name = host.substr(0, colon);
  if ((!IsName(name) && !IsBracketed(name)) || !IsPort(host.substr(name.size()))) {
    return std::nullopt;
  }
  return WithoutCase(name);
}

std::string CookieValue(std::string_view cookies, std::string_view name) {
  while (!cookies.empty()) {
    const std::size_t end = std::min(cookies.find(';'), cookies.size());
    const std::string_view cookie = Trimmed(cookies.substr(0, end));
    if (cookie.starts_with(name) && cookie.substr(name.size()).starts_with("=")) {
      return std::string(cookie.substr(name.size() + 1));
    }
    cookies.remove_prefix(std::min(end + 1, cookies.size()));
  }
  return "";
}

}  // namespace lode::core
