#include "core/search/failures.h"

#include <gtest/gtest.h>

namespace lode::core {
namespace {

std::string Grouped(std::initializer_list<const char*> texts) {
  FailureTally tally;
  for (const char* text : texts) { tally.Add(text); }
  return FormatFailures(texts.size(), tally.Kinds(), 3);
}

TEST(FailureTallyTest, CountsByReasonMostFrequentFirst) {
  EXPECT_EQ(Grouped({}), "");
  EXPECT_EQ(Grouped({"time-out", "CUDA out of memory", "CUDA out of memory"}),
            "3 failed: CUDA out of memory (2), time-out (1)");
  EXPECT_EQ(Grouped({"a", "b", "c", "d", "e"}), "5 failed: a (1), b (1), c (1), others (2)");
}

// Numbers that all failures of a kind share are shown unmasked.
TEST(FailureTallyTest, DifferentNumbersAndAddressesDoNotSplitAReason) {
  EXPECT_EQ(Grouped({"ended by signal 11 (x)", "ended by signal 11 (x)"}),
            "2 failed: ended by signal 11 (x) (2)");
  EXPECT_EQ(
      Grouped({"tried to allocate 1.50 GiB at 0x7f3a00c0", "tried to allocate 20 GiB at 0xbeef"}),
      "2 failed: tried to allocate # GiB at # (2)");
  EXPECT_EQ(Grouped({"loss is -1.5e-07", "loss is 3"}), "2 failed: loss is # (2)");
  EXPECT_EQ(Grouped({"job deadbeef01 is gone", "job 0123456789ab is gone"}),
            "2 failed: job # is gone (2)");
}

// A sign, an exponent and groups belong to a number; a word of letters, a short one, and one that
// continues are not hashes, and their digits are numbers.
TEST(FailureTallyTest, NumbersAndHashesEndWhereTheyShould) {
  EXPECT_EQ(Grouped({"+1,234.5E+6e", "-7e"}), "2 failed: #e (2)");
  EXPECT_EQ(Grouped({"1e- 2", "3e- 4"}), "2 failed: #e- # (2)");
  EXPECT_EQ(Grouped({"1.5. x", "2,5. x"}), "2 failed: #. x (2)");
  EXPECT_EQ(Grouped({"a deadbeef b", "a feedbabe b"}),
            "2 failed: a deadbeef b (1), a feedbabe b (1)");
  EXPECT_EQ(Grouped({"a1b2c3d x", "a4b5c6d x"}), "2 failed: a#b#c#d x (2)");
  EXPECT_EQ(Grouped({"is a1b2c3d4z", "is a5b6c7d8z"}), "2 failed: is a#b#c#d#z (2)");
  EXPECT_EQ(Grouped({"at 0X1F", "at 0xg"}), "2 failed: at 0X1F (1), at 0xg (1)");
}

TEST(FailureTallyTest, TheFirstLineIsTheReason) {
  EXPECT_EQ(Grouped({"died \nits output: a", "died\r\nits output: b"}), "2 failed: died (2)");
}

// The cut is after kReasonWidth characters and never inside a character.
TEST(FailureTallyTest, LongTextsAreCut) {
  std::string text;
  for (int i = 0; i < 200; ++i) { text += "é"; }
  FailureTally tally;
  tally.Add(text);
  EXPECT_EQ(tally.Kinds().at(0).reason, text.substr(0, 2 * kReasonWidth) + "…");
}

// A summary over seeds merges them like this.
TEST(FailureTallyTest, KindsOfSeveralRunsAreMerged) {
  const std::string tail(100, 'x');
  FailureTally runs[2], all;
  runs[0].Add("worker 1 died " + tail);
  runs[0].Add("worker 2 died " + tail);
  runs[1].Add("worker 33 died " + tail);
  for (const FailureTally& run : runs) {
    for (const FailureKind& kind : run.Kinds()) { all.Add(kind.reason, kind.count); }
  }
  ASSERT_EQ(all.Kinds().size(), 1u);
  EXPECT_EQ(all.Kinds()[0].count, 3u);
}

TEST(FailureTallyTest, TooManyKindsAreMergedIntoOne) {
  FailureTally tally;
  for (char a = 'a'; a <= 'z'; ++a) {
    for (const char* b : {"k", "l", "m", "n"}) { tally.Add(std::string(1, a) + b); }
  }
  EXPECT_EQ(tally.Kinds().size(), 51u);
  EXPECT_EQ(tally.Kinds()[0].reason, "other reasons");
  EXPECT_EQ(tally.Kinds()[0].count, 4u * 26 - 50);
}

}  // namespace
}  // namespace lode::core
