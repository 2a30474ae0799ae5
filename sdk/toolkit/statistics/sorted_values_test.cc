#include "toolkit/statistics/sorted_values.h"

#include <gtest/gtest.h>

namespace lode::statistics {
namespace {

TEST(SortedValuesTest, KnowTheirMedianAndTheLargestWhateverTheOrder) {
  SortedValues values;
  EXPECT_TRUE(values.empty());
  for (const double value : {90.0, 10.0, 80.0, 94.0, 86.0}) { values.Add(value); }
  EXPECT_EQ(values.size(), 5u);
  EXPECT_EQ(values.Median(), 86);
  EXPECT_EQ(values.Largest(), 94);
  values.Add(88);
  EXPECT_EQ(values.Median(), 87);
  values.Add(94);
  EXPECT_EQ(values.Median(), 88);
}

}  // namespace
}  // namespace lode::statistics
