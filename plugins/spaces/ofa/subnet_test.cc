#include "plugins/spaces/ofa/subnet.h"

#include <gtest/gtest.h>

#include <numeric>

#include "plugins/spaces/ofa/test_support.h"
#include "tests/failure.h"

namespace ofa {
namespace {

using lode::Architecture;

std::string Failure(const Architecture& a) {
  return lode::Failure<lode::InvalidError>([&] { FromArchitecture(a); });
}

TEST(OfaSubnet, CellsAreOperationsInExpandMajorOrderThenDepths) {
  Subnet subnet = Uniform(3, 3, 2);
  subnet.expand[4] = 6;
  subnet.kernel[4] = 5;
  subnet.depth[3] = 4;
  const Architecture a = Of(subnet);
  EXPECT_EQ(std::accumulate(a.begin(), a.end(), 0u), kLayers + kUnits);
  EXPECT_EQ(a[4 * 9 + 2 * 3 + 1], 1);  // e6_k5
  EXPECT_EQ(a[180 + 3 * 3 + 2], 1);    // depth 4
  EXPECT_EQ(a[0], 1);
  EXPECT_EQ(FromArchitecture(a), subnet);
}

TEST(OfaSubnet, EveryValueOfEveryRowReadsBack) {
  for (std::size_t o = 0; o < kOperations; ++o) {
    for (std::size_t d = 0; d < kDepths; ++d) {
      const Subnet subnet = Uniform(KernelOf(o), ExpandOf(o), kDepthValues[d]);
      EXPECT_EQ(OperationOf(subnet, 7), o);
      EXPECT_EQ(FromArchitecture(Of(subnet)), subnet);
    }
  }
}

TEST(OfaSubnet, TheFirstLayersOfAUnitAreActive) {
  Subnet subnet = Uniform(3, 3, 2);
  subnet.depth = {2, 3, 4, 2, 3};
  std::string active;
  for (std::size_t layer = 0; layer < kLayers; ++layer) {
    active += subnet.IsActive(layer) ? '1' : '0';
  }
  EXPECT_EQ(active, "11001110111111001110");
}

TEST(OfaSubnet, InvalidBytesAreRefusedWithTheirRow) {
  const Architecture sound = Of(Uniform(5, 4, 3));
  EXPECT_EQ(Failure(sound), "");
  Architecture a = sound;
  a[0] = 1;
  EXPECT_EQ(Failure(a), "ops, row unit 1 layer 1: does not have exactly one 1 among zeros");
  a = sound;
  a[19 * 9 + 4] = 0;
  EXPECT_EQ(Failure(a), "ops, row unit 5 layer 4: does not have exactly one 1 among zeros");
  a = sound;
  a[194] = 1;
  EXPECT_EQ(Failure(a), "depth, row unit 5: does not have exactly one 1 among zeros");
  // 1 + 255 is 0 in eight bits, and 1 + 1 + 255 is 1.
  for (const std::uint8_t bad : std::initializer_list<std::uint8_t>{2, 255, 128}) {
    for (std::size_t cell = 0; cell < kCells; ++cell) {
      a = sound;
      a[cell] = bad;
      EXPECT_NE(Failure(a), "") << cell;
      a[cell == 0 ? 1 : cell - 1] = 1;
      EXPECT_NE(Failure(a), "") << cell;
    }
  }
}

}  // namespace
}  // namespace ofa
