#include "core/cli/serving.h"

#include <unistd.h>

#include <array>
#include <cstdlib>
#include <utility>

#include "core/plugin/durable_file.h"
#include "core/plugin/error.h"
#include "core/plugin/text.h"

namespace lode::cli {
namespace {

constexpr char kTokenVariable[] = "LODE_SERVE_TOKEN";

std::string Checked(std::string token, const std::string& source) {
  while (token.ends_with('\n') || token.ends_with('\r')) { token.pop_back(); }
  if (!core::IsPossibleToken(token)) {
    throw core::HostError(source +
                          ": expected a token of at least 16 letters, digits, \"-\" and \"_\"");
  }
  return token;
}

// Other machines always need a token; this one does if the user gives one.
std::string TokenOf(const ServingOptions& options, bool is_loopback) {
  if (!options.token_file.empty()) {
    return Checked(core::ReadFile(options.token_file), options.token_file.string());
  }
  if (const char* const token = std::getenv(kTokenVariable)) {
    return Checked(token, kTokenVariable);
  }
  return is_loopback ? "" : core::NewToken();
}

bool IsUnspecified(const std::string& address) { return address == "0.0.0.0" || address == "::"; }

std::string InUrl(const std::string& address) {
  return address.find(':') == std::string::npos ? address : "[" + address + "]";
}

std::string NameOfThisMachine() {
  std::array<char, 256> name{};
  return gethostname(name.data(), name.size() - 1) == 0 ? name.data() : "localhost";
}

}  // namespace

Serving::Serving(const ServingOptions& options)
    : options_(options),
      is_loopback_(core::IsLoopback(options.address)),
      token_(TokenOf(options, is_loopback_)),
      server_(options.address, options.port) {}

core::AccessOptions Serving::Access() const {
  core::AccessOptions access{.token = token_, .cookie = "lode-" + std::to_string(server_.port())};
  for (const std::string& host : options_.hosts) {
    access.hosts.push_back(core::WithoutCase(host));
  }
  access.hosts.push_back(core::WithoutCase(InUrl(options_.address)));
  if (is_loopback_) {
    access.hosts.insert(access.hosts.end(), {"localhost", "127.0.0.1", "[::1]"});
  }
  if (IsUnspecified(options_.address)) {
    access.hosts.insert(access.hosts.end(), {"localhost", core::WithoutCase(NameOfThisMachine())});
    access.allows_addresses = true;
  }
  return access;
}

void Serving::Start(const std::filesystem::path& directory,
                    const std::vector<std::filesystem::path>& plugins) {
  site_.emplace(core::SiteOptions{directory, plugins, Access()});
  server_.Start(*site_);
}

std::string Serving::url() const {
  const std::string host = !options_.hosts.empty()           ? options_.hosts.front()
                           : IsUnspecified(options_.address) ? NameOfThisMachine()
                                                             : options_.address;
  const std::string token = token_.empty() ? "" : "?token=" + token_;
  return "http://" + InUrl(host) + ":" + std::to_string(server_.port()) + "/" + token;
}

}  // namespace lode::cli
