// The DARTS experiment in small (supernet, search with its weights, training of what was found),
// killed at random moments and resumed: its files equal those of an experiment that was not killed.
// LODE_KILLS sets how often; the default is twice.
#include <gtest/gtest.h>

#include <fstream>

#include "core/run/tests/killed_search.h"

namespace lode::core {
namespace {

// Equal bits need one thread for each training.
constexpr char kPipeline[] = "include = \"" LODE_SOURCE_DIR R"(/configs/darts/fashion_mnist.toml"
[[stage]]
name = "supernet"
oracle = {channels = 4, train_images = 100, validation_images = 50, epochs = 4, batch_size = 10, env_paths = 1}
execution = {threads = 1}
[[stage]]
name = "search"
oracle = {channels = 4, train_images = 100, validation_images = 50, calibration_images = 20}
exploration = [{use = "warm_up", steps = 3}]
budget = {unique_queries = 6}
execution = {threads = 1}
[[stage]]
name = "final"
oracle = {channels = 4, train_images = 100, validation_images = 20, test_images = 20, epochs = 2, batch_size = 10}
)";

class KillTrainingTest : public testing::Test, protected KilledSearch {
 protected:
  KillTrainingTest() { std::ofstream(Path("pipeline.toml")) << kPipeline; }
};

TEST_F(KillTrainingTest, LeavesTheSameFilesAsWithoutKills) { ExpectSameAfterKills(Kills(2)); }

}  // namespace
}  // namespace lode::core
