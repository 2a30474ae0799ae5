#include "toolkit/images/loader.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <chrono>
#include <set>

#include "toolkit/images/test_support.h"

namespace lode::images {
namespace {

using namespace std::chrono_literals;
using testing::ElementsAre;
using testing::HasSubstr;

Transform Augmenting() {
  Transform transform;
  transform.resolution = 4;
  transform.pad = 2;
  transform.flip = true;
  transform.cutout = 2;
  transform.mean = {0.5f, 0.4f, 0.3f};
  transform.std = {0.2f, 0.3f, 0.4f};
  return transform;
}

// The label of image i is i, so that labels show the order.
std::shared_ptr<MadeUpSet> Numbered(std::uint32_t images) {
  std::vector<std::uint32_t> labels;
  for (std::uint32_t i = 0; i < images; ++i) { labels.push_back(i); }
  return std::make_shared<MadeUpSet>(labels, images);
}
std::vector<std::uint32_t> Numbers(std::uint32_t count) {
  std::vector<std::uint32_t> numbers;
  for (std::uint32_t i = 0; i < count; ++i) { numbers.push_back(i); }
  return numbers;
}

LoaderOptions Options(std::size_t batch_size, std::size_t threads, bool shuffle = true) {
  LoaderOptions options;
  options.batch_size = batch_size;
  options.threads = threads;
  options.shuffle = shuffle;
  return options;
}

struct Epoch {
  std::vector<float> images;
  std::vector<std::int64_t> labels;
  std::vector<std::size_t> sizes;
  bool operator==(const Epoch&) const = default;
};

Epoch Rest(Loader& loader) {
  Epoch epoch;
  Batch batch;
  while (loader.Next(batch)) {
    EXPECT_EQ(batch.images.size(), batch.size * batch.height * batch.width * batch.channels);
    EXPECT_EQ(batch.labels.size(), batch.size);
    epoch.images.insert(epoch.images.end(), batch.images.begin(), batch.images.end());
    epoch.labels.insert(epoch.labels.end(), batch.labels.begin(), batch.labels.end());
    epoch.sizes.push_back(batch.size);
  }
  return epoch;
}
Epoch Whole(Loader& loader, std::uint64_t seed) {
  loader.Begin(seed);
  return Rest(loader);
}

TEST(Loader, GivesEveryImageOnce) {
  Loader loader(Numbered(10), {2, 3, 5, 7, 9, 8, 6}, Augmenting(), Options(3, 1));
  EXPECT_EQ(loader.batches(), 3u);
  EXPECT_EQ(loader.images(), 7u);
  const Epoch epoch = Whole(loader, 1);
  EXPECT_THAT(epoch.sizes, ElementsAre(3, 3, 1));
  EXPECT_THAT(epoch.labels, testing::UnorderedElementsAre(2, 3, 5, 6, 7, 8, 9));
}

TEST(Loader, WithoutShufflingKeepsTheOrder) {
  Loader loader(Numbered(10), {9, 2, 5, 7}, Augmenting(), Options(3, 2, false));
  EXPECT_THAT(Whole(loader, 1).labels, ElementsAre(9, 2, 5, 7));
}

TEST(Loader, DropsTheLastBatchOnRequest) {
  LoaderOptions options = Options(3, 1);
  options.drop_last = true;
  Loader loader(Numbered(8), Numbers(8), Augmenting(), options);
  EXPECT_EQ(loader.batches(), 2u);
  EXPECT_EQ(loader.images(), 6u);
  EXPECT_THAT(Whole(loader, 1).sizes, ElementsAre(3, 3));
}

TEST(Loader, AppliesTheTransform) {
  const auto set = Numbered(5);
  Loader loader(set, Numbers(5), Augmenting(), Options(2, 1));
  const Epoch epoch = Whole(loader, 9);
  const Transformer transformer(Augmenting());
  Transformer::Scratch scratch;
  std::vector<float> expected(transformer.floats());
  for (std::size_t i = 0; i < 5; ++i) {
    const auto index = static_cast<std::size_t>(epoch.labels[i]);
    Image image;
    set->Read(index, image);
    transformer.Apply(image, 9, index, scratch, expected.data());
    EXPECT_TRUE(
        std::equal(expected.begin(), expected.end(),
                   epoch.images.begin() + static_cast<std::ptrdiff_t>(i * expected.size())));
  }
}

TEST(Loader, GivesTheSameEpochWithAnyNumberOfThreads) {
  const auto set = Numbered(203);
  Loader reference(set, Numbers(203), Augmenting(), Options(10, 0));
  const Epoch first = Whole(reference, 1), second = Whole(reference, 2);
  EXPECT_NE(first.labels, second.labels);
  for (const std::size_t threads : {1, 2, 5}) {
    for (const std::size_t ahead : {1, 3, 50}) {
      LoaderOptions options = Options(10, threads);
      options.ahead = ahead;
      Loader loader(set, Numbers(203), Augmenting(), options);
      EXPECT_EQ(Whole(loader, 1), first);
      EXPECT_EQ(Whole(loader, 2), second);
      EXPECT_EQ(Whole(loader, 1), first);
    }
  }
}

TEST(Loader, AugmentsAnImageTheSameForAnyBatchSize) {
  const auto set = Numbered(60);
  Loader tens(set, Numbers(60), Augmenting(), Options(10, 1));
  Loader sevens(set, Numbers(60), Augmenting(), Options(7, 2));
  const Epoch a = Whole(tens, 3), b = Whole(sevens, 3);
  EXPECT_EQ(a.images, b.images);
  EXPECT_EQ(a.labels, b.labels);
}

TEST(Loader, ResumesInTheMiddleOfAnEpoch) {
  Loader loader(Numbered(50), Numbers(50), Augmenting(), Options(8, 2));
  const Epoch whole = Whole(loader, 4);
  for (const std::size_t first : {0, 1, 5, 6, 7, 100}) {
    loader.Begin(4, first);
    const Epoch rest = Rest(loader);
    const std::size_t skipped = std::min<std::size_t>(8 * first, 50);
    EXPECT_EQ(rest.labels, std::vector(whole.labels.begin() + static_cast<std::ptrdiff_t>(skipped),
                                       whole.labels.end()));
    EXPECT_EQ(rest.images,
              std::vector(whole.images.begin() + static_cast<std::ptrdiff_t>(skipped * 48),
                          whole.images.end()));
  }
}

TEST(Loader, GivesNothingBeforeTheFirstEpochAndAfterEach) {
  Loader loader(Numbered(4), Numbers(4), Augmenting(), Options(2, 1));
  Batch batch;
  batch.size = 77;
  EXPECT_FALSE(loader.Next(batch));
  EXPECT_EQ(batch.size, 77u);
  Whole(loader, 1);
  EXPECT_FALSE(loader.Next(batch));
  EXPECT_FALSE(loader.Next(batch));
}

TEST(Loader, CanRestartAnywhere) {
  const auto set = Numbered(100);
  Loader loader(set, Numbers(100), Augmenting(), Options(9, 3));
  const Epoch expected = Whole(loader, 1);
  Batch batch;
  for (int taken = 0; taken < 30; ++taken) {
    loader.Begin(2 + static_cast<std::uint64_t>(taken));
    for (int n = 0; n < taken % 12; ++n) { loader.Next(batch); }
    if (taken % 5 == 0) { EXPECT_EQ(Whole(loader, 1), expected); }
  }
}

TEST(Loader, EndsWhileBatchesAreMade) {
  for (int n = 0; n < 50; ++n) {
    Loader loader(Numbered(100), Numbers(100), Augmenting(), Options(9, 3));
    if (n % 2 == 0) { loader.Begin(1); }
  }
}

// ---- concurrency

// Counts what is read, fails at one image, and takes as long as configured.
class WatchedSet : public MadeUpSet {
 public:
  explicit WatchedSet(std::uint32_t images) : MadeUpSet(Numbers(images), images) {}
  void Read(std::size_t index, Image& out) const override {
    ++reads_;
    if (index == broken_) { throw IoError("F: is broken"); }
    std::this_thread::sleep_for(delay_);
    MadeUpSet::Read(index, out);
  }
  mutable std::atomic<int> reads_ = 0;
  std::size_t broken_ = 1000000;
  std::chrono::milliseconds delay_{0};
};

TEST(Loader, PausesWhenItIsFarEnoughAhead) {
  const auto set = std::make_shared<WatchedSet>(100);
  LoaderOptions options = Options(5, 2, false);
  options.ahead = 3;
  Loader loader(set, Numbers(100), Augmenting(), options);
  Batch batch;
  loader.Begin(1);
  for (int taken = 0; taken < 10; ++taken) {
    // All three are made without being requested, and then no more.
    const int expected = 5 * (taken + 3);
    for (int n = 0; n < 300000 && set->reads_ < expected; ++n) { std::this_thread::sleep_for(1ms); }
    std::this_thread::sleep_for(2ms);
    ASSERT_EQ(set->reads_, expected);
    ASSERT_TRUE(loader.Next(batch));
  }
}

TEST(Loader, AbandonsAnEpochWithoutFinishingItsBatches) {
  const auto set = std::make_shared<WatchedSet>(1000);
  set->delay_ = 20ms;
  Loader loader(set, Numbers(1000), Augmenting(), Options(500, 2, false));
  loader.Begin(1);
  while (set->reads_ == 0) { std::this_thread::sleep_for(1ms); }
  loader.Begin(2);
  EXPECT_LT(set->reads_, 500);  // less than a batch, which takes 10 s
}

TEST(Loader, PropagatesReadingErrors) {
  for (const std::size_t threads : {0, 1, 3}) {
    const auto set = std::make_shared<WatchedSet>(20);
    set->broken_ = 11;
    Loader loader(set, Numbers(20), Augmenting(), Options(4, threads, false));
    Batch batch;
    for (int epoch = 0; epoch < 2; ++epoch) {
      loader.Begin(1);
      EXPECT_TRUE(loader.Next(batch));
      EXPECT_TRUE(loader.Next(batch));
      EXPECT_EQ(Failure([&] { loader.Next(batch); }), "F: is broken");
      EXPECT_FALSE(loader.Next(batch));
    }
    loader.Begin(1, 3);
    EXPECT_THAT(Rest(loader).sizes, ElementsAre(4, 4));
  }
}

TEST(Loader, ReusesMemory) {
  Loader loader(Numbered(100), Numbers(100), Augmenting(), Options(10, 1));
  std::set<const float*> buffers;
  Batch batch;
  for (std::uint64_t epoch = 0; epoch < 5; ++epoch) {
    loader.Begin(epoch);
    while (loader.Next(batch)) { buffers.insert(batch.images.data()); }
  }
  EXPECT_LE(buffers.size(), 5u);  // four ahead, and the current one
}

TEST(Loader, RefusesInvalidOptions) {
  const auto failure = [](std::vector<std::uint32_t> indices, auto change,
                          Transform transform = Augmenting()) {
    LoaderOptions options = Options(2, 1);
    change(options);
    return Failure<InvalidError>([&] { Loader(Numbered(5), indices, transform, options); });
  };
  const auto nothing = [](LoaderOptions&) {};
  EXPECT_EQ(failure({4}, nothing), "");
  EXPECT_EQ(failure({}, nothing), "there are no images to load");
  EXPECT_EQ(failure({1, 5}, nothing), "image 5 is requested, but there are only 5");
  EXPECT_EQ(failure({1}, [](LoaderOptions& o) { o.batch_size = 0; }),
            "batch_size is 0, expected at least 1");
  EXPECT_EQ(failure({1}, [](LoaderOptions& o) { o.ahead = 0; }), "ahead is 0, expected at least 1");
  EXPECT_EQ(failure({1}, [](LoaderOptions& o) { o.drop_last = true; }),
            "batch_size is 2, but there are 1 images: less than one whole batch");
  Transform gray = Augmenting();
  gray.mean.resize(1);
  gray.std.resize(1);
  EXPECT_EQ(failure({1}, nothing, gray), "the images have 3 channels, but there are means for 1");
}

}  // namespace
}  // namespace lode::images
