// The notations of cells in use besides the benchmark's string (for that, see space_test.cc).
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <random>

#include "plugins/spaces/nb201/benchmark_index.h"
#include "plugins/spaces/nb201/cell.h"
#include "plugins/spaces/nb201/table_rows.h"
#include "toolkit/files/text_file.h"

namespace nb201 {
namespace {

// Returns the cell in the benchmark's notation, or what is wrong with the text.
std::string Read(std::string_view text) {
  Cell cell{};
  ParseError error;
  if (Parse(text, &cell, &error)) { return Format(cell); }
  return std::to_string(error.column) + ": " + error.message;
}

constexpr std::string_view kString =
    "|nor_conv_3x3~0|+|nor_conv_3x3~0|avg_pool_3x3~1|+|skip_connect~0|nor_conv_3x3~1|none~2|";
constexpr std::string_view kTuples =
    "[(('nor_conv_3x3', 0),), (('nor_conv_3x3', 0), ('avg_pool_3x3', 1)), "
    "(('skip_connect', 0), ('nor_conv_3x3', 1), ('none', 2))]";

TEST(Nb201CellText, BenchmarkNumbersMatchTheShippedTable) {
  const std::string file = LODE_SOURCE_DIR "/plugins/spaces/nb201/nb201.tsv.gz";
  const Rows rows = ParseRows(lode::files::ReadTextFile(file), file, RowKey::kArchitecture, {});
  for (std::uint32_t i = 0; i < kArchitectures; ++i) {
    ASSERT_EQ(BenchmarkOrder()[i], rows.keys[i]) << i;
    ASSERT_EQ(Read(std::to_string(i)), Format(FromIndex(rows.keys[i])));
  }
}

TEST(Nb201CellText, NumbersOutsideTheBenchmarkAreRefused) {
  EXPECT_EQ(Read("15625"), "1: expected a number of the benchmark from 0 to 15624");
  EXPECT_EQ(Read("99999999999"), "1: expected a number of the benchmark from 0 to 15624");
  EXPECT_EQ(Read("-1"), "1: expected \"|\" before edge 0->1, found \"-1\"");
  EXPECT_EQ(Read("12.0"), "3: expected the end after the benchmark's number, found \".\"");
  EXPECT_EQ(Read("3 4"), "2: expected the end after the benchmark's number, found \"4\"");
}

TEST(Nb201CellText, ReadsTuplesAsTheBenchmarksCodePrintsThem) {
  EXPECT_EQ(Read(kTuples), kString);
  EXPECT_EQ(Read("((('nor_conv_3x3', 0),), (('nor_conv_3x3', 0), ('avg_pool_3x3', 1)), "
                 "(('skip_connect', 0), ('nor_conv_3x3', 1), ('none', 2)))"),
            kString);
  EXPECT_EQ(Read("Structure(4 nodes with " + std::string(kString) + ")"), kString);
}

TEST(Nb201CellText, ReadsTuplesAsProgramsAndJsonWriteThem) {
  EXPECT_EQ(
      Read("best = Structure(\n  [((\"nor_conv_3x3\", 0),),  \n   (('avg_pool_3x3', 1), "
           "('nor_conv_3x3', 0)),\n   (('none', 2), ('skip_connect', 0), ('nor_conv_3x3', 1),)"
           ",\n]\n)"),
      kString);
  EXPECT_EQ(Read(R"([[["nor_conv_3x3",0]],[["nor_conv_3x3",0],["avg_pool_3x3",1]],)"
                 R"([["skip_connect",0],["nor_conv_3x3",1],["none",2]]])"),
            kString);
}

TEST(Nb201CellText, InvalidTuplesAreRefusedWithThePosition) {
  const auto with = [](std::string_view from, std::string_view to) {
    std::string text(kTuples);
    return Read(text.replace(text.find(from), from.size(), to));
  };
  EXPECT_EQ(with("'nor_conv_3x3', 0),)", "'nor_conv_3x4', 0),)"),
            "5: unknown operation \"nor_conv_3x4\" (nearest: \"nor_conv_3x3\")");
  EXPECT_EQ(with("('avg_pool_3x3', 1)", "('avg_pool_3x3', 0)"),
            "65: input 0 of node 2 appears twice");
  EXPECT_EQ(with("0),)", "1),)"), "20: expected an input from 0 to 0 for node 1, found \"1\"");
  EXPECT_EQ(with(", ('none', 2)", ""),
            "111: expected \",\" before the next input of node 3, found \")\"");
  EXPECT_EQ(with("('none', 2))]", "('none', 2))] x"), "127: expected the end, found \"x\"");
  EXPECT_EQ(with("('none', 2))]", "('none', 2))"),
            "125: expected \"]\" after node 3, found the end");
  EXPECT_EQ(Read("[3, 1, 2, 0, 1, 4]"), "2: expected \"(\" of node 1, found \"3\"");
  EXPECT_EQ(Read("Structure(4 nodes with |none~1|)"),
            "30: expected \"0\" as the input of edge 0->1, found \"1|\"");
}

// Three notations of the same architecture as a table's keys.
TEST(Nb201CellText, TablesAcceptAnyNotationAndRefuseDuplicateArchitectures) {
  const std::string text =
      "arch_str\n" + std::string(kString) + "\n\"" + std::string(kTuples) + "\"\n";
  try {
    ParseRows(text, "T", RowKey::kArchitecture, {});
    ADD_FAILURE() << "accepts it";
  } catch (const lode::IoError& e) {
    EXPECT_EQ(std::string(e.what()),
              "T:3: the architecture " + std::string(kString) + " is already on line 2");
  }
}

TEST(Nb201CellText, EveryPrefixAndChangedByteIsRefusedOrAnotherCell) {
  std::mt19937 random(1);
  for (const std::string_view text : {kTuples, kString}) {
    for (std::size_t n = 0; n < text.size(); ++n) {
      EXPECT_NE(Read(text.substr(0, n)), kString) << n;
      std::string changed(text);
      changed[n] = static_cast<char>(random() % 256);
      const std::string read = Read(changed);
      EXPECT_TRUE(read.starts_with('|') || read.find(": ") != std::string::npos) << changed;
    }
  }
}

}  // namespace
}  // namespace nb201
