// Messages about texts that are not TOML.
#include "core/config/toml_error.h"

#include <string>

#include "core/config/config_test.h"

namespace lode::core {
namespace {

std::string Described(const std::string& text) { return DescribeTomlError(text, "Expected '='"); }

TEST(DescribeTomlErrorTest, NamesWellKnownFormats) {
  for (const char* yaml : {"pipeline:\n  name: first\n", "# mine\n\n---\npipeline:\n",
                           "- name: first\n", "%YAML 1.2\n", "\"my key\": 3\r\n", "name: x"}) {
    EXPECT_EQ(Described(yaml).substr(0, 33), "this is YAML, but a pipeline is T") << yaml;
  }
  EXPECT_EQ(Described("\n {\"pipeline\": {}}").substr(0, 12), "this is JSON");
  for (const char* neither :
       {"", "[pipeline]\nname: first", "a = \"b: c\"\n=", "time:12", "[[stage]", ": x", "-"}) {
    EXPECT_EQ(Described(neither), "expected '='") << neither;
  }
}

TEST(ExcerptTest, ACaretPointsAtTheColumn) {
  EXPECT_EQ(Excerpt("a = 1\nb == 2\nc = 3\n", 2, 4), "  b == 2\n     ^");
  EXPECT_EQ(Excerpt("a =", 1, 4), "  a =\n     ^");  // after the end
  EXPECT_EQ(Excerpt("a =\r\n", 1, 4), "  a =\n     ^");
  EXPECT_EQ(Excerpt("\ta\x1b ==", 1, 5), "   a  ==\n      ^");  // no control characters
  EXPECT_EQ(Excerpt("\xc3\xa4\xc3\xb6 ==", 1, 4), "  \xc3\xa4\xc3\xb6 ==\n     ^");
  EXPECT_EQ(Excerpt("a\xff=", 1, 2), "  a\xEF\xBF\xBD=\n   ^");
  EXPECT_EQ(Excerpt("a = 1\n", 3, 1), "");
}

TEST(ExcerptTest, ShowsThePartOfALongLineAroundTheColumn) {
  const std::string line(1000, 'x');
  for (const std::uint32_t column : {1u, 40u, 76u, 77u, 500u, 1000u, 1001u}) {
    std::string marked = line;
    marked.insert(column - 1, "!");
    const std::string excerpt = Excerpt(marked, 1, column);
    const std::size_t end = excerpt.find('\n');
    EXPECT_LE(end, 2 + 76 + 6u) << column;
    EXPECT_EQ(excerpt.find('!'), excerpt.size() - end - 2) << excerpt;
  }
}

class TomlErrorTest : public ConfigTest {};

TEST_F(TomlErrorTest, TheMistakeHasAnExcerpt) {
  try {
    Searches("[pipeline]\nname = \"x\nseeds = 3\n");
    FAIL() << "that is not TOML";
  } catch (const ConfigError& e) {
    ASSERT_EQ(e.diagnostics().size(), 1u);
    EXPECT_EQ(e.diagnostics()[0].excerpt, "  name = \"x\n           ^");
    EXPECT_EQ(std::string(e.what()).find('\n'), std::string::npos);
  }
}

}  // namespace
}  // namespace lode::core
