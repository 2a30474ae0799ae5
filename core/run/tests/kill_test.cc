// Searches of every shape, killed at random moments and resumed: their files equal those of
// searches that were not killed. LODE_KILLS sets how often each is killed; the default is twice.
#include <gtest/gtest.h>

#include <fstream>
#include <string>

#include "core/run/tests/killed_search.h"

namespace lode::core {
namespace {

// An evaluation takes a millisecond, and every seventh architecture fails.
constexpr char kSearch[] = R"([pipeline]
name = "killed"
seeds = 2
[space]
use = "nb201"
[[oracle]]
use = "analytic"
[[oracle]]
use = "faulty_oracle"
delay_ms = 1
fault = "nan"
every = 7
[reward]
metric = "checksum"
[budget]
steps = 120
[optimizer]
)";

constexpr char kStages[] = "include = \"" LODE_SOURCE_DIR R"(/core/run/tests/stages.toml"
[[stage]]
name = "supernet"
[stage.oracle]
delay_ms = 20
)";

struct Shape {
  const char* name;
  std::string pipeline;
};

// Three proposals are under way: the trials depend on that number, but not on timing.
std::string WithThreeWorkers(const std::string& optimizer) {
  return kSearch + optimizer + "[execution]\nworkers = 3\n";
}

const std::string kEmbedding = "whole = 0\npool = 100\nepochs = 1\nhidden = 16\n";
const std::string kNetworks = "width = 16\nepochs = 5\n";

const Shape kShapes[] = {
    {"Evolution", std::string(kSearch) + "use = \"rea\"\n"},
    {"EvolutionWithTwoWorkers", std::string(kSearch) + "use = \"rea\"\n[execution]\nworkers = 2\n"},
    {"Policy", std::string(kSearch) + "use = \"l2nas\"\nbatch_size = 16\n"},
    {"PolicyWithTwoWorkers",
     std::string(kSearch) + "use = \"l2nas\"\nbatch_size = 16\n[execution]\nworkers = 2\n"},
    {"Candidates", WithThreeWorkers("use = \"l2nas\"\npreset = \"plus\"\nhidden_width = 16\n"
                                    "max_batches = 4\nmutant_candidates = 16\n"
                                    "uniform_candidates = 16\n")},
    {"Model", std::string(kSearch) + "use = \"bo\"\n"},
    {"ModelWithThreeWorkers", WithThreeWorkers("use = \"bo\"\n")},
    {"Grid", std::string(kSearch) + "use = \"rea\"\n[grid]\n\"optimizer.sample\" = [2, 5, 10]\n"},
    {"Goals", std::string(kSearch) +
                  "use = \"nsga2\"\n[[reward.goals]]\nmetric = \"checksum\"\nreference = 0\n"
                  "[[reward.goals]]\nmetric = \"params\"\nreference = 2e6\n"},
    {"Gradients", WithThreeWorkers("use = \"reinforce\"\n")},
    {"Brackets", WithThreeWorkers("use = \"hyperband\"\n")},
    {"BracketsAndDensities", WithThreeWorkers("use = \"bohb\"\npreset = \"nb201\"\n")},
    {"Populations", WithThreeWorkers("use = \"econas\"\nnewcomers = 4\npromoted = [2, 1]\n")},
    {"Densities", WithThreeWorkers("use = \"tpe\"\n")},
    {"Tree", WithThreeWorkers("use = \"alphax\"\n")},
    {"Networks", WithThreeWorkers("use = \"bananas\"\nnetworks = 2\n" + kNetworks)},
    {"EvolutionByNetworks", WithThreeWorkers("use = \"npenas\"\nnetworks = 1\n" + kNetworks)},
    {"Embedding",
     WithThreeWorkers("use = \"arch2vec_bo\"\ninitial = 4\nfit_epochs = 2\n" + kEmbedding)},
    {"PolicyInEmbedding", WithThreeWorkers("use = \"arch2vec_rl\"\n" + kEmbedding)},
    {"Rejections", std::string(kSearch) +
                       "use = \"rea\"\n[[reward.limits]]\nmetric = \"params\"\nmax = 500000\n"},
    {"Stages", kStages},
};

class KillTest : public testing::TestWithParam<Shape>, protected KilledSearch {
 protected:
  KillTest() { std::ofstream(Path("pipeline.toml")) << GetParam().pipeline; }
};

TEST_P(KillTest, LeavesTheSameFilesAsWithoutKills) { ExpectSameAfterKills(Kills(2)); }

INSTANTIATE_TEST_SUITE_P(Shapes, KillTest, testing::ValuesIn(kShapes),
                         [](const auto& shape) { return std::string(shape.param.name); });

}  // namespace
}  // namespace lode::core
