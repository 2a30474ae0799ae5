#include "core/exec/message.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <bit>
#include <cmath>
#include <filesystem>
#include <limits>
#include <lode/testing.hpp>
#include <random>
#include <set>
#include <string>
#include <vector>

#include "core/plugin/durable_file.h"
#include "core/plugin/error.h"

namespace lode::core {
namespace {

using testing::HasSubstr;
using testing::ThrowsMessage;

template <class T>
T Passed(const T& message) {
  return std::get<T>(Decode(Encode(message)));
}

std::vector<std::uint64_t> Bits(const std::vector<double>& values) {
  std::vector<std::uint64_t> bits;
  for (const double value : values) { bits.push_back(std::bit_cast<std::uint64_t>(value)); }
  return bits;
}

Finished SomeFinished() {
  Finished finished{7, {}};
  finished.evaluation.metrics = {0.1,
                                 -0.0,
                                 93.25,
                                 std::numeric_limits<double>::quiet_NaN(),
                                 std::numeric_limits<double>::infinity(),
                                 std::numeric_limits<double>::denorm_min(),
                                 1.0 / 3,
                                 1e300};
  finished.evaluation.outcome = Outcome::kFailed;
  finished.evaluation.failure = "metric 'a' is not a number";
  finished.evaluation.cost_seconds = 0.3;
  finished.evaluation.timing = {1764000000000000001, 0.25, 3, "node7"};
  finished.evaluation.records = {{"loss", 0.7}, {"loss", std::nan("")}};
  return finished;
}

TEST(MessageTest, EvaluationsKeepEveryBit) {
  const Finished sent = SomeFinished();
  const Finished got = Passed(sent);
  EXPECT_EQ(got.id, sent.id);
  EXPECT_EQ(got.evaluation.outcome, Outcome::kFailed);
  EXPECT_EQ(Bits(got.evaluation.metrics), Bits(sent.evaluation.metrics));
  EXPECT_EQ(got.evaluation.failure, sent.evaluation.failure);
  EXPECT_EQ(got.evaluation.cost_seconds, 0.3);
  EXPECT_EQ(got.evaluation.timing, sent.evaluation.timing);
  ASSERT_EQ(got.evaluation.records.size(), 2u);
  EXPECT_EQ(got.evaluation.records[0], sent.evaluation.records[0]);
  EXPECT_TRUE(std::isnan(got.evaluation.records[1].second));
}

TEST(MessageTest, QueriesKeepEveryByte) {
  Query sent;
  sent.id = 1;
  sent.step = 2;
  sent.attempt = 3;
  sent.seed = UINT64_MAX;
  for (int cell = 0; cell < 256; ++cell) {
    sent.architecture.push_back(static_cast<std::uint8_t>(cell));
  }
  const Query got = Passed(sent);
  EXPECT_EQ(got.id, 1u);
  EXPECT_EQ(got.step, 2u);
  EXPECT_EQ(got.attempt, 3u);
  EXPECT_EQ(got.seed, UINT64_MAX);
  EXPECT_EQ(got.architecture, sent.architecture);
}

TEST(MessageTest, SetupsAndMetricsStayTheSame) {
  const core::Setup setup =
      Passed(core::Setup{"name = \"\xff\"\n", 5, LODE_DEBUG, 0.25, 4096, "/tmp/\xff"});
  EXPECT_EQ(setup.pipeline, "name = \"\xff\"\n");
  EXPECT_EQ(setup.seed, 5u);
  EXPECT_EQ(setup.log_level, LODE_DEBUG);
  EXPECT_EQ(setup.timeout_seconds, 0.25);
  EXPECT_EQ(setup.memory_limit, 4096u);
  EXPECT_EQ(setup.prepared, "/tmp/\xff");
  const MetricLists metrics = {
      {{"accuracy", "percent", "Of all.", LODE_MAXIMIZE, LODE_SPLIT_TEST, "cifar10", 200, true,
        0.1},
       {"latency", "ms", "", LODE_MINIMIZE, LODE_SPLIT_NONE, "", 0.5, false}},
      {}};
  EXPECT_EQ(Passed(Ready{metrics}).metrics, metrics);
}

TEST(MessageTest, KnownTrialsStayTheSame) {
  const Begin begin = Passed(Begin{{3, {1, 2}, {{"0-1", {0.1, std::nan("")}}}}});
  EXPECT_EQ(begin.beginning.trials, 3u);
  EXPECT_EQ(begin.beginning.taken.size(), 2u);
  ASSERT_EQ(begin.beginning.known.size(), 1u);
  EXPECT_EQ(begin.beginning.known[0].architecture, "0-1");
  EXPECT_EQ(Bits(begin.beginning.known[0].metrics), Bits({0.1, std::nan("")}));
  Done done;
  EXPECT_FALSE(Passed(done).result.warm_start);
  done.result.warm_start = WarmStart{5, 1, BestTrial{.architecture = "0-1", .known = true}};
  const std::optional<WarmStart> start = Passed(done).result.warm_start;
  ASSERT_TRUE(start);
  EXPECT_EQ(start->trials, 5u);
  EXPECT_EQ(start->left_out, 1u);
  EXPECT_TRUE(start->best->known);
}

TEST(MessageTest, OtherMessagesStayTheSame) {
  EXPECT_EQ(Passed(Refused{"no"}).reason, "no");
  EXPECT_FALSE(Passed(Refused{"no"}).lost);
  EXPECT_TRUE(Passed(Refused{"no", true}).lost);
  EXPECT_EQ(Passed(LogMessage{LODE_WARNING, "hot"}).level, LODE_WARNING);
  EXPECT_EQ(Passed(LogMessage{LODE_WARNING, "hot"}).text, "hot");
  EXPECT_EQ(Passed(Progress{0.5, "epoch 1"}).fraction, 0.5);
  EXPECT_EQ(Passed(Progress{0.5, "epoch 1"}).what, "epoch 1");
  EXPECT_FALSE(Passed(Progress{0.5, "epoch 1"}).prepares);
  EXPECT_TRUE(Passed(Progress{0.5, "epoch 1", true}).prepares);
  for (const Message& message : {Message(Stop()), Message(End()), Message(Stopped())}) {
    EXPECT_EQ(Decode(Encode(message)).index(), message.index());
  }
}

TEST(MessageTest, CallsOfNetworksKeepEveryBit) {
  NetworkCall call{.request = NetworkRequest::kMeasure,
                   .seed = UINT64_MAX,
                   .depth = 5,
                   .operations = {1, 0},
                   .skip_dropout = 0.1,
                   .split = LODE_SPLIT_VALIDATION,
                   .number = 7,
                   .mixture = {0.1, -0.0},
                   .absent = Absent::kOutputSum,
                   .wants_gradient = true,
                   .is_unrolled = true,
                   .inner = 9,
                   .rate = 0.3,
                   .file = "/tmp/\xff"};
  const NetworkCall got = Passed(call);
  EXPECT_EQ(got.request, call.request);
  EXPECT_EQ(got.seed, UINT64_MAX);
  EXPECT_EQ(got.depth, 5u);
  EXPECT_EQ(got.operations, call.operations);
  EXPECT_EQ(got.skip_dropout, 0.1);
  EXPECT_EQ(got.split, LODE_SPLIT_VALIDATION);
  EXPECT_EQ(got.number, 7u);
  EXPECT_EQ(Bits(got.mixture), Bits(call.mixture));
  EXPECT_EQ(got.absent, Absent::kOutputSum);
  EXPECT_TRUE(got.wants_gradient && got.is_unrolled);
  EXPECT_EQ(got.inner, 9u);
  EXPECT_EQ(got.rate, 0.3);
  EXPECT_EQ(got.file, "/tmp/\xff");
  const NetworkReply reply = Passed(NetworkReply{.status = LODE_E_UNSUPPORTED,
                                                 .failure = "no",
                                                 .info = {5, 3, true, false, true, false},
                                                 .result = {0.1, 0.2},
                                                 .gradient = {1.0 / 3, -0.0}});
  EXPECT_EQ(reply.status, LODE_E_UNSUPPORTED);
  EXPECT_EQ(reply.failure, "no");
  EXPECT_EQ(reply.info.training_batches, 5u);
  EXPECT_EQ(reply.info.validation_batches, 3u);
  EXPECT_TRUE(reply.info.unrolled && reply.info.output_sum);
  EXPECT_FALSE(reply.info.absent || reply.info.reshapes);
  EXPECT_EQ(reply.result.loss, 0.1);
  EXPECT_EQ(reply.result.accuracy, 0.2);
  EXPECT_EQ(Bits(reply.gradient), Bits({1.0 / 3, -0.0}));
  Begin begin;
  begin.beginning.checkpoints = "/tmp/run";
  begin.beginning.proposals = {{{0.5f, -0.0f}, "0-1"}, {{}, "1-0"}};
  const Begin begun = Passed(begin);
  EXPECT_EQ(begun.beginning.checkpoints, "/tmp/run");
  ASSERT_EQ(begun.beginning.proposals.size(), 2u);
  EXPECT_TRUE(test::SameBits(begun.beginning.proposals[0].action, {0.5f, -0.0f}));
  EXPECT_EQ(begun.beginning.proposals[1].architecture, "1-0");
}

TEST(MessageTest, TheFuzzersCorpusHasEveryKind) {
  std::set<std::size_t> kinds;
  for (const auto& file :
       std::filesystem::directory_iterator(LODE_SOURCE_DIR "/tests/corpus/message")) {
    FrameReader reader;
    reader.Add(ReadFile(file.path()));
    kinds.insert(reader.Next().value().index());
  }
  EXPECT_EQ(kinds.size(), std::variant_size_v<Message>);
}

TEST(MessageTest, FramesMayArriveInAnyPieces) {
  const std::string stream = Frame(SomeFinished()) + Frame(Stopped{}) +
                             Frame(LogMessage{LODE_INFO, std::string(5000, 'x')});
  for (const std::size_t piece : {std::size_t{1}, std::size_t{7}, stream.size()}) {
    FrameReader reader;
    std::vector<std::size_t> kinds;
    for (std::size_t at = 0; at < stream.size(); at += piece) {
      reader.Add(std::string_view(stream).substr(at, piece));
      while (const auto message = reader.Next()) { kinds.push_back(message->index()); }
    }
    EXPECT_EQ(kinds,
              (std::vector<std::size_t>{Message(Finished()).index(), Message(Stopped()).index(),
                                        Message(LogMessage()).index()}));
  }
}

TEST(MessageTest, RefusesFramesThatAreTooLarge) {
  FrameReader reader;
  reader.Add("\xff\xff\xff\x7f");
  EXPECT_THAT([&] { reader.Next(); },
              ThrowsMessage<HostError>("a message is broken: it would have 2147483647 bytes"));
  EXPECT_THAT([] { Frame(Refused{std::string(kMaxMessage, 'x')}); },
              ThrowsMessage<HostError>(HasSubstr("bytes cannot be sent, at most 16777216")));
}

TEST(MessageTest, RefusesInvalidMessages) {
  const std::string cases[] = {
      "",
      "hello",
      std::string(1 << 20, '\x91'),      // nested lists
      "\xdd\xff\xff\xff\xff",            // a list of 4 G elements without the elements
      "\xdb\xff\xff\xff\xff",            // a text of 4 GB
      std::string("\x91\x63"),           // an unknown kind
      std::string("\x91\x02\x00", 3),    // an element too many after the end
      std::string("\x92\x02\x01"),       // a field too many
      std::string("\x92\x05\x01"),       // a number that should be a text
      std::string("\x93\x08\x07\xa1x"),  // an unknown log level
      std::string("\x92\xff\x01"),       // a negative kind
      std::string("\x81\x01\x01"),       // not a list
  };
  for (const std::string& bytes : cases) {
    EXPECT_THROW(Decode(bytes), HostError) << bytes.substr(0, 20);
  }
}

// A corrupted message decodes to another message or is refused.
TEST(MessageTest, BrokenMessagesAreMessagesOrErrors) {
  const std::string whole = Encode(SomeFinished());
  std::mt19937 random(1);  // NOLINT(bugprone-random-generator-seed): the same each time
  int refused = 0;
  for (int round = 0; round < 20000; ++round) {
    std::string bytes = whole.substr(0, round % 2 == 0 ? whole.size() : random() % whole.size());
    for (int change = 0; change < round % 4 && !bytes.empty(); ++change) {
      bytes[random() % bytes.size()] = static_cast<char>(random());
    }
    try {
      Decode(bytes);
    } catch (const HostError&) { ++refused; }
  }
  EXPECT_GT(refused, 10000);
}

}  // namespace
}  // namespace lode::core
