// Reads what a client sends beyond the syntax of HTTP: the target of a request, Host and cookies.
#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace lode::core {

struct Target {
  std::string path;   // begins with "/"; of letters, digits and "/,.-_" only
  std::string token;  // of the query "token=...", or ""

  bool operator==(const Target&) const = default;
};

// Returns nothing for any other target. Nothing is decoded: no path of this server has an escape.
std::optional<Target> ParseTarget(std::string_view text);

// Returns the name or address in a Host field, in lower case and without its port: "localhost",
// "[::1]". Returns nothing if it is none.
std::optional<std::string> HostName(std::string_view host);

// Returns the value of a cookie, or "".
std::string CookieValue(std::string_view cookies, std::string_view name);

}  // namespace lode::core
