#include "core/plugin/doing.h"

#include <gtest/gtest.h>

#include <filesystem>
#include <lode/plugin.hpp>
#include <new>
#include <nlohmann/json.hpp>
#include <stdexcept>
#include <system_error>
#include <vector>

#include "core/config/diagnostic.h"
#include "core/plugin/error.h"

namespace lode::core {
namespace {

template <class Body>
std::string MessageOf(const Body& body) {
  try {
    Doing("reading a.csv", body);
  } catch (const HostError& e) { return e.what(); }
  return "no HostError";
}

TEST(DoingTest, NamesThingsThatTheStandardLibraryOmits) {
  EXPECT_EQ(MessageOf([] { throw std::bad_alloc(); }), "reading a.csv: out of memory");
  EXPECT_EQ(MessageOf([] { std::vector<int>().reserve(~std::size_t{0}); }),
            "reading a.csv: asks for an impossible amount of memory");
  EXPECT_EQ(MessageOf([] {
              static_cast<void>(std::string("abc").substr(5));
            }).find("reading a.csv: internal error: "),
            0u);
  EXPECT_EQ(MessageOf([] { throw std::system_error(EAGAIN, std::generic_category(), "thread"); }),
            "reading a.csv: Resource temporarily unavailable");
  EXPECT_EQ(MessageOf([] { static_cast<void>(std::filesystem::file_size("/nowhere/b")); }),
            "reading a.csv: /nowhere/b: No such file or directory");
  EXPECT_EQ(MessageOf([] { nlohmann::json::parse("{}").at("seed"); }),
            "reading a.csv: key 'seed' not found");
}

TEST(DoingTest, LeavesOurOwnMessagesAlone) {
  EXPECT_EQ(MessageOf([] { throw HostError("b.csv: is empty"); }), "b.csv: is empty");
  EXPECT_THROW(Doing("reading a.csv", [] { throw ConfigError({}); }), ConfigError);
  EXPECT_THROW(Doing("reading a.csv", [] { throw CancelledError(); }), CancelledError);
}

TEST(DoingTest, ReturnsTheResultOfTheBody) {
  EXPECT_EQ(Doing("counting", [] { return 3; }), 3);
}

}  // namespace
}  // namespace lode::core
