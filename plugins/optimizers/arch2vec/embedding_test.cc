#include "plugins/optimizers/arch2vec/embedding.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <chrono>
#include <cmath>
#include <filesystem>
#include <lode/testing.hpp>
#include <set>
#include <string>
#include <vector>

namespace arch2vec {
namespace {

using lode::test::FixedStream;
using lode::test::Grid;
using lode::test::TemporaryDirectory;
using lode::test::TestHost;
using testing::Contains;
using testing::HasSubstr;
using testing::IsEmpty;

EmbeddingConfig Quick() {
  EmbeddingConfig config;
  config.hidden = 32;
  config.dimensions = 8;
  config.epochs = 2;
  return config;
}

TEST(DrawPoolTest, ListsSmallSpacesAndSamplesLargeOnes) {
  FixedStream stream(1);
  const Grid small(4, 3), large(10, 4);
  const auto all = DrawPool(small.space(), 81, 10, stream.random());
  EXPECT_EQ(std::set(all.begin(), all.end()).size(), 81u);
  const auto some = DrawPool(large.space(), 1000, 500, stream.random());
  EXPECT_EQ(std::set(some.begin(), some.end()).size(), 500u);
}

TEST(EmbeddingTest, IsTheSameForAllSeedsAndWithAndWithoutTheCache) {
  const Grid grid(4, 3);
  const TemporaryDirectory directory;
  TestHost first(1), second(2);
  const Pool pool(grid.space(), Quick());
  const Embedding learned(pool, Quick(), first.host(), {});
  const Embedding kept(pool, Quick(), first.host(), directory.path());
  const Embedding recalled(pool, Quick(), second.host(), directory.path());
  EXPECT_THAT(first.lines(), Contains(HasSubstr("the embedding reconstructs")));
  EXPECT_THAT(second.lines(), IsEmpty());  // it has learned nothing
  for (const Embedding* other : {&kept, &recalled}) {
    EXPECT_EQ(other->vectors().values, learned.vectors().values);
    EXPECT_EQ(other->reconstructed(), learned.reconstructed());
    EXPECT_EQ(other->Embed(pool.architectures()).values, learned.vectors().values);
  }
  EmbeddingConfig config = Quick();
  config.embedding_seed = 1;
  const Pool other_pool(grid.space(), config);
  const Embedding another(other_pool, config, first.host(), directory.path());
  EXPECT_NE(another.vectors().values, learned.vectors().values);
  using Iterator = std::filesystem::directory_iterator;
  EXPECT_EQ(std::distance(Iterator(directory.path()), Iterator()), 2);
}

TEST(EmbeddingTest, StopsWhenTheHostCancels) {
  const Grid grid(4, 3);
  TestHost host;
  host.CancelAt(std::chrono::steady_clock::now());
  EXPECT_THROW(Embedding(Pool(grid.space(), Quick()), Quick(), host.host(), {}),
               lode::CancelledError);
}

// All cells, but half of the published width and epochs, at a higher rate and without dropout. What
// the published numbers give is in the plugin's description.
TEST(EmbeddingTest, ReconstructsNineteenOfTwentyCellsThatWereHeldOut) {
  const lode::test::SpaceInstance nb201(
      lode::test::LoadComponent(LODE_BINARY_DIR "/lib/lode/plugins/nb201.lode.so", "nb201"));
  TestHost host;
  EmbeddingConfig config;
  config.hidden = 64;
  config.epochs = 5;
  config.dropout = 0;
  config.embedding_learning_rate = 3e-3;
  const Pool pool(nb201.space(), config);
  const Embedding embedding(pool, config, host.host(), {});
  EXPECT_EQ(pool.architectures().size(), 15625u);
  EXPECT_GE(embedding.reconstructed(), 0.95);
}

// The preset for large spaces, with a third of its epochs.
TEST(EmbeddingTest, ReconstructsNineteenOfTwentySubnetworksThatWereHeldOut) {
  const lode::test::SpaceInstance ofa(
      lode::test::LoadComponent(LODE_BINARY_DIR "/lib/lode/plugins/ofa.lode.so", "ofa"));
  TestHost host;
  EmbeddingConfig config;
  config.epochs = 16;
  config.dropout = 0;
  config.embedding_learning_rate = 0.01;
  const Pool pool(ofa.space(), config);
  const Embedding embedding(pool, config, host.host(), {});
  EXPECT_EQ(embedding.dimensions(), 80u);
  EXPECT_GE(embedding.reconstructed(), 0.95);
}

std::string SubnetText(int third_unit_kernel) {
  std::string kernels, expands;
  for (int layer = 0; layer < 20; ++layer) {
    const int kernel = layer / 4 == 2 ? third_unit_kernel : 3;
    kernels += (layer == 0 ? "" : ", ") + std::to_string(kernel);
    expands += layer == 0 ? "4" : ", 4";
  }
  return "{\"ks\": [" + kernels + "], \"e\": [" + expands + "], \"d\": [3, 3, 3, 3, 3]}";
}

TEST(EmbeddingTest, EachPartHasItsPlaceInTheVector) {
  const lode::test::SpaceInstance ofa(
      lode::test::LoadComponent(LODE_BINARY_DIR "/lib/lode/plugins/ofa.lode.so", "ofa"));
  TestHost host;
  EmbeddingConfig config = Quick();
  config.pool = 100;
  const Pool pool(ofa.space(), config);
  const Embedding embedding(pool, config, host.host(), {});
  const std::size_t units = 5, width = 8;
  ASSERT_EQ(embedding.dimensions(), units * width);
  const Rows vectors = embedding.Embed(
      std::vector{ofa.space().Parse(SubnetText(3)), ofa.space().Parse(SubnetText(7))});
  for (std::size_t unit = 0; unit < units; ++unit) {
    const bool same = std::equal(vectors.row(0) + unit * width, vectors.row(0) + (unit + 1) * width,
                                 vectors.row(1) + unit * width);
    EXPECT_EQ(same, unit != 2) << unit;
  }
}

}  // namespace
}  // namespace arch2vec
