#include "core/config/document.h"

#include <gmock/gmock.h>

#include <string>

#include "core/config/config_test.h"
#include "core/config/nesting.h"
#include "tests/failure.h"

namespace lode::core {
namespace {

namespace fs = std::filesystem;

using testing::ElementsAre;
using testing::IsEmpty;

class DocumentTest : public ConfigTest {
 protected:
  std::string ReadMistakes(const fs::path& file) const {
    try {
      Document::Read(file, {});
    } catch (const ConfigError& e) { return WithoutDirectory(e.what()); }
    return "";
  }

  std::string TextMistakes(const std::string& text) const {
    return ReadMistakes(Write("p.toml", text));
  }
};

std::string Repeat(std::string_view part, std::size_t count) {
  std::string text;
  for (std::size_t i = 0; i < count; ++i) { text += part; }
  return text;
}

TEST_F(DocumentTest, FilesThatAreNotPipelinesGiveOneLine) {
  EXPECT_EQ(ReadMistakes(dir_.path() / "no.toml"),
            "no.toml: cannot be read: No such file or directory");
  fs::create_directory(dir_.path() / "d");
  EXPECT_EQ(ReadMistakes(dir_.path() / "d"), "d: is a directory, not a pipeline file");
  EXPECT_EQ(TextMistakes(""),
            "p.toml: is empty; a pipeline starts with [pipeline] and its name = \"...\"");
  EXPECT_EQ(TextMistakes("# nothing\n\n"),
            "p.toml: is empty; a pipeline starts with [pipeline] and its name = \"...\"");
  EXPECT_EQ(TextMistakes(std::string((1 << 20) + 1, ' ')),
            "p.toml: is larger than 1 MiB: not a pipeline file");
  EXPECT_EQ(ReadMistakes("/dev/zero"), "/dev/zero: is larger than 1 MiB: not a pipeline file");
}

TEST_F(DocumentTest, InvalidTomlGivesOneLineWithItsPlace) {
  EXPECT_EQ(TextMistakes(std::string("a = 1\nb\0 = 2", 12)),
            "p.toml:2:2: error while parsing key-value pair: expected '=', saw '\\u0000'");
  EXPECT_EQ(TextMistakes(std::string("a = \"x\0y\"", 9)),
            "p.toml:1:7: error while parsing string: unescaped control characters other than TAB "
            "(U+0009) are explicitly prohibited");
  EXPECT_EQ(TextMistakes("a = 1\nb = \"\xff\xfe\"\n"),
            "p.toml:2:5: encountered invalid utf-8 sequence");
  EXPECT_EQ(TextMistakes("a = 1\na = 2\n"),
            "p.toml:2:5: error while parsing key-value pair: cannot redefine existing integer 'a'");
  EXPECT_EQ(TextMistakes("day = 1979-05-27\n"),
            "p.toml:1:7: a pipeline cannot contain dates and times");
}

TEST_F(DocumentTest, DeepNestingIsRefusedBeforeItIsParsed) {
  const std::string message = "tables and lists are nested more than 32 deep";
  EXPECT_EQ(TextMistakes("a = " + Repeat("[", 10000) + Repeat("]", 10000)),
            "p.toml:1:37: " + message);
  EXPECT_EQ(TextMistakes("a = 1\nb = " + Repeat("{b = ", 10000)), "p.toml:2:165: " + message);
  EXPECT_EQ(TextMistakes(Repeat("a.", 10000) + "a = 1"), "p.toml:1:64: " + message);
  EXPECT_EQ(TextMistakes("[" + Repeat("a.", 10000) + "a]"), "p.toml:1:65: " + message);
  EXPECT_EQ(TextMistakes(Repeat("'a' . ", 10000) + "a = 1"), "p.toml:1:191: " + message);
}

TEST_F(DocumentTest, NestedDottedKeysAndListsAreRefused) {
  const std::string key = Repeat("a.", 999) + "a";
  std::string open;
  std::string close;
  for (int i = 0; i < 127; ++i) {
    open.append("[\n{").append(key).append(" = ");
    close += "}\n]";
  }
  EXPECT_EQ(TextMistakes("x = " + open + "1" + close),
            "p.toml:2:65: tables and lists are nested more than 32 deep");
}

TEST_F(DocumentTest, DepthIsBoundedWhenBracketsAndKeysShareIt) {
  const std::string key = Repeat("a.", 20) + "a";
  EXPECT_THAT(TextMistakes(key + " = {" + key + " = 1}"),
              testing::EndsWith("tables and lists are nested more than 32 deep"));
}

TEST(FindDeepNesting, IgnoresStringsCommentsAndNumbers) {
  const std::string deep = Repeat(".", 100) + Repeat("[", 100);
  // '@' stands for brackets that would be too deep.
  for (std::string text : {"a = \"@\"", "a = '@'", "# @", "a = \"\"\"\n@\n\\\"\"\"@\"\"\"",
                           "a = '''\n''@\n'''", "a = \"\\\"@\""}) {
    for (std::size_t at = 0; (at = text.find('@')) != std::string::npos;) {
      text.replace(at, 1, deep);
    }
    EXPECT_FALSE(FindDeepNesting(text)) << text;
  }
  const std::string open = Repeat("[", 100);
  for (const std::string& text :
       {"a = [" + Repeat("0.5, ", 100) + "]", "a = [" + Repeat("[0.5], ", 100) + "]"}) {
    EXPECT_FALSE(FindDeepNesting(text)) << text;
  }
  EXPECT_TRUE(FindDeepNesting("a = \"x\"\nb = " + open));
  EXPECT_TRUE(FindDeepNesting("a = '\\'\nb = " + open));
  EXPECT_TRUE(FindDeepNesting("a = \"\"\"x\"\"\"\nb = " + open));
}

TEST(FindDeepNesting, KnowsWhichQuotesBelongToAMultilineString) {
  const std::string open = Repeat("[", 100);
  for (const std::string quotes : {"\"\"\"", "'''"}) {
    for (const std::string& own : {quotes.substr(0, 1), quotes.substr(0, 2)}) {
      std::string text = "a = [";
      text.append(quotes).append("x").append(own).append(quotes);
      EXPECT_TRUE(FindDeepNesting(text + ", " + open)) << text;
      EXPECT_FALSE(FindDeepNesting(text + "]\nb = 'x" + open + "'")) << text;
    }
  }
}

TEST_F(DocumentTest, DeepKeysAfterAStringThatEndsInAQuoteAreRefused) {
  EXPECT_EQ(TextMistakes("a = [\"\"\"x\"\"\"\", {" + Repeat("b.", 400000) + "b = 1}]\n"),
            "p.toml:1:80: tables and lists are nested more than 32 deep");
}

TEST_F(DocumentTest, TheNumberOfKeysOfATableIsBounded) {
  std::string text;
  for (int i = 0; i < 1000; ++i) { text.append("k").append(std::to_string(i)).append(" = 1\n"); }
  EXPECT_EQ(TextMistakes(text), "");
  EXPECT_EQ(TextMistakes(text + "k = 1\n"), "p.toml:1:1: a table has more than 1000 keys");
  EXPECT_EQ(TextMistakes("[t]\n" + text + "k = 1\n"),
            "p.toml:1:1: a table has more than 1000 keys");
}

TEST_F(DocumentTest, AnIncludeCannotContainNul) {
  Write("base.toml", "a = 1\n");
  EXPECT_EQ(TextMistakes("include = \"base.toml\\u0000x\"\n"),
            "p.toml:1:11: include: a path cannot contain NUL characters");
}

TEST_F(DocumentTest, AMissingCurrentDirectoryGivesOneLine) {
  const fs::path file = Write("p.toml", "a = 1\n");
  const fs::path before = fs::current_path();
  fs::create_directory(dir_.path() / "gone");
  fs::current_path(dir_.path() / "gone");
  fs::remove(dir_.path() / "gone");
  const auto message = [](const auto& read) -> std::string {
    return Failure<ConfigError>([&] { read(); });
  };
  const std::string text = message([] { Document::FromText("a = 1\n", "t"); });
  const std::string whole = message([&] { Document::Read(file, {}); });
  const std::string set = message([&] { Document::Read(file, {"a=2"}); });
  const std::string above = message([] { Document::Read("../p.toml", {}); });
  fs::current_path(before);
  const std::string why = "the current directory cannot be found: No such file or directory";
  EXPECT_EQ(text, "t: " + why);
  EXPECT_EQ(whole, "");
  EXPECT_EQ(set, "--set a=2: " + why);
  EXPECT_EQ(above, "../p.toml: " + why);
}

TEST_F(DocumentTest, LaterIncludesAndThenTheFileItselfWin) {
  Write("sub/base.toml", "a = 1\nb = 1\nc = 1\n");
  Write("sub/second.toml", "include = \"third.toml\"\nb = 2\nc = 2\n");
  Write("sub/third.toml", "b = 3\nd = 3\n");
  const fs::path file =
      Write("p.toml", "include = [\"sub/base.toml\", \"sub/second.toml\"]\nc = 4\n");
  const Document document = Document::Read(file, {});
  ASSERT_EQ(document.layers().size(), 4u);
  EXPECT_NE(document.layers()[0].Find("a"), nullptr);
  EXPECT_NE(document.layers()[1].Find("d"), nullptr);
  EXPECT_EQ(*document.layers()[2].Find("b")->As<std::int64_t>(), 2);
  EXPECT_EQ(*document.layers()[3].Find("c")->As<std::int64_t>(), 4);
  EXPECT_EQ(document.layers()[3].Find("include"), nullptr);
}

TEST_F(DocumentTest, OneFileMayBeIncludedTwice) {
  Write("base.toml", "a = 1\n");
  Write("x.toml", "include = \"base.toml\"\n");
  Write("y.toml", "include = \"base.toml\"\n");
  EXPECT_EQ(TextMistakes("include = [\"x.toml\", \"y.toml\"]\n"), "");
}

TEST_F(DocumentTest, MistakesOfAllIncludedFilesAreReported) {
  Write("x.toml", "a = \n");
  Write("y.toml", "include = \"p.toml\"\n");
  fs::create_directory(dir_.path() / "d");
  EXPECT_EQ(TextMistakes("include = [\"x.toml\",\n\"no.toml\",\n\"y.toml\",\n\"d\",\n1,\n"
                         "\"/dev/zero\"]\n"),
            "p.toml:2:1: 'no.toml' cannot be read: No such file or directory\n"
            "p.toml:4:1: 'd' is a directory, not a pipeline file\n"
            "p.toml:5:1: include must be a file name or a list of them, not an integer\n"
            "p.toml:6:1: '/dev/zero' is not a regular file\n"
            "x.toml:1:5: error while parsing key-value pair: expected value, saw '\\n'\n"
            "y.toml:1:11: 'p.toml' is included in a cycle");
}

TEST_F(DocumentTest, AFileThatIncludesItselfUnderAnotherNameIsACycle) {
  fs::create_symlink("p.toml", dir_.path() / "link.toml");
  EXPECT_EQ(TextMistakes("include = \"link.toml\"\n"),
            "p.toml:1:11: 'link.toml' is included in a cycle");
}

TEST_F(DocumentTest, TheNumberAndDepthOfIncludesAreBounded) {
  for (int i = 0; i < 40; ++i) {
    const std::string next = "\"f" + std::to_string(i + 1) + ".toml\"";
    Write("f" + std::to_string(i) + ".toml", "a = 1\ninclude = [" + next + "]\n");
  }
  EXPECT_EQ(ReadMistakes(dir_.path() / "f0.toml"),
            "f31.toml:2:12: files include each other more than 32 deep");
  // Every file includes the next one twice: 2^20 files if nothing stops it.
  for (int i = 0; i < 20; ++i) {
    const std::string next = "\"f" + std::to_string(i + 1) + ".toml\"";
    std::string text = "a = 1\ninclude = [";
    text.append(next).append(", ").append(next).append("]\n");
    Write("f" + std::to_string(i) + ".toml", text);
  }
  Write("f20.toml", "a = 1\n");
  EXPECT_THAT(ReadMistakes(dir_.path() / "f0.toml"),
              testing::EndsWith("the pipeline includes more than 1000 files"));
}

TEST_F(DocumentTest, VariablesAreReplacedInStrings) {
  const ScopedVariable set("LODE_TEST_NAME", "x y");
  const Document document = Document::FromText(
      "a = \"${LODE_TEST_NAME}\"\nb = \"<${LODE_TEST_NAME}/${LODE_TEST_UNSET:-d e}>\"\n"
      "c = \"$${LODE_TEST_NAME} $ $$ {}\"\nd = \"${LODE_TEST_UNSET:-}\"\ne = "
      "[\"${LODE_TEST_NAME}\"]",
      "t");
  const Node& layer = document.layers()[0];
  EXPECT_EQ(*layer.Find("a")->As<std::string>(), "x y");
  EXPECT_TRUE(layer.Find("a")->from_environment);
  EXPECT_EQ(*layer.Find("b")->As<std::string>(), "<x y/d e>");
  EXPECT_FALSE(layer.Find("b")->from_environment);
  EXPECT_EQ(*layer.Find("c")->As<std::string>(), "${LODE_TEST_NAME} $ $$ {}");
  EXPECT_EQ(*layer.Find("d")->As<std::string>(), "");
  EXPECT_EQ(*(*layer.Find("e")->As<Node::Array>())[0].As<std::string>(), "x y");
}

TEST_F(DocumentTest, VariablesInTheValueOfAVariableAreNotReplaced) {
  const ScopedVariable set("LODE_TEST_NAME", "${LODE_TEST_UNSET}");
  const Document document = Document::FromText("a = \"${LODE_TEST_NAME}\"", "t");
  EXPECT_EQ(*document.layers()[0].Find("a")->As<std::string>(), "${LODE_TEST_UNSET}");
}

TEST_F(DocumentTest, ADefaultMayContainVariables) {
  const ScopedVariable set("LODE_TEST_NAME", "x");
  const auto value = [](const std::string& text) {
    const Document document = Document::FromText("a = '" + text + "'", "t");
    return *document.layers()[0].Find("a")->As<std::string>();
  };
  EXPECT_EQ(value("${LODE_TEST_UNSET:-${LODE_TEST_NAME:-z}}"), "x");
  EXPECT_EQ(value("${LODE_TEST_NAME:-${LODE_TEST_UNSET:-z}}"), "x");
  EXPECT_EQ(value("${LODE_TEST_UNSET:-${LODE_TEST_UNSET:-z}}"), "z");
  EXPECT_EQ(
      value("<${LODE_TEST_UNSET:-a${LODE_TEST_NAME}b${LODE_TEST_UNSET:-${LODE_TEST_UNSET:-}c}}>"),
      "<axbc>");
  // An unused variable may be unset, and a plain "${" needs its escape everywhere.
  EXPECT_EQ(value("${LODE_TEST_NAME:-${LODE_TEST_UNSET}}"), "x");
  EXPECT_EQ(value("${LODE_TEST_UNSET:-$${b}"), "${b");
  EXPECT_EQ(value("${LODE_TEST_UNSET:-{b}}"), "{b}");
}

TEST_F(DocumentTest, MistakesWithinADefaultAreReportedWhetherItIsUsedOrNot) {
  const ScopedVariable set("LODE_TEST_NAME", "x");
  EXPECT_EQ(TextMistakes("a = '${LODE_TEST_UNSET:-${LODE_TEST_UNSET}}'\n"),
            "p.toml:1:5: the environment variable LODE_TEST_UNSET is not set or empty; "
            "${LODE_TEST_UNSET:-default} gives a default");
  EXPECT_EQ(TextMistakes("a = '${LODE_TEST_NAME:-${a b}}'\n"),
            "p.toml:1:5: '${a b}' is not ${NAME} or ${NAME:-default}; write $${ for a plain ${");
  EXPECT_EQ(TextMistakes("b = 1\na = '${LODE_TEST_NAME:-${LODE_TEST_NAME}'\n"),
            "p.toml:2:5: '${LODE_TEST_NAME:-${LODE_TEST_NAME}' is not ${NAME} or "
            "${NAME:-default}; write $${ for a plain ${");
  EXPECT_EQ(TextMistakes("a = '${}'\n"),
            "p.toml:1:5: '${}' is not ${NAME} or ${NAME:-default}; write $${ for a plain ${");
  EXPECT_EQ(TextMistakes("a = '" + Repeat("${LODE_TEST_UNSET:-", 100000 / 2) + "'\n"),
            "p.toml:1:5: '${' is nested more than 32 deep");
}

TEST_F(DocumentTest, WrongVariablesAreAllReported) {
  EXPECT_EQ(TextMistakes("a = \"${LODE_TEST_UNSET}\"\nb = \"x${\"\n[c]\nd = \"${a b}\"\n"),
            "p.toml:1:5: the environment variable LODE_TEST_UNSET is not set or empty; "
            "${LODE_TEST_UNSET:-default} gives a default\n"
            "p.toml:2:5: '${' without '}'; write $${ for a plain ${\n"
            "p.toml:4:5: '${a b}' is not ${NAME} or ${NAME:-default}; write $${ for a plain ${");
}

TEST_F(DocumentTest, AVariableMustBeUtf8) {
  for (const char* text : {"\xc3\xa9", "\xe2\x82\xac", "\xf0\x9f\x99\x82", "\xf4\x8f\xbf\xbf"}) {
    const ScopedVariable set("LODE_TEST_NAME", text);
    EXPECT_EQ(TextMistakes("a = \"${LODE_TEST_NAME}\"\n"), "") << text;
  }
  // Stray bytes, cut off, too long, surrogates, beyond Unicode.
  for (const char* text : {"\xff", "\x80", "a\xc3", "\xc3(", "\xe2\x82", "\xc0\xaf", "\xe0\x80\xaf",
                           "\xed\xa0\x80", "\xf4\x90\x80\x80", "\xf8\x88\x80\x80\x80"}) {
    const ScopedVariable set("LODE_TEST_NAME", text);
    EXPECT_EQ(TextMistakes("a = \"${LODE_TEST_NAME:-x}\"\n"),
              "p.toml:1:5: the environment variable LODE_TEST_NAME is not UTF-8 text");
  }
}

TEST(SplitPath, SplitsAtDotsOutsideQuotes) {
  EXPECT_THAT(SplitPath("optimizer.use"), ElementsAre("optimizer", "use"));
  EXPECT_THAT(SplitPath("oracle.\"nb201.table\".dataset"),
              ElementsAre("oracle", "nb201.table", "dataset"));
  EXPECT_THAT(SplitPath("a"), ElementsAre("a"));
  EXPECT_EQ(SplitPath(Repeat("a.", 31) + "a").size(), 32u);
  for (const std::string& path :
       {std::string(), std::string("a..b"), std::string(".a"), std::string("a."),
        std::string("a.\"b"), std::string("\"\""), Repeat("a.", 32) + "a"}) {
    EXPECT_THAT(SplitPath(path), IsEmpty()) << path;
  }
}

TEST(ParseOverride, ReadsTomlOrElseAString) {
  EXPECT_EQ(*ParseOverride("a=5").value.As<std::int64_t>(), 5);
  EXPECT_EQ(*ParseOverride("a=0.5").value.As<double>(), 0.5);
  EXPECT_EQ(*ParseOverride("a=true").value.As<bool>(), true);
  EXPECT_EQ(*ParseOverride("a=rea").value.As<std::string>(), "rea");
  EXPECT_EQ(*ParseOverride("a=\"5\"").value.As<std::string>(), "5");
  EXPECT_EQ(*ParseOverride("a=").value.As<std::string>(), "");
  EXPECT_EQ(*ParseOverride("a=b=c").value.As<std::string>(), "b=c");
  EXPECT_EQ(*ParseOverride("a=C:\\x \"y\"").value.As<std::string>(), "C:\\x \"y\"");
  EXPECT_EQ(*ParseOverride("a=1979-05-27").value.As<std::string>(), "1979-05-27");
  EXPECT_EQ(ParseOverride("a=[1, 2]").value.As<Node::Array>()->size(), 2u);
  EXPECT_TRUE(ParseOverride("a=[]").value.As<Node::Array>()->empty());
  EXPECT_TRUE(ParseOverride("a={}").value.As<Node::Table>()->empty());
  EXPECT_EQ(ParseOverride("a=1").value.position.file, "--set a=1");
}

TEST(ParseOverride, RefusesTextsWithoutPathAndValue) {
  const auto message = [](const std::string& text) -> std::string {
    return Failure<ConfigError>([&] { ParseOverride(text); });
  };
  for (const char* text : {"", "a", "=1", "a..b=1", "\"a=1"}) {
    EXPECT_EQ(message(text),
              "--set " + std::string(text) + ": expected PATH=VALUE, e.g. optimizer.use=rea");
  }
  EXPECT_EQ(message("include=x.toml"), "--set include=x.toml: only a file can include another");
  EXPECT_EQ(message("a=${LODE_TEST_UNSET}"),
            "--set a=${LODE_TEST_UNSET}: the environment variable LODE_TEST_UNSET is not set or "
            "empty; ${LODE_TEST_UNSET:-default} gives a default");
  EXPECT_EQ(message("a=x\ny"),
            "--set a=x\\u000Ay: error while parsing string: unescaped control "
            "characters other than TAB (U+0009) are explicitly prohibited");
  EXPECT_EQ(message("a=" + Repeat("[", 5000)), "");  // not TOML, so a string
}

TEST_F(DocumentTest, ReportsMistakesOfOverridesAndFilesTogether) {
  const fs::path file = Write("p.toml", "a = \n");
  try {
    Document::Read(file, {"b", "c"});
    FAIL();
  } catch (const ConfigError& e) { EXPECT_EQ(e.diagnostics().size(), 3u); }
}

}  // namespace
}  // namespace lode::core
