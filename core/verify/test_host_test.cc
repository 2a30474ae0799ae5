#include "core/verify/test_host.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <limits>
#include <string>
#include <utility>
#include <vector>

namespace lode::verify {
namespace {

using testing::AllOf;
using testing::Each;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::Pair;
using testing::SizeIs;

class HostTest : public testing::Test {
 protected:
  HostTest() { TakeHostFaults(); }
  ~HostTest() override { TakeHostFaults(); }

  void Log(const std::string& text) {
    host_.get()->log(host_.get(), LODE_INFO, text.data(), text.size());
  }

  TestHost host_;
};

TEST_F(HostTest, KeepsWhatItIsTold) {
  Log("époque 3");
  host_.get()->record(host_.get(), "loss", 0.5);
  host_.get()->progress(host_.get(), 1, "done");
  host_.get()->progress(host_.get(), -1, "unknown");
  EXPECT_THAT(host_.lines(), ElementsAre("époque 3"));
  EXPECT_THAT(host_.records(), ElementsAre(Pair("loss", 0.5)));
  EXPECT_THAT(TakeHostFaults(), IsEmpty());
}

TEST_F(HostTest, TextsThatBreakTheRuleAreFaults) {
  Log("two\nlines");
  Log("\033[1mbold");
  Log("\xFF");
  Log(std::string(16385, 'x'));
  host_.get()->log(host_.get(), LODE_INFO, nullptr, 0);
  host_.get()->progress(host_.get(), 0.5, nullptr);
  host_.get()->record(host_.get(), "a\tb", 1);
  const auto faults = TakeHostFaults();
  EXPECT_THAT(faults, SizeIs(7));
  EXPECT_THAT(faults, Each(Pair("host.text", testing::_)));
  EXPECT_EQ(faults[3].second, "log's text is longer than 16384 bytes");
  EXPECT_EQ(faults[4].second, "log's text is NULL");
  EXPECT_THAT(faults[6].second, testing::StartsWith("record's text "));
  EXPECT_THAT(TakeHostFaults(), IsEmpty());
}

TEST_F(HostTest, TheLongestTextIsNoFault) {
  Log(std::string(16384, 'x'));
  EXPECT_THAT(TakeHostFaults(), IsEmpty());
  EXPECT_EQ(host_.lines().at(0).size(), 16384u);
}

TEST_F(HostTest, AFractionAboveOneIsAFault) {
  host_.get()->progress(host_.get(), 50, "percent");
  host_.get()->progress(host_.get(), std::numeric_limits<double>::quiet_NaN(), "nan");
  EXPECT_THAT(TakeHostFaults(), ElementsAre(Pair("host.progress", HasSubstr("50")),
                                            Pair("host.progress", testing::_)));
}

TEST_F(HostTest, OnlyNewProgressIsASignOfLife) {
  struct : Watcher {
    void OnDoing(const std::string&) override {}
    void OnBeat() override { ++beats; }
    void OnFound(const Finding&) override {}
    int beats = 0;
  } watcher;
  const auto beats_of = [&](double fraction, const char* what) {
    const int before = watcher.beats;
    host_.get()->progress(host_.get(), fraction, what);
    return watcher.beats - before;
  };
  WatchProgress(&watcher);
  EXPECT_EQ(beats_of(0.25, "epoch 1"), 1);
  EXPECT_EQ(beats_of(0.25, "epoch 1"), 0);
  EXPECT_EQ(beats_of(0.5, "epoch 1"), 1);
  EXPECT_EQ(beats_of(0.5, "epoch 2"), 1);
  EXPECT_EQ(beats_of(std::numeric_limits<double>::quiet_NaN(), "epoch 3"), 0);
  WatchProgress(nullptr);
  EXPECT_EQ(beats_of(0.75, "epoch 3"), 0);
}

TEST_F(HostTest, AFloodOfFaultsIsCut) {
  for (int i = 0; i < 1000; ++i) { Log("\n"); }
  EXPECT_THAT(TakeHostFaults(), SizeIs(100));
}

TEST_F(HostTest, AHostThatOffersLessHasOnlyRandomNumbers) {
  const TestHost less(1, TestHost::Slots::kRandomOnly);
  EXPECT_EQ(less.get()->log, nullptr);
  EXPECT_EQ(less.get()->progress, nullptr);
  std::uint64_t word = 0, same = 0;
  less.get()->random.fill(less.get()->random.ctx, &word, 1);
  host_.get()->random.fill(host_.get()->random.ctx, &same, 1);
  EXPECT_EQ(word, same);
  EXPECT_FALSE(less.trespassed());
}

// An older host ends before its slots. What lies there must not be used, whatever it is.
TEST_F(HostTest, SlotsPastTheEndAreTraps) {
  const auto trespasses = [](auto&& use) {
    const TestHost none(1, TestHost::Slots::kNone);
    EXPECT_LT(none.get()->struct_size, sizeof(lode_host));
    use(*none.get());
    return none.trespassed();
  };
  std::uint64_t word = 0;
  EXPECT_FALSE(trespasses([](const lode_host&) {}));
  EXPECT_TRUE(trespasses([](const lode_host& h) { h.log(&h, LODE_INFO, "x", 1); }));
  EXPECT_TRUE(trespasses([](const lode_host& h) { h.cancelled(&h); }));
  EXPECT_TRUE(trespasses([](const lode_host& h) { h.progress(&h, 0.5, "x"); }));
  EXPECT_TRUE(trespasses([](const lode_host& h) { h.record(&h, "x", 1); }));
  EXPECT_TRUE(trespasses([](const lode_host& h) { h.extension(&h, "x"); }));
  EXPECT_TRUE(trespasses([&](const lode_host& h) { h.random.fill(h.random.ctx, &word, 1); }));
}

TEST(GuardedBuffer, KnowsWhatWasWritten) {
  GuardedBuffer<double> out(2);
  EXPECT_TRUE(out.untouched());
  out.data()[0] = 1;
  out.data()[1] = 2;
  EXPECT_FALSE(out.untouched());
  EXPECT_TRUE(out.in_bounds());
  EXPECT_THAT(out.values(), ElementsAre(1, 2));
  out.data()[2] = 3;
  EXPECT_FALSE(out.in_bounds());
  EXPECT_THAT(out.values(), ElementsAre(1, 2));
}

TEST(GuardedBuffer, ASingleByteIsNoticed) {
  GuardedBuffer<std::uint8_t> out(3);
  out.data()[3 + 15] = 0;
  EXPECT_FALSE(out.in_bounds());
}

TEST(Newer, ItsTailMustStay) {
  Newer<lode_metric> metric;
  const Newer<lode_metric> before = metric;
  EXPECT_TRUE(metric.SameBytes(before));
  metric.value.epochs = 5;
  EXPECT_FALSE(metric.SameBytes(before));
  EXPECT_TRUE(metric.intact());
  reinterpret_cast<unsigned char*>(&metric)[sizeof(lode_metric)] = 0;
  EXPECT_FALSE(metric.intact());
}

TEST(Newer, ItsSizeMustStay) {
  Newer<lode_metric> metric;
  metric.value = {};
  metric.value.struct_size = sizeof metric.value;
  EXPECT_FALSE(metric.intact());
}

TEST(Has, ASlotMustBeThereAndSet) {
  lode_space_api api{};
  api.struct_size = sizeof api;
  EXPECT_FALSE(Has(api, &lode_space_api::mutate));
  api.mutate = [](const lode_instance*, lode_random, const std::uint8_t*, std::uint8_t*,
                  lode_error*) -> lode_status { return LODE_OK; };
  EXPECT_TRUE(Has(api, &lode_space_api::mutate));
  api.struct_size = offsetof(lode_space_api, mutate) + sizeof api.mutate - 1;
  EXPECT_FALSE(Has(api, &lode_space_api::mutate));
  ++api.struct_size;
  EXPECT_TRUE(Has(api, &lode_space_api::mutate));
}

// A component whose create behaves as `behave` says, and that counts its destructions.
struct Creation {
  static inline lode_status (*behave)(lode_instance**) = nullptr;
  static inline int destroyed = 0;

