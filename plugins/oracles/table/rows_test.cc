#include "plugins/oracles/table/rows.h"

#include <gtest/gtest.h>

namespace table {
namespace {

// The architecture whose cells are the bits of `number`.
lode::Architecture Bits(unsigned number, std::size_t cells) {
  lode::Architecture architecture(cells);
  for (std::size_t cell = 0; cell < cells; ++cell) {
    architecture[cell] = static_cast<std::uint8_t>(number >> cell & 1);
  }
  return architecture;
}

TEST(TableRows, AreFoundByEveryCell) {
  for (const std::size_t cells : {1u, 7u, 8u, 9u, 13u}) {
    Rows rows(cells, 2);
    const unsigned count = 1u << cells;
    for (unsigned n = 0; n < count; n += 2) {
      rows.Add(Bits(n, cells), std::array{n * 1.0, n * 2.0});
    }
    EXPECT_EQ(rows.size(), count / 2);
    for (unsigned n = 0; n < count; ++n) {
      const auto row = rows.Find(Bits(n, cells));
      ASSERT_EQ(row.has_value(), n % 2 == 0) << n;
      if (!row) { continue; }
      EXPECT_EQ(*row, n / 2);
      EXPECT_EQ(rows[*row][0], n);
      EXPECT_EQ(rows[*row][1], 2 * n);
    }
  }
}

TEST(TableRows, RefuseBytesOtherThanZeroAndOne) {
  Rows rows(2, 1);
  rows.Add(lode::Architecture{0, 1}, std::array{7.0});
  EXPECT_TRUE(rows.Find(lode::Architecture{0, 1}).has_value());
  EXPECT_FALSE(rows.Find(lode::Architecture{0, 2}).has_value());
  EXPECT_FALSE(rows.Find(lode::Architecture{2, 1}).has_value());
  EXPECT_FALSE(rows.Find(lode::Architecture{0, 3}).has_value());
}

}  // namespace
}  // namespace table
