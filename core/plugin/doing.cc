#include "core/plugin/doing.h"

#include <filesystem>
#include <new>
#include <nlohmann/json.hpp>
#include <stdexcept>
#include <system_error>

#include "core/plugin/error.h"

namespace lode::core {
namespace {

std::string ReasonOf(const std::filesystem::filesystem_error& error) {
  return error.path1().empty() ? error.code().message()
                               : error.path1().string() + ": " + error.code().message();
}

// Drops the exception's name from "[json.exception.parse_error.101] parse error at line 1, ...",
// because it tells users nothing.
std::string ReasonOf(const nlohmann::json::exception& error) {
  const std::string text = error.what();
  const auto name_end = text.find("] ");
  return name_end == std::string::npos ? text : text.substr(name_end + 2);
}

}  // namespace

void ThrowAsDoing(const std::string& what) {
  try {
    throw;
  } catch (const std::filesystem::filesystem_error& e) {
    throw HostError(what + ": " + ReasonOf(e));
  } catch (const std::system_error& e) {
    throw HostError(what + ": " + e.code().message());
  } catch (const std::bad_alloc&) {
    throw HostError(what + ": out of memory");
  } catch (const std::length_error&) {
    throw HostError(what + ": asks for an impossible amount of memory");
  } catch (const nlohmann::json::exception& e) {
    throw HostError(what + ": " + ReasonOf(e));
  } catch (const std::runtime_error&) {  // its text already says what failed
    throw;
  } catch (const std::exception& e) { throw HostError(what + ": internal error: " + e.what()); }
}

}  // namespace lode::core
