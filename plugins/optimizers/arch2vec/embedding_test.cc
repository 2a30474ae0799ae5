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
  const Embedding learned(grid.space(), Quick(), first.host(), {});
  const Embedding kept(grid.space(), Quick(), first.host(), directory.path());
  const Embedding recalled(grid.space(), Quick(), second.host(), directory.path());
  EXPECT_THAT(first.lines(), Contains(HasSubstr("the embedding reconstructs")));
  EXPECT_THAT(second.lines(), IsEmpty());  // it has learned nothing
  for (const Embedding* other : {&kept, &recalled}) {
    EXPECT_EQ(other->vectors().values, learned.vectors().values);
    EXPECT_EQ(other->reconstructed(), learned.reconstructed());
    EXPECT_EQ(other->Embed(other->pool()).values, learned.vectors().values);
  }
  EmbeddingConfig config = Quick();
  config.embedding_seed = 1;
  const Embedding another(grid.space(), config, first.host(), directory.path());
  EXPECT_NE(another.vectors().values, learned.vectors().values);
  using Iterator = std::filesystem::directory_iterator;
  EXPECT_EQ(std::distance(Iterator(directory.path()), Iterator()), 2);
}

TEST(EmbeddingTest, StopsWhenTheHostCancels) {
  const Grid grid(4, 3);
  TestHost host;
  host.CancelAt(std::chrono::steady_clock::now());
  EXPECT_THROW(Embedding(grid.space(), Quick(), host.host(), {}), lode::CancelledError);
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
  const Embedding embedding(nb201.space(), config, host.host(), {});
  EXPECT_EQ(embedding.pool().size(), 15625u);
  EXPECT_GE(embedding.reconstructed(), 0.95);
}

}  // namespace
}  // namespace arch2vec
