#include "core/verify/guarded_input.h"

#include <gtest/gtest.h>

#include <cstdint>
#include <numeric>
#include <vector>

namespace lode::verify {
namespace {

TEST(GuardedInput, HasTheValues) {
  InputPage page;
  const std::vector<float> values{1, -2.5, 3};
  const GuardedInput<float> input(page, values.data(), values.size());
  EXPECT_EQ(std::vector<float>(input.data(), input.data() + 3), values);
  EXPECT_TRUE(input.unchanged());
}

TEST(GuardedInput, AWriteIsNoticed) {
  InputPage page;
  const std::vector<double> values{1, 2};
  const GuardedInput<double> input(page, values.data(), values.size());
  const_cast<double*>(input.data())[1] = -2;
  EXPECT_FALSE(input.unchanged());
}

TEST(GuardedInput, ReadingPastTheEndCrashes) {
  for (const std::size_t count : {1u, 3u, 4096u, 5000u}) {
    InputPage page;
    const std::vector<std::uint8_t> values(count, 1);
    const GuardedInput<std::uint8_t> input(page, values.data(), values.size());
    const volatile std::uint8_t* data = input.data();
    EXPECT_EQ(data[count - 1], 1);
    EXPECT_DEATH(static_cast<void>(data[count]), "") << count;
  }
}

TEST(GuardedInput, ReadingAnEmptyInputCrashes) {
  InputPage page;
  const GuardedInput<float> input(page, nullptr, 0);
  EXPECT_NE(input.data(), nullptr);
  EXPECT_TRUE(input.unchanged());
  const volatile float* data = input.data();
  EXPECT_DEATH(static_cast<void>(data[0]), "");
}

// A component that keeps the pointer must not find what it looks for.
TEST(GuardedInput, NothingIsLeftAfterTheCall) {
  InputPage page;
  const std::vector<std::uint8_t> values{1, 0, 1};
  const std::uint8_t* kept = nullptr;
  {
    const GuardedInput<std::uint8_t> input(page, values.data(), values.size());
    kept = input.data();
  }
  for (std::size_t i = 0; i < values.size(); ++i) { EXPECT_GT(kept[i], 1) << i; }
}

TEST(GuardedInput, NothingIsBeforeTheValues) {
  InputPage page;
  const std::vector<std::uint8_t> large(100, 1), small(3, 1);
  const GuardedInput<std::uint8_t> first(page, large.data(), large.size());
  const GuardedInput<std::uint8_t> second(page, small.data(), small.size());
  EXPECT_GT(second.data()[-1], 1);
  EXPECT_GT(second.data()[-97], 1);
}

TEST(GuardedInput, APageGrowsAndIsAligned) {
  InputPage page;
  for (const std::size_t count : {1u, 511u, 512u, 513u, 2000u, 2u}) {
    std::vector<double> values(count);
    std::iota(values.begin(), values.end(), 0.0);
    const GuardedInput<double> input(page, values.data(), count);
    EXPECT_EQ(reinterpret_cast<std::uintptr_t>(input.data()) % alignof(double), 0u);
    EXPECT_EQ(input.data()[count - 1], static_cast<double>(count - 1));
  }
}

}  // namespace
}  // namespace lode::verify
