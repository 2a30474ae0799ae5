#include "core/serve/target.h"

#include <gtest/gtest.h>

#include <string>

namespace lode::core {
namespace {

TEST(TargetTest, IsAPathWithOrWithoutAToken) {
  EXPECT_EQ(ParseTarget("/").value().path, "/");
  EXPECT_EQ(ParseTarget("/report/0a,1b").value().path, "/report/0a,1b");
  const Target target = ParseTarget("/api/runs?token=a-b_C").value();
  EXPECT_EQ(target.path, "/api/runs");
  EXPECT_EQ(target.token, "a-b_C");
}

TEST(TargetTest, NothingElseIsATarget) {
  for (const char* text : {"", "x", "*", "http://localhost/", "/%2e%2e/", "/a b", "/a\\b", "/~",
                           "/?tokens=1", "/?a=b", "/#a", "/é", "/a;b"}) {
    EXPECT_EQ(ParseTarget(text), std::nullopt) << text;
  }
  EXPECT_EQ(ParseTarget(std::string("/a\0b", 4)), std::nullopt);
}

TEST(HostNameTest, LeavesOutThePort) {
  EXPECT_EQ(HostName("localhost"), "localhost");
  EXPECT_EQ(HostName("LocalHost:8420"), "localhost");
  EXPECT_EQ(HostName("127.0.0.1:1"), "127.0.0.1");
  EXPECT_EQ(HostName("[::1]:8420"), "[::1]");
  EXPECT_EQ(HostName("[::1]"), "[::1]");
}

TEST(HostNameTest, NothingElseIsAHost) {
  for (const char* text : {"", ":80", "a:b", "a:123456", "::1", "[]", "[::1", "[::1]80", "a/b",
                           "a b", "localhost, evil.example", "user@localhost", "localhost:80:80"}) {
    EXPECT_EQ(HostName(text), std::nullopt) << text;
  }
}

TEST(CookieValueTest, FindsTheNameAmongOthers) {
  EXPECT_EQ(CookieValue("a=1; lode-1=x; b=2", "lode-1"), "x");
  EXPECT_EQ(CookieValue("lode-1=x=y", "lode-1"), "x=y");
  EXPECT_EQ(CookieValue("  lode-1=x  ", "lode-1"), "x");
  for (const char* cookies : {"", ";", ";;=", "lode-1", "lode-10=x", "xlode-1=x", "a=lode-1=x"}) {
    EXPECT_EQ(CookieValue(cookies, "lode-1"), "") << cookies;
  }
}

}  // namespace
}  // namespace lode::core
