#include "core/serve/access.h"

#include <nettle/base64.h>
#include <nettle/memops.h>
#include <sys/random.h>

#include <algorithm>
#include <array>
#include <boost/asio/ip/address.hpp>
#include <cctype>

#include "core/plugin/error.h"
#include "core/plugin/sha256.h"

namespace lode::core {
namespace {

constexpr std::string_view kBearer = "Bearer ";

// Takes the same time wherever the texts differ.
bool AreEqual(const std::string& a, const std::string& b) {
  const std::string x = Sha256(a), y = Sha256(b);
  return memeql_sec(x.data(), y.data(), x.size()) != 0;
}

bool IsAddress(std::string name) {
  if (name.starts_with("[")) { name = name.substr(1, name.size() - 2); }
  boost::system::error_code error;
  boost::asio::ip::make_address(name, error);
  return !error;
}

// Browsers name the site whose page makes a request; other programs do not.
bool IsOfAnotherSite(const Request& request) {
  const bool is_own_origin = request.origin.empty() || request.origin == "http://" + request.host ||
                             request.origin == "https://" + request.host;
  const std::string& site = request.fetch_site;
  return !is_own_origin || !(site.empty() || site == "same-origin" || site == "none");
}

}  // namespace

bool Access::IsKnownHost(const std::string& host) const {
  const std::optional<std::string> name = HostName(host);
  return name && (std::ranges::find(options_.hosts, *name) != options_.hosts.end() ||
                  (options_.allows_addresses && IsAddress(*name)));
}

bool Access::IsToken(const std::string& text) const { return AreEqual(text, options_.token); }

std::optional<Answer> Access::Refuse(const Request& request, const Target& target) const {
  if (!IsKnownHost(request.host)) {
    return TextAnswer(403, "this server does not go by that name; lode serve --host NAME adds it");
  }
  if (IsOfAnotherSite(request)) {
    return TextAnswer(403, "pages of other sites get no answer; enter the address yourself");
  }
  if (options_.token.empty()) { return std::nullopt; }
  if (!target.token.empty() && IsToken(target.token)) {
    Answer answer = TextAnswer(303, "the token is in a cookie now");
    answer.fields = {{"Location", target.path},
                     {"Set-Cookie", options_.cookie + "=" + options_.token +
                                        "; Path=/; HttpOnly; SameSite=Strict"}};
    return answer;
  }
  const std::string bearer = request.authorization.starts_with(kBearer)
                                 ? request.authorization.substr(kBearer.size())
                                 : "";
  if (IsToken(bearer) || IsToken(CookieValue(request.cookie, options_.cookie))) {
    return std::nullopt;
  }
  Answer answer = TextAnswer(401, "open the address that lode serve has printed, with its token");
  answer.fields = {{"WWW-Authenticate", "Bearer"}};
  return answer;
}

std::string NewToken() {
  std::array<std::uint8_t, 32> random{};
  if (getrandom(random.data(), random.size(), 0) != static_cast<ssize_t>(random.size())) {
    throw HostError("the system has no random numbers for a token");
  }
  std::string token(BASE64_ENCODE_RAW_LENGTH(random.size()), '\0');
  base64_encode_raw(token.data(), random.size(), random.data());
  std::ranges::replace(token, '+', '-');
  std::ranges::replace(token, '/', '_');
  return token.substr(0, token.find('='));
}

bool IsPossibleToken(const std::string& text) {
  return text.size() >= 16 && std::ranges::all_of(text, [](unsigned char c) {
           return std::isalnum(c) != 0 || c == '-' || c == '_';
         });
}

}  // namespace lode::core
