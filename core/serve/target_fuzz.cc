// Whatever a client sends as target, host or cookies, nothing but what was sent comes out.
#include <cstdint>
#include <cstdlib>
#include <string_view>

#include "core/serve/target.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace lode::core;
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  if (const auto target = ParseTarget(text)) {
    const bool has_query = text.find('?') != std::string_view::npos;
    if (target->path + (has_query ? "?token=" : "") + target->token != text) { std::abort(); }
    if (target->path.find_first_of("%\\?# ") != std::string::npos) { std::abort(); }
  }
  if (const auto host = HostName(text)) {
    if (host->empty() || HostName(*host) != host) { std::abort(); }
  }
  const std::string value = CookieValue(text, "lode-1");
  if (text.find(value) == std::string_view::npos) { std::abort(); }
  return 0;
}
