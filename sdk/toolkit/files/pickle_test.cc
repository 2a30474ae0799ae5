#include "toolkit/files/pickle.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <array>

#include "tests/failure.h"

namespace lode::files {
namespace {

using testing::HasSubstr;

constexpr std::array<std::string_view, 1> kNames = {"a.thing"};
constexpr PickleTerms kTerms = {kNames, "a thing"};

template <std::size_t kSize>
std::string Literal(const char (&text)[kSize]) {
  return {text, kSize - 1};
}

std::string Refusal(const std::string& bytes) {
  return Failure<IoError>([&] { const Pickle pickle(bytes, "F", kTerms); });
}

TEST(Pickle, ReadsCollectionsNumbersAndText) {
  const std::string bytes = Literal(
      "\x80\x02}q\x01(U\x01x](K\x01K\xc8"
      "eU\x01tJ\xfe\xff\xff\xffN\x88\x87U\x01rG\x3f\xf8\x00\x00\x00\x00\x00\x00"
      "U\x01l\x8a\x09"
      "123456789U\x01s\x8a\x03\xff\xff\xff"
      "u.");
  const Pickle pickle(bytes, "F", kTerms);
  const PickledValue& value = pickle.value();
  EXPECT_EQ(value.Find("x")->items[1]->number, 200);
  EXPECT_EQ(value.Find("t")->items[0]->number, -2);
  EXPECT_EQ(value.Find("t")->items[1]->kind, PickledValue::kNone);
  EXPECT_EQ(value.Find("r")->real, 1.5);
  EXPECT_EQ(value.Find("l")->text, "123456789");
  EXPECT_EQ(value.Find("s")->number, -1);
  EXPECT_EQ(value.Find("y"), nullptr);
  EXPECT_EQ(pickle.end(), bytes.size());
}

TEST(Pickle, DescribesObjectsAndReferencesWithoutMakingThem) {
  const std::string bytes = Literal(
      "ca\nthing\n(U\x01"
      "aK\x07tRq\x01}U\x01kK\x05"
      "sbU\x01pQ\x86.");
  const Pickle pickle(bytes, "F", kTerms);
  const PickledValue &object = *pickle.value().items[0], &reference = *pickle.value().items[1];
  EXPECT_EQ(object.kind, PickledValue::kObject);
  EXPECT_EQ(object.text, "a.thing");
  EXPECT_EQ(object.arguments()[1]->number, 7);
  EXPECT_EQ(object.state->Find("k")->number, 5);
  EXPECT_EQ(reference.kind, PickledValue::kReference);
  EXPECT_TRUE(reference.items[0]->IsText("p"));
}

TEST(Pickle, AnOrderedDictionaryIsADictionary) {
  const std::string bytes = Literal(
      "ccollections\nOrderedDict\n)R(U\x01"
      "aK\x01u}b.");
  EXPECT_EQ(Pickle(bytes, "F", kTerms).value().Find("a")->number, 1);
  EXPECT_THAT(Refusal("ccollections\nOrderedDict\n]\x85R."),
              HasSubstr("a dictionary of something"));
}

TEST(Pickle, ReadsSeveralOneAfterTheOther) {
  const std::string bytes = "K\x07.K\x08.";
  const Pickle first(bytes, "F", kTerms);
  const Pickle second(bytes, "F", kTerms, first.end());
  EXPECT_EQ(first.value().number, 7);
  EXPECT_EQ(second.value().number, 8);
  EXPECT_EQ(Failure([&] { const Pickle third(bytes, "F", kTerms, second.end()); }),
            "F: a pickle that is refused at byte 6: it is truncated");
}

TEST(Pickle, CallsNothing) {
  EXPECT_EQ(Refusal("cos\nsystem\n(U\x04"
                    "truetR."),
            "F: a pickle that is refused at byte 11: it asks for \"os.system\", which is not part "
            "of a thing");
  EXPECT_THAT(Refusal(Literal("\x80\x04\x8c\x08"
                              "builtins\x8c\x04"
                              "eval\x93.")),
              HasSubstr("it asks for \"builtins.eval\""));
  EXPECT_THAT(Refusal("(U\x01"
                      "aios\nsystem\n."),
              HasSubstr("has the instruction \"i\", which does not make a thing"));
  EXPECT_THAT(Refusal("(U\x01"
                      "ao."),
              HasSubstr("has the instruction \"o\""));
  EXPECT_THAT(Refusal("ca\nthing\n)\x81."), HasSubstr("has the instruction \"\\x81\""));
  EXPECT_THAT(Refusal("U\x01"
                      "a)R."),
              HasSubstr("it calls something that is not a name"));
}

TEST(Pickle, RefusesDamage) {
  EXPECT_THAT(Refusal(""), HasSubstr("it is truncated"));
  EXPECT_THAT(Refusal("."), HasSubstr("its stack is empty"));
  EXPECT_THAT(Refusal("t."), HasSubstr("there is no mark"));
  EXPECT_THAT(Refusal("h\x07."), HasSubstr("it recalls a value that it has not kept"));
  EXPECT_THAT(Refusal("K\x01K\x02"
                      "a."),
              HasSubstr("it adds to a value that is not such a collection"));
  EXPECT_THAT(Refusal("K\x01}b."), HasSubstr("gives a state to something that is not an object"));
  EXPECT_THAT(Refusal(std::string(Pickle::kMaxValues + 1, 'N')),
              HasSubstr("more than 1048576 values"));
}

// What would overflow the stack of a reader that recurses, or fill the memory of one that copies.
TEST(Pickle, NestingAndRecallingCostNoMoreThanTheirBytes) {
  std::string nested(200'000, ']'), wide = "](";
  nested.append(199'999, 'a').append(".");
  EXPECT_EQ(Refusal(nested), "");
  EXPECT_EQ(Refusal("]q\x01h\x01"
                    "a."),
            "")
      << "a list that contains itself";
  wide.append(100'000, 'N').append("eq\x01");
  for (int n = 0; n < 100'000; ++n) { wide.append("ca\nthing\nh\x01R"); }
  EXPECT_EQ(Refusal(wide + "."), "") << "calls that all have the same long list";
}

}  // namespace
}  // namespace lode::files
