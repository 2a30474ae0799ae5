#include "core/exec/host_executor.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/socket.h>

#include <array>
#include <atomic>
#include <variant>
#include <vector>

#include "core/plugin/error.h"
#include "toolkit/posix/descriptor.h"

namespace lode::core {
namespace {

using testing::ElementsAre;

// Both ends of a connection. What the host answers is sent before it is needed.
class HostExecutorTest : public testing::Test {
 protected:
  HostExecutorTest() {
    executor_.Listen([this](const Query& q, const Evaluation&) { told_.push_back(q.id); });
    for (std::uint64_t id = 1; id <= 3; ++id) { executor_.Start({id, 0, 0, 0, {}, ""}); }
  }

  static std::array<posix::Descriptor, 2> Connect() {
    std::array<int, 2> ends{};
    EXPECT_EQ(socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends.data()), 0);
    return {posix::Descriptor(ends[0]), posix::Descriptor(ends[1])};
  }

  void Finishes(std::uint64_t id) { host_.Send(Finished{id, {}}); }
  // Returns the IDs in the requests to wait since the last call.
  std::vector<std::uint64_t> Awaited(std::size_t count) {
    std::vector<std::uint64_t> ids;
    while (ids.size() < count) {
      const Message message = host_.ReceiveReply();
      if (const auto* await = std::get_if<Await>(&message)) { ids.push_back(await->id); }
    }
    return ids;
  }

  const std::atomic<bool> cancelled_ = false;
  const std::array<posix::Descriptor, 2> ends_ = Connect();
  HostChannel host_{ends_[0].get(), cancelled_};
  HostChannel channel_{ends_[1].get(), cancelled_};
  HostExecutor executor_{{{}, {}, {}, 3}, channel_};
  std::vector<std::uint64_t> told_;
};

TEST_F(HostExecutorTest, TheHostLearnsWhatItMustWaitFor) {
  Finishes(2);
  EXPECT_EQ(executor_.Next(), 2u);
  executor_.Finish(2);
  Finishes(3);
  Finishes(1);
  executor_.Finish(1);
  EXPECT_EQ(executor_.Next(), 3u);  // it is here already
  executor_.Finish(3);
  EXPECT_THAT(Awaited(4), ElementsAre(0, 2, 1, 3));
  EXPECT_THAT(told_, ElementsAre(2, 3, 1));
}

TEST_F(HostExecutorTest, EvaluationsThatComeWhileTheHostStoresAreReportedLater) {
  Finishes(3);
  host_.Send(Continue{});
  executor_.WaitForHost();
  EXPECT_THAT(told_, ElementsAre());
  EXPECT_EQ(executor_.Next(), 3u);
  EXPECT_THAT(told_, ElementsAre(3));
}

TEST_F(HostExecutorTest, TheHostMayRefuseToWait) {
  host_.Send(Refused{"the disk is full"});
  EXPECT_THROW(executor_.Next(), HostError);
  host_.Send(Stopped{});
  EXPECT_THROW(executor_.Next(), CancelledError);
}

}  // namespace
}  // namespace lode::core
