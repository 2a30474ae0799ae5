#include "core/page/page.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <nlohmann/json.hpp>

#include "core/plugin/error.h"

namespace lode::core {
namespace {

using nlohmann::json;
using testing::HasSubstr;
using testing::Not;

constexpr char kTemplate[] = "<title>@TITLE@</title><script>@REPORT@</script>";

TEST(Page, EscapesWhatComesFromRuns) {
  const std::string hostile = "</script><img src=x onerror=alert(1)><!--<script>";
  const std::string page =
      FillPage(kTemplate, {{"title", "a & </title><b>"}, {"name", hostile}, {hostile, 1}});
  EXPECT_THAT(page, HasSubstr("<title>a &amp; &lt;/title&gt;&lt;b&gt;</title>"));
  const std::string script = page.substr(page.find("<script>") + 8);
  EXPECT_EQ(script.find('<'), script.find("</script>"));
  const json data = json::parse(script.substr(0, script.find("</script>")));
  EXPECT_EQ(data.at("name"), hostile);
  EXPECT_EQ(data.at(hostile), 1);
}

TEST(Page, KeepsMarksInTexts) {
  const std::string page = FillPage(kTemplate, {{"title", "@REPORT@ @TITLE@"}});
  EXPECT_THAT(page, HasSubstr("<title>@REPORT@ @TITLE@</title>"));
}

TEST(Page, MakesTextsPrintable) {
  EXPECT_NO_THROW(FillPage(kTemplate, {{"title", "x"}, {"name", "\xff"}}));
}

TEST(Page, NeedsAWholeTemplate) {
  EXPECT_THROW(FillPage("<title>@TITLE@</title>", {{"title", "x"}}), HostError);
}

}  // namespace
}  // namespace lode::core
