#include "plugins/optimizers/arch2vec/cache.h"

#include <gtest/gtest.h>

#include <chrono>
#include <fstream>
#include <lode/testing.hpp>
#include <string>
#include <thread>
#include <vector>

namespace arch2vec {
namespace {

namespace fs = std::filesystem;

class CacheTest : public testing::Test {
 protected:
  // Returns what a computation that counts itself leaves, with or without the cache.
  std::vector<float> Recall(const std::string& key, const fs::path& directory) {
    std::vector<float> a(3), b(2);
    const std::vector<std::span<float>> state = {a, b};
    const auto compute = [&] {
      ++computed_;
      a = {1, 2, 3};
      b = {4, 5};
    };
    Cache(host_.host(), directory).Recall(key, compute, state);
    a.insert(a.end(), b.begin(), b.end());
    return a;
  }
  std::vector<float> Recall(const std::string& key) { return Recall(key, directory_.path() / "c"); }
  fs::path File(const std::string& key) const { return directory_.path() / "c" / key; }

  const std::vector<float> expected_ = {1, 2, 3, 4, 5};
  const lode::test::TemporaryDirectory directory_;
  lode::test::TestHost host_;
  int computed_ = 0;
};

TEST_F(CacheTest, ComputesOnceForEachKey) {
  for (const char* key : {"a", "b", "a", "b"}) { EXPECT_EQ(Recall(key), expected_); }
  EXPECT_EQ(computed_, 2);
  EXPECT_FALSE(fs::exists(File("a.lock")));
}

TEST_F(CacheTest, ReplacesDamagedFiles) {
  Recall("a");
  const auto size = fs::file_size(File("a"));
  {
    std::fstream file(File("a"), std::ios::in | std::ios::out | std::ios::binary);
    file.seekp(5).put('x');
  }
  EXPECT_EQ(Recall("a"), expected_);
  fs::resize_file(File("a"), size - 1);
  EXPECT_EQ(Recall("a"), expected_);
  fs::resize_file(File("a"), size + 1);
  EXPECT_EQ(Recall("a"), expected_);
  EXPECT_EQ(computed_, 4);
  EXPECT_EQ(Recall("a"), expected_);
  EXPECT_EQ(computed_, 4);
}

TEST_F(CacheTest, WorksWithoutADirectory) {
  std::ofstream(directory_.path() / "file") << "x";
  EXPECT_EQ(Recall("a", {}), expected_);
  EXPECT_EQ(host_.lines().size(), 0u);
  EXPECT_EQ(Recall("a", directory_.path() / "file"), expected_);
  EXPECT_EQ(computed_, 2);
  EXPECT_EQ(host_.lines().size(), 1u);
}

TEST_F(CacheTest, WaitsForWhoeverComputesTheSame) {
  fs::create_directories(directory_.path() / "c");
  auto lock = lode::posix::FileLock::Try(File("a.lock"));
  ASSERT_TRUE(lock);
  lode::test::TestHost cancelled;
  cancelled.CancelAt(std::chrono::steady_clock::now());
  std::vector<float> values(1);
  const std::vector<std::span<float>> state = {values};
  EXPECT_THROW(Cache(cancelled.host(), directory_.path() / "c")
                   .Recall(
                       "a", [] {}, state),
               lode::CancelledError);
  std::thread other([&] { EXPECT_EQ(Recall("a"), expected_); });
  std::this_thread::sleep_for(std::chrono::milliseconds(50));
  { const auto released = std::move(lock); }
  other.join();
  EXPECT_EQ(computed_, 1);
}

TEST(FingerprintTest, TellsOrderAndLengthApart) {
  const auto text = [](std::initializer_list<std::uint64_t> words) {
    Fingerprint fingerprint;
    for (const std::uint64_t word : words) { fingerprint.Add(word); }
    return fingerprint.Text();
  };
  EXPECT_EQ(text({1, 2}), text({1, 2}));
  EXPECT_NE(text({1, 2}), text({2, 1}));
  EXPECT_NE(text({0}), text({0, 0}));
  EXPECT_EQ(text({}).size(), 32u);
}

}  // namespace
}  // namespace arch2vec
