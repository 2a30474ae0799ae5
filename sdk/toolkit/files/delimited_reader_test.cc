#include "toolkit/files/delimited_reader.h"

#include <gtest/gtest.h>

#include <lode/plugin.hpp>

#include "tests/failure.h"

namespace lode::files {
namespace {

using Lines = std::vector<std::vector<std::string>>;

// Returns all fields of the lines after the first; there are `columns` of them.
Lines Read(const std::string& text, std::size_t columns, char delimiter = DelimitedReader::kAuto) {
  DelimitedReader reader(text, "T", delimiter);
  Lines lines;
  while (reader.Next()) {
    auto& line = lines.emplace_back();
    for (std::size_t field = 0; field < columns; ++field) { line.push_back(reader.Text(field)); }
  }
  return lines;
}

std::string ReadFailure(const std::string& text) {
  return Failure<IoError>([&] { Read(text, 0); });
}
std::string NumberFailure(const std::string& field) {
  return Failure<IoError>([&] {
    const std::string text = "k,n\n-," + field + "\n";
    DelimitedReader reader(text, "T", ',');
    reader.Next();
    reader.Number(1);
  });
}

// ---- accepted text

TEST(DelimitedReader, UsesTheDelimiterOfTheFirstLineOrTheGivenOne) {
  EXPECT_EQ(Read("a,b\n1,2\n", 2), (Lines{{"1", "2"}}));
  EXPECT_EQ(Read("a\tb\n1,2\t3\n", 2), (Lines{{"1,2", "3"}}));
  EXPECT_EQ(Read("a;b\n1,2;3\n", 2, ';'), (Lines{{"1,2", "3"}}));
  EXPECT_EQ(Read("a;b\n1,2;3\n", 2), (Lines{{"1,2", "3"}}));
  EXPECT_EQ(Read("\"a;\tb\",c\n1;2,3\n", 2), (Lines{{"1;2", "3"}}));
  EXPECT_EQ(Read("sep=;\r\na,b;c\r\n1;2\r\n", 2), (Lines{{"1", "2"}}));
  EXPECT_EQ(Read("a\tb,c\n1\t2,3\n", 2, ','), (Lines{{"1\t2", "3"}}));
}

TEST(DelimitedReader, ReadsEmptyFieldsAndCrLfAndAByteOrderMark) {
  EXPECT_EQ(Read("\xef\xbb\xbf"
                 "a,b,\r\n,,\r\n1,2,3\r\n",
                 3),
            (Lines{{"", "", ""}, {"1", "2", "3"}}));
  EXPECT_EQ(Read("a\n\n1\n", 1), (Lines{{""}, {"1"}}));
  EXPECT_EQ(Read("a,b\n", 2), Lines{});
}

// RFC 4180, section 2, rules 5 to 7.
TEST(DelimitedReader, ReadsQuotedFields) {
  EXPECT_EQ(Read("a,b\n\"1,2\",\"\"\n\"say \"\"hi\"\"\",\"\"\"\"\n", 2),
            (Lines{{"1,2", ""}, {"say \"hi\"", "\""}}));
  EXPECT_EQ(Read("a,b\r\n1,\"2\"\r\n", 2), (Lines{{"1", "2"}}));
  EXPECT_EQ(Read("a,b\n{\"k\": 1},it\"s\"\n", 2), (Lines{{"{\"k\": 1}", "it\"s\""}}));
  EXPECT_EQ(Read("a\tb\n{\"k\": [1, 2]}\t\"x\"\n", 2), (Lines{{"{\"k\": [1, 2]}", "x"}}));
}

// pandas.DataFrame.to_csv: an index column without a name, line breaks in quoted fields.
TEST(DelimitedReader, ReadsOutputOfPandas) {
  const std::string text = ",arch,acc\n0,\"Genotype(\n  normal=[('a', 0)],\n)\",91.5\n1,b,\n";
  EXPECT_EQ(Read(text, 3),
            (Lines{{"0", "Genotype(\n  normal=[('a', 0)],\n)", "91.5"}, {"1", "b", ""}}));
  DelimitedReader reader(text, "T", DelimitedReader::kAuto);
  ASSERT_TRUE(reader.Next());
  EXPECT_EQ(reader.line(), 2u);
  EXPECT_EQ(Failure<IoError>([&] { reader.FailAt(2, "no"); }), "T:4:4: acc is \"91.5\", no");
  ASSERT_TRUE(reader.Next());
  EXPECT_EQ(reader.line(), 5u);
  EXPECT_EQ(Failure<IoError>([&] { reader.Number(2); }), "T:5:5: acc is \"\", expected a number");
}

// write.csv of R: all text is quoted, and the column of row names has no name.
TEST(DelimitedReader, ReadsOutputOfR) {
  EXPECT_EQ(Read("\"\",\"arch\",\"acc\"\n\"1\",\"x \"\"y\"\"\",0.5\n\"2\",\"z\",NA\n", 3),
            (Lines{{"1", "x \"y\"", "0.5"}, {"2", "z", "NA"}}));
}

// Excel: a byte order mark, CRLF but LF within fields, emptied rows at the end, emptied columns
// too.
TEST(DelimitedReader, ReadsOutputOfSpreadsheets) {
  EXPECT_EQ(Read("\xef\xbb\xbf"
                 "arch,\"Accuracy\n(%)\",,\r\n\"a\r\nb\",1,,\r\nc,2,,\r\n,,,\r\n,,,\r\n",
                 2),
            (Lines{{"a\r\nb", "1"}, {"c", "2"}}));
  EXPECT_EQ(Read("a,b\n1,2\n\n  \n\n", 2), (Lines{{"1", "2"}}));
  EXPECT_EQ(Read("a,b\n1,\n", 2), (Lines{{"1", ""}}));
}

TEST(DelimitedReader, SpacesAroundFieldsAreNotPartOfThem) {
  EXPECT_EQ(Read("a, b ,c\n1 , \"x, y\" ,  z w \n", 3), (Lines{{"1", "x, y", "z w"}}));
  const std::string text = "a, b\n1, 2.5 \n\" 1\",x\n";
  DelimitedReader reader(text, "T", DelimitedReader::kAuto);
  ASSERT_TRUE(reader.Next());
  EXPECT_EQ(reader.Number(reader.Find("b")), 2.5);
  ASSERT_TRUE(reader.Next());
  EXPECT_EQ(reader.Text(0), " 1");
}

TEST(DelimitedReader, ReadsDecimalCommasIfTheyDoNotSeparateFields) {
  const std::string text = "a;b;c\n91,5;-1e-3;7\n0,25;9;1\n1.5;2,5,5;3\n";
  DelimitedReader reader(text, "T", DelimitedReader::kAuto);
  ASSERT_TRUE(reader.Next());
  EXPECT_EQ(reader.Number(0), 91.5);
  EXPECT_EQ(reader.Number(1), -0.001);
  EXPECT_EQ(reader.Number(2), 7);
  ASSERT_TRUE(reader.Next());
  EXPECT_EQ(reader.Number(0), 0.25);
  ASSERT_TRUE(reader.Next());
  EXPECT_EQ(Failure<IoError>([&] { reader.Number(0); }),
            "T:4:1: a is \"1.5\", expected a number with a decimal comma, like the numbers above");
  EXPECT_EQ(Failure<IoError>([&] { reader.Number(1); }),
            "T:4:5: b is \"2,5,5\", expected a number");
}

TEST(DelimitedReader, FindsColumns) {
  const std::string text = "Val Acc,\"a \"\"b\"\", c\",arch\n";
  const DelimitedReader reader(text, "T", ',');
  EXPECT_EQ(reader.Find("Val Acc"), 0u);
  EXPECT_EQ(reader.Find("a \"b\", c"), 1u);
  EXPECT_EQ(reader.Find("arch"), 2u);
  EXPECT_TRUE(reader.Has("arch"));
  EXPECT_FALSE(reader.Has("arc"));
  EXPECT_EQ(Failure<IoError>([&] { reader.Find("val_acc"); }),
            "T:1: no column \"val_acc\" (nearest: \"Val Acc\")");
}

TEST(DelimitedReader, ReadsNumbers) {
  const std::string text = "a,b,c,d\n-1.5e-3,\"7\",0,123456789012345678\n";
  DelimitedReader reader(text, "T", ',');
  ASSERT_TRUE(reader.Next());
  EXPECT_EQ(reader.Number(0), -0.0015);
  EXPECT_EQ(reader.Number(1), 7);
  EXPECT_EQ(reader.Number(2), 0);
  EXPECT_EQ(reader.Number(3), 123456789012345678.0);
}

TEST(DelimitedReader, ReportsItsProgress) {
  const std::string text = "a\n1\n2\n3\n";
  DelimitedReader reader(text, "T", ',');
  EXPECT_EQ(reader.fraction(), 0.25);
  while (reader.Next()) { continue; }
  EXPECT_EQ(reader.line(), 4u);
  EXPECT_EQ(reader.fraction(), 1);
}

// ---- refused text

TEST(DelimitedReader, RefusesFilesThatAreNotTables) {
  EXPECT_EQ(ReadFailure(""), "T: is empty");
  EXPECT_EQ(ReadFailure("\xef\xbb\xbf"), "T: is empty");
  EXPECT_EQ(ReadFailure(std::string("\x7f"
                                    "ELF\x02\x01\x01\0\0\n\n",
                                    11)),
            "T: is neither delimited text nor gzip");
  EXPECT_EQ(ReadFailure("\xff\xfe"
                        "a"),
            "T: is UTF-16 text, expected UTF-8 (in Excel, save it as \"CSV UTF-8\")");
  EXPECT_EQ(ReadFailure("a,b\r1,2\r"),
            "T:1: the lines end with a carriage return alone, expected a line feed");
}

TEST(DelimitedReader, RefusesATruncatedFile) {
  EXPECT_EQ(ReadFailure("a,b"),
            "T:1: the file is truncated: its last line does not end with a newline");
  EXPECT_EQ(ReadFailure("a,b\n1,2\n3,4"),
            "T:3: the file is truncated: its last line does not end with a newline");
}

TEST(DelimitedReader, RefusesADuplicateColumnIfItIsUsed) {
  const auto failure = [](const std::string& text, const char* column) {
    const DelimitedReader reader(text, "T", DelimitedReader::kAuto);
    return Failure<IoError>([&] { reader.Find(column); });
  };
  EXPECT_EQ(failure("a,b,c,b\n", "b"), "T:1:7: a second column \"b\"");
  EXPECT_EQ(failure("a,b,c,b\n", "c"), "");
  EXPECT_EQ(failure("a,\"a\"\n", "a"), "T:1:4: a second column \"a\"");
  EXPECT_EQ(failure("sep=,\na,,\n", ""), "T:2:4: a second column \"\"");
}

TEST(DelimitedReader, RefusesTooManyColumns) {
  std::string header = "c0";
  for (std::size_t i = 1; i < DelimitedReader::kMaxColumns; ++i) {
    header += ",c" + std::to_string(i);
  }
  EXPECT_EQ(ReadFailure(header + "\n"), "");
  EXPECT_EQ(ReadFailure(header + ",\n"), "T:1: more than 1000 columns");
}

TEST(DelimitedReader, RefusesTheWrongNumberOfFields) {
  EXPECT_EQ(ReadFailure("a,b\n1,2\n\n3,4\n"), "T:3: 1 field, expected 2");
  EXPECT_EQ(ReadFailure("a\tb\n1\t2\t\n"), "T:2: 3 fields, expected 2");
  EXPECT_EQ(ReadFailure("a,b\n1,2,3\n"),
            "T:2: 3 fields, expected 2 (a field that contains \",\" must be in double quotes)");
  EXPECT_EQ(ReadFailure("a,b\n" + std::string(5000, ',') + "1\n"),
            "T:2: 5001 fields, expected 2 (a field that contains \",\" must be in double quotes)");
}

TEST(DelimitedReader, RefusesQuotesThatDoNotMatch) {
  EXPECT_EQ(ReadFailure("a,b\n1,\"2\n3\",4\n"),
            "T:2: 3 fields, expected 2 (a field that contains \",\" must be in double quotes)");
  EXPECT_EQ(ReadFailure("a,b\n1,\"2\n3,4\n"), "T:2:3: the quoted field does not end");
  EXPECT_EQ(ReadFailure("a,b\n\"1\n\n2\",\"3\n"), "T:4:4: the quoted field does not end");
  EXPECT_EQ(ReadFailure("a,b\n1,\"\"\"\n"), "T:2:3: the quoted field does not end");
  EXPECT_EQ(ReadFailure("a,\"b\n"), "T:1:3: the quoted field does not end");
  EXPECT_EQ(ReadFailure("a,b\n\"1\"x,2\n"),
            "T:2:4: expected \",\" after the quoted field, found \"x\"");
  EXPECT_EQ(ReadFailure("a\tb\n\"1\",2\n"),
            "T:2:4: expected a tab after the quoted field, found \",\"");
}

TEST(DelimitedReader, RefusesTextThatIsNotAFiniteNumber) {
  for (const char* text : {"", "fast", "+5", "0x5", "1.5.2", "5%", "-"}) {
    EXPECT_EQ(NumberFailure(text), "T:2:3: n is \"" + std::string(text) + "\", expected a number");
  }
  EXPECT_EQ(NumberFailure("\"91,5\""), "T:2:4: n is \"91,5\", expected a number");
  EXPECT_EQ(NumberFailure("\"\"\"5\"\"\""), "T:2:4: n is \"\"5\"\", expected a number");
  for (const char* text : {"nan", "inf", "-inf", "infinity", "-nan"}) {
    EXPECT_EQ(NumberFailure(text),
              "T:2:3: n is \"" + std::string(text) + "\", expected a finite number");
  }
  EXPECT_EQ(NumberFailure("1e999"), "T:2:3: n is \"1e999\", out of range for a number");
  EXPECT_EQ(NumberFailure(std::string(5000, 'a')),
            "T:2:3: n is \"" + std::string(40, 'a') + "\"..., expected a number");
}

}  // namespace
}  // namespace lode::files
