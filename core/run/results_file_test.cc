#include "core/run/results_file.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>
#include <thread>
#include <vector>

#include "core/plugin/durable_file.h"
#include "core/plugin/error.h"
#include "core/store/run_plan.h"
#include "tests/failure.h"
#include "tests/temporary_directory.h"

namespace lode::core {
namespace {

using testing::Each;
using testing::HasSubstr;

constexpr int kWriters = 4, kTimes = 25;

// As when programs with different seeds in one directory end at once.
TEST(ResultsFileTest, SeveralMayWriteItAtOnce) {
  const TemporaryDirectory directory;
  AddToPlan(directory.path(), {{"", {}, "[pipeline]\nname = \"p\"\n", {0, 1}}});
  std::vector<std::string> errors(kWriters * kTimes);
  {
    std::vector<std::jthread> writers;
    for (int writer = 0; writer < kWriters; ++writer) {
      writers.emplace_back([&, writer] {
        for (int time = 0; time < kTimes; ++time) {
          errors[static_cast<std::size_t>(writer * kTimes + time)] =
              Failure<HostError>([&] { WriteResultsFile(directory.path()); });
        }
      });
    }
  }
  EXPECT_THAT(errors, Each(HasSubstr(": lacks what could not be read: ")));  // it was written
  EXPECT_FALSE(ReadFile(directory.path() / kResultsFile).empty());
}

}  // namespace
}  // namespace lode::core
