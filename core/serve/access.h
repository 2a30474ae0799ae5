// Decides which requests are answered: those that know the token, and those of no other site's
// pages.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "core/serve/http.h"
#include "core/serve/target.h"

namespace lode::core {

struct AccessOptions {
  // What a Host field may name, in lower case: a page whose name was made to lead here (DNS
  // rebinding) has another one.
  std::vector<std::string> hosts{};
  bool allows_addresses = false;  // a Host field may also be any numeric address
  std::string token{};            // that clients must know; "": none
  std::string cookie{};           // the name of the cookie with the token
};

class Access {
 public:
  explicit Access(AccessOptions options) : options_(std::move(options)) {}

  // Returns the answer to a request that is refused, or that brings the token in its target and is
  // sent on with a cookie; nothing if the request may be answered.
  std::optional<Answer> Refuse(const Request& request, const Target& target) const;

 private:
  bool IsKnownHost(const std::string& host) const;
  bool IsToken(const std::string& text) const;

  const AccessOptions options_;
};

// Returns a new token: 43 characters that nobody can guess. Throws HostError.
std::string NewToken();

// Whether a text can be a token: at least 16 letters, digits, "-" and "_".
bool IsPossibleToken(const std::string& text);

}  // namespace lode::core
