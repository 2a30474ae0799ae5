// Requests and their answers, without sockets.
#include "core/serve/site.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <map>
#include <nlohmann/json.hpp>
#include <set>
#include <string>
#include <variant>

#include "core/serve/open_metrics.h"
#include "tests/temporary_directory.h"

namespace lode::core {
namespace {

using testing::HasSubstr;

constexpr char kToken[] = "0123456789abcdef";

class SiteTest : public testing::Test {
 protected:
  static Request Get(const std::string& target) {
    return {.method = "GET", .target = target, .host = "localhost:8420"};
  }

  SiteOptions Options(const std::string& token = "") const {
    return {directory_.path(), {}, {{"localhost", "127.0.0.1"}, false, token, "lode-1"}};
  }

  static Answer AnswerOf(Site& site, const Request& request) {
    auto answers = site.Answers(request);
    Work* const work = std::get_if<Work>(&answers);
    return work != nullptr ? work->make() : std::get<Answer>(answers);
  }
  Answer AnswerTo(const Request& request) { return AnswerOf(site_, request); }
  unsigned StatusOf(const Request& request) { return AnswerTo(request).status; }
  unsigned StatusWithToken(const Request& request) {
    Site site(Options(kToken));
    return AnswerOf(site, request).status;
  }

  const TemporaryDirectory directory_;
  Site site_{Options()};
};

std::string FieldOf(const Answer& answer, const std::string& name) {
  const auto found = std::ranges::find(answer.fields, name, [](const auto& f) { return f.first; });
  return found == answer.fields.end() ? "" : found->second;
}

TEST_F(SiteTest, AnEmptyDirectoryHasNoRuns) {
  const Answer answer = AnswerTo(Get("/api/runs"));
  EXPECT_EQ(answer.status, 200U);
  EXPECT_EQ(answer.type, "application/json");
  const auto json = nlohmann::json::parse(*answer.body);
  EXPECT_TRUE(json.at("runs").empty());
  EXPECT_EQ(json.at("version"), LODE_VERSION);
}

TEST_F(SiteTest, MetricsEndWithTheirMark) {
  const Answer answer = AnswerTo(Get("/metrics"));
  EXPECT_EQ(answer.type, kOpenMetricsType);
  EXPECT_THAT(*answer.body, HasSubstr("\nlode_runs{standing=\"running\"} 0\n"));
  EXPECT_TRUE(answer.body->ends_with("\n# EOF\n"));
}

TEST_F(SiteTest, OtherPathsAreNotFound) {
  for (const char* target : {"/x", "/api", "/api/runs/", "/api/runs/0123456789abcdef", "/report/",
                             "/report/../../etc", "/report/%2e%2e", "/runs", "/../etc/passwd", "//",
                             "/index.html", "*", "/?x=1", "/report/,"}) {
    EXPECT_EQ(StatusOf(Get(target)), 404U) << target;
  }
}

TEST_F(SiteTest, OnlyReadingIsAllowed) {
  for (const char* method :
       {"POST", "PUT", "DELETE", "OPTIONS", "PATCH", "TRACE", "CONNECT", "X"}) {
    Request request = Get("/api/runs");
    request.method = method;
    const Answer answer = AnswerTo(request);
    EXPECT_EQ(answer.status, 405U) << method;
    EXPECT_EQ(FieldOf(answer, "Allow"), "GET, HEAD");
  }
  Request request = Get("/api/runs");
  request.method = "HEAD";
  EXPECT_EQ(StatusOf(request), 200U);
}

TEST_F(SiteTest, AnotherHostIsRefused) {
  for (const char* host : {"", "evil.example", "localhost.evil.example", "192.0.2.1", "[::2]:8420",
                           "localhost, evil.example"}) {
    Request request = Get("/api/runs");
    request.host = host;
    EXPECT_EQ(StatusOf(request), 403U) << host;
  }
  Request request = Get("/api/runs");
  request.host = "LOCALHOST:9";  // as behind a tunnel
  EXPECT_EQ(StatusOf(request), 200U);
}

TEST_F(SiteTest, AddressesAreHostsOfAServerForAllNetworks) {
  SiteOptions options = Options();
  options.access.allows_addresses = true;
  Site site(options);
  Request request = Get("/api/runs");
  for (const auto& [host, status] : std::map<std::string, unsigned>{{"192.0.2.1:8420", 200},
                                                                    {"[2001:db8::1]", 200},
                                                                    {"evil.example", 403},
                                                                    {"1.2.3", 403}}) {
    request.host = host;
    EXPECT_EQ(AnswerOf(site, request).status, status) << host;
  }
}

TEST_F(SiteTest, PagesOfOtherSitesAreRefused) {
  for (const char* origin :
       {"http://evil.example", "null", "http://localhost:1", "http://localhost", "file://"}) {
    Request request = Get("/api/runs");
    request.origin = origin;
    EXPECT_EQ(StatusOf(request), 403U) << origin;
  }
  for (const char* site : {"cross-site", "same-site", "?"}) {
    Request request = Get("/api/runs");
    request.fetch_site = site;
    EXPECT_EQ(StatusOf(request), 403U) << site;
  }
  Request request = Get("/api/runs");
  request.origin = "http://localhost:8420";
  request.fetch_site = "same-origin";
  EXPECT_EQ(StatusOf(request), 200U);
  request.origin = "";
  request.fetch_site = "none";
  EXPECT_EQ(StatusOf(request), 200U);
}

TEST_F(SiteTest, WithoutTheTokenNothingIsAnswered) {
  for (const char* target : {"/", "/api/runs", "/metrics", "/report/x", "/nothing", "*"}) {
    EXPECT_EQ(StatusWithToken(Get(target)), 401U) << target;
  }
  for (const char* token : {"0123456789abcdeX", "0123456789abcde", "0123456789abcdef0", ""}) {
    Request request = Get(std::string("/api/runs?token=") + token);
    request.authorization = std::string("Bearer ") + token;
    request.cookie = std::string("lode-1=") + token;
    EXPECT_EQ(StatusWithToken(request), 401U) << token;
  }
  Request request = Get("/api/runs");
  request.authorization = std::string("Basic ") + kToken;
  request.cookie = std::string("lode-2=") + kToken;
  EXPECT_EQ(StatusWithToken(request), 401U);
}

TEST_F(SiteTest, TheTokenIsInAFieldOrACookie) {
  Request request = Get("/api/runs");
  request.authorization = std::string("Bearer ") + kToken;
  EXPECT_EQ(StatusWithToken(request), 200U);
  request.authorization = "";
  request.cookie = std::string("other=1; lode-1=") + kToken;
  EXPECT_EQ(StatusWithToken(request), 200U);
}

TEST_F(SiteTest, TheTokenOfAnAddressMovesToACookie) {
  Site site(Options(kToken));
  const Answer answer = AnswerOf(site, Get(std::string("/metrics?token=") + kToken));
  EXPECT_EQ(answer.status, 303U);
  EXPECT_EQ(FieldOf(answer, "Location"), "/metrics");
  EXPECT_EQ(FieldOf(answer, "Set-Cookie"),
            std::string("lode-1=") + kToken + "; Path=/; HttpOnly; SameSite=Strict");
}

TEST_F(SiteTest, AReportOfTooManyRunsIsRefused) {
  EXPECT_EQ(StatusOf(Get("/report/" + std::string(40, ','))), 400U);
}

TEST_F(SiteTest, AnswersCannotBeFramedKeptOrGuessed) {
  for (const char* target : {"/api/runs", "/metrics", "/x"}) {
    std::set<std::string> fields;
    for (const auto& [name, value] : CommonFields(AnswerTo(Get(target)))) {
      fields.insert(name + ": " + value);
    }
    for (const char* field :
         {"X-Content-Type-Options: nosniff", "X-Frame-Options: DENY", "Cache-Control: no-store",
          "Referrer-Policy: no-referrer", "Cross-Origin-Resource-Policy: same-origin",
          "Content-Security-Policy: default-src 'none'; sandbox; base-uri 'none'; form-action "
          "'none'; frame-ancestors 'none'"}) {
      EXPECT_TRUE(fields.contains(field)) << field;
    }
  }
}

TEST(TokenTest, IsNewEachTime) {
  std::set<std::string> tokens;
  for (int i = 0; i < 100; ++i) {
    const std::string token = NewToken();
    EXPECT_EQ(token.size(), 43U);
    EXPECT_TRUE(IsPossibleToken(token)) << token;
    tokens.insert(token);
  }
  EXPECT_EQ(tokens.size(), 100U);
}

TEST(TokenTest, IsNeitherShortNorOfOtherCharacters) {
  for (const char* text : {"", "0123456789abcde", "0123456789abcde;", "0123456789 abcdef"}) {
    EXPECT_FALSE(IsPossibleToken(text)) << text;
  }
}

TEST(MetricFamilyTest, EscapesLabels) {
  MetricFamily family("lode_x_seconds", "counter", "seconds", "A \\ and\na \"line\".");
  family.Add({{"a", "\\ \" \n"}, {"b", "é"}}, 0.1);
  family.Add({}, 1e300);
  EXPECT_EQ(family.text(),
            "# TYPE lode_x_seconds counter\n"
            "# UNIT lode_x_seconds seconds\n"
            "# HELP lode_x_seconds A \\\\ and\\na \\\"line\\\".\n"
            "lode_x_seconds_total{a=\"\\\\ \\\" \\n\",b=\"é\"} 0.1\n"
            "lode_x_seconds_total 1e+300\n");
}

}  // namespace
}  // namespace lode::core
