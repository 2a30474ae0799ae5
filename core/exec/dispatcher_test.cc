#include "core/exec/dispatcher.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <atomic>
#include <deque>
#include <utility>
#include <vector>

#include "core/plugin/error.h"

namespace lode::core {
namespace {

using std::chrono::milliseconds;
using testing::ElementsAre;

// Two places to evaluate. Each call of Wait() lets the next place of `order` finish, if there is
// one.
class Places : public Dispatcher {
 public:
  Places(const RunContext& run, std::deque<std::uint32_t> order)
      : Dispatcher(run), order_(std::move(order)) {
    TakeReady({{{{}}}, {}});
  }
  std::size_t capacity() const override { return 2; }

 private:
  bool Give(const Query& query) override {
    for (auto& place : asked_) {
      if (!place) {
        place = query;
        return true;
      }
    }
    return false;
  }
  void Wait() override {
    ThrowIfCancelled();
    if (!order_.empty()) {
      const std::uint32_t place = order_.front();
      order_.pop_front();
      Finished finished{asked_.at(place)->id, {Outcome::kMeasured, {1}, "", 0, {}, {}}};
      EXPECT_EQ(TakeEvaluation(asked_.at(place), finished, place), "");
    }
  }

  std::deque<std::uint32_t> order_;
  std::vector<std::optional<Query>> asked_{2};
};

class DispatcherTest : public testing::Test {
 protected:
  void Make(std::deque<std::uint32_t> order, std::uint64_t queries) {
    places_ = std::make_unique<Places>(run_, std::move(order));
    for (std::uint64_t id = 1; id <= queries; ++id) { places_->Start({id, 0, 0, 0, {}, ""}); }
  }
  // Finishes the next query; returns its ID and where it was evaluated.
  std::pair<std::uint64_t, std::uint32_t> Next() {
    const std::uint64_t id = places_->Next();
    return {id, places_->Finish(id).timing.worker};
  }

  std::atomic<bool> cancelled_ = false;
  const RunContext run_{1, &cancelled_, {}, {}};
  std::unique_ptr<Places> places_;
};

TEST_F(DispatcherTest, NextIsWhatFinishesNext) {
  Make({1, 1, 0, 1}, 4);
  std::vector<std::pair<std::uint64_t, std::uint32_t>> finished;
  for (int i = 0; i < 4; ++i) { finished.push_back(Next()); }
  EXPECT_THAT(finished,
              ElementsAre(std::pair(2, 1), std::pair(3, 1), std::pair(1, 0), std::pair(4, 1)));
}

TEST_F(DispatcherTest, NextPrefersWhatFinishedFirst) {
  Make({1, 0, 1}, 3);
  places_->Finish(3);
  EXPECT_EQ(Next().first, 2u);
  EXPECT_EQ(Next().first, 1u);
}

TEST_F(DispatcherTest, ItWaitsNoLongerThanItIsTold) {
  Make({}, 1);
  EXPECT_EQ(places_->NextUntil(Dispatcher::Clock::now() + milliseconds(1)), std::nullopt);
  cancelled_ = true;
  EXPECT_THROW(places_->Next(), CancelledError);
}

}  // namespace
}  // namespace lode::core