  static lode_component Component() {
    destroyed = 0;
    lode_component component{};
    component.create = [](const lode_host*, const lode_value*, lode_instance** out, lode_error*) {
      return behave(out);
    };
    component.destroy = [](lode_instance*) { ++destroyed; };
    return component;
  }
};

TEST(Subject, IsCreatedIfThereIsAnInstance) {
  static char place;
  const auto made = [](lode_status (*behave)(lode_instance**)) {
    const lode_component component = Creation::Component();
    Creation::behave = behave;
    const Subject subject(component, Setting{"none", {}});
    return std::pair(subject.created(), subject.out_touched());
  };
  EXPECT_EQ(made([](lode_instance** out) {
              *out = reinterpret_cast<lode_instance*>(&place);
              return lode_status{LODE_OK};
            }),
            std::pair(true, true));
  EXPECT_EQ(Creation::destroyed, 1);
  EXPECT_EQ(made([](lode_instance**) { return lode_status{LODE_OK}; }), std::pair(false, false));
  EXPECT_EQ(made([](lode_instance** out) {
              *out = nullptr;
              return lode_status{LODE_OK};
            }),
            std::pair(false, true));
  EXPECT_EQ(made([](lode_instance** out) {
              *out = reinterpret_cast<lode_instance*>(&place);
              return lode_status{LODE_E_INVALID};
            }),
            std::pair(false, true));
  EXPECT_EQ(Creation::destroyed, 0);
}

}  // namespace
}  // namespace lode::verify
