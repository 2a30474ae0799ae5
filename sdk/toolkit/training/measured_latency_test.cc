#include "toolkit/training/measured_latency.h"

#include <ATen/Parallel.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <lode/testing.hpp>
#include <string>
#include <thread>
#include <vector>

#include "tests/cancelling_host.h"
#include "tests/failure.h"
#include "tests/stopping_host.h"
#include "toolkit/training/measuring_turn.h"
#include "toolkit/training/pinned_threads.h"

namespace lode::training {
namespace {

using ::testing::HasSubstr;
using torch::Tensor;

// What a network was given in each pass.
struct Seen {
  std::vector<std::int64_t> sizes;
  bool batch_moments;
  bool gradients;
  std::size_t processors;
  int threads;
};

class FakeLatency : public MeasuredLatencyOracle {
 public:
  FakeLatency(Host host, const MeasuredLatencyConfig& config, std::vector<Seen>& seen)
      : MeasuredLatencyOracle(host, config), seen_(seen) {}

 private:
  void CheckSpace(const Space&) const override {}
  TimedNetwork Make(ArchitectureView) const override {
    return [this](const Tensor& images, const Pass& pass) {
      seen_.push_back({images.sizes().vec(), pass.batch_moments, torch::GradMode::is_enabled(),
                       AllowedProcessors().size(), at::get_num_threads()});
      return images.mean();
    };
  }

  std::vector<Seen>& seen_;
};

class MeasuredLatencyTest : public testing::Test {
 protected:
  MeasuredLatencyTest() {
    config_.warm_up = 2;
    config_.rounds = 3;
    config_.passes = 4;
    config_.batch_size = 5;
    config_.resolution = 6;
  }

  std::vector<double> Measure(Host host, double fidelity = 1) {
    FakeLatency oracle(host, config_, seen_);
    std::vector<double> metrics(oracle.Metrics().size(), -1);
    const Architecture architecture{1};
    oracle.Evaluate({architecture, fidelity, 0}, metrics);
    return metrics;
  }

  MeasuredLatencyConfig config_;
  std::vector<Seen> seen_;
  StoppingHost patient_;
};

TEST_F(MeasuredLatencyTest, MetricsAreNoisyMilliseconds) {
  const auto metrics = FakeLatency(patient_.host(), config_, seen_).Metrics();
  ASSERT_EQ(metrics.size(), 2U);
  EXPECT_EQ(metrics[0].name, "measured_latency");
  EXPECT_EQ(metrics[1].name, "measured_latency_spread");
  for (const Metric& metric : metrics) {
    EXPECT_EQ(metric.unit, "ms");
    EXPECT_EQ(metric.direction, LODE_MINIMIZE);
    EXPECT_TRUE(metric.noisy);
  }
}

TEST_F(MeasuredLatencyTest, MomentsAreSetBeforePassesThatUseThem) {
  const auto metrics = Measure(patient_.host());
  EXPECT_GE(metrics[0], 0);
  EXPECT_GE(metrics[1], 0);
  ASSERT_EQ(seen_.size(), 1U + 2 + 3 * 4);
  EXPECT_TRUE(seen_[0].batch_moments);
  for (std::size_t i = 1; i < seen_.size(); ++i) {
    EXPECT_FALSE(seen_[i].batch_moments);
    EXPECT_FALSE(seen_[i].gradients);
    EXPECT_EQ(seen_[i].sizes, (std::vector<std::int64_t>{5, 3, 6, 6}));
  }
  EXPECT_EQ(patient_.records().count("processor_share"), 1U);
}

TEST_F(MeasuredLatencyTest, AThreadHasOneProcessorWhileItIsTimed) {
  const std::vector<int> before = AllowedProcessors();
  Measure(patient_.host());
  for (const Seen& seen : seen_) {
    EXPECT_EQ(seen.processors, 1U);
    EXPECT_EQ(seen.threads, 1);
  }
  EXPECT_EQ(AllowedProcessors(), before);
}

TEST_F(MeasuredLatencyTest, CancellationEndsATiming) {
  config_.rounds = 100000;
  constexpr std::size_t kPasses = 1 + 2 + 3 * 4;  // moments, warm-up and three rounds
  const CancellingHost hasty([&] { return seen_.size() >= kPasses; });
  EXPECT_THROW(Measure(hasty.host()), CancelledError);
  EXPECT_EQ(seen_.size(), kPasses);
}

TEST_F(MeasuredLatencyTest, WrongUseIsReported) {
  EXPECT_EQ(lode::Failure([&] { Measure(patient_.host(), 0.5); }),
            "a latency cannot be measured in part: the fidelity must be 1");
  config_.threads = 2;
  const test::BoundSpace<> space;
  EXPECT_EQ(
      lode::Failure([&] { FakeLatency(patient_.host(), config_, seen_).Bind(space.space()); }),
      "threads is 2, and [execution] threads 1");
  config_.clock = "processor";
  EXPECT_THAT(lode::Failure([&] { FakeLatency(patient_.host(), config_, seen_); }),
              HasSubstr("counts the time of one thread"));
}

// ---- pinned threads

TEST(PinnedThreadsTest, EachThreadHasAProcessorOfItsOwn) {
  const std::vector<int> all = AllowedProcessors();
  const auto threads = static_cast<std::int64_t>(all.size());
  std::vector<std::vector<int>> while_pinned(all.size()), after(all.size());
  const auto note = [&](std::vector<std::vector<int>>& processors) {
    at::parallel_for(0, threads, 1, [&](auto begin, auto) {
      processors[static_cast<std::size_t>(begin)] = AllowedProcessors();
    });
  };
  {
    const PinnedThreads pinned(threads);
    note(while_pinned);
  }
  note(after);
  std::vector<int> used;
  for (const auto& own : while_pinned) {
    ASSERT_EQ(own.size(), 1U);
    used.push_back(own[0]);
  }
  EXPECT_THAT(used, ::testing::UnorderedElementsAreArray(all));
  for (const auto& own : after) { EXPECT_EQ(own, all); }
}

TEST(PinnedThreadsTest, MoreThreadsThanProcessorsAreRefused) {
  const auto processors = static_cast<std::int64_t>(AllowedProcessors().size());
  EXPECT_THAT(lode::Failure<UnsupportedError>([&] { const PinnedThreads pinned(processors + 1); }),
              HasSubstr("threads is " + std::to_string(processors + 1)));
  EXPECT_EQ(static_cast<std::int64_t>(AllowedProcessors().size()), processors);
}

// ---- turns

TEST(MeasuringTurnTest, OneAtATime) {
  const StoppingHost patient;
  std::atomic<int> measuring = 0, finished = 0;
  std::atomic<bool> alone = true;
  const auto measure = [&] {
    for (int i = 0; i < 20; ++i) {
      const MeasuringTurn turn(patient.host());
      if (++measuring != 1) { alone = false; }
      std::this_thread::yield();
      --measuring;
      ++finished;
    }
  };
  std::thread other(measure);
  measure();
  other.join();
  EXPECT_TRUE(alone);
  EXPECT_EQ(finished, 40);
}

TEST(MeasuringTurnTest, WaitingEndsWhenTheHostCancels) {
  const StoppingHost patient;
  const CancellingHost hasty([] { return true; });
  const MeasuringTurn turn(patient.host());
  EXPECT_THROW(MeasuringTurn(hasty.host()), CancelledError);
}

}  // namespace
}  // namespace lode::training
