#include "plugins/spaces/darts/networks/supernet_oracle.h"

#include <lode/matrices.hpp>
#include <random>
#include <sstream>
#include <utility>

namespace darts {
namespace {

using lode::training::Mixture;
using lode::training::Pass;
using lode::training::SupernetPath;
using torch::Tensor;

class GenotypeSupernet : public lode::training::SharedNetwork {
 public:
  explicit GenotypeSupernet(Supernet network) : network_(std::move(network)) {}

  torch::nn::Module& module() override { return *network_; }
  SupernetPath PathOf(lode::ArchitectureView architecture) override {
    return PathAlong(FromArchitecture(architecture));
  }
  SupernetPath DrawPath(std::uint64_t seed, std::uint64_t number) override {
    return PathAlong(DrawnGenotype(seed, number));
  }
  Tensor Mix(const Tensor& images, const Mixture& mixture, const Pass& pass) override {
    return network_->Mix(images, mixture, pass);
  }

 private:
  SupernetPath PathAlong(const Genotype& genotype) {
    return [network = network_, genotype](const Tensor& images, const Pass& pass) mutable {
      return network(images, genotype, pass);
    };
  }

  Supernet network_;
};

}  // namespace

lode::Params<SupernetOracle::Config> SupernetOracle::Parameters() {
  lode::Params<Config> params;
  lode::training::AddTaskParameters(params);
  params.emplace_back("cells", &Config::cells, "Number of cells of the network.",
                      lode::Range{1, 100});
  params.emplace_back("channels", &Config::channels,
                      "Channels of the first cell's nodes; they double at each reduction cell.",
                      lode::Range{1, 1024});
  params.emplace_back(
      "channel_groups", &Config::channel_groups,
      "K of PC-DARTS, a divisor of `channels`: the first 1 / K of an edge's channels pass its "
      "operation, the others bypass it, and the result is shuffled; 1: all pass it, as in DARTS.",
      lode::Range{1, 64});
  params.emplace_back(
      "bypass_unselected", &Config::bypass_unselected,
      "Whether channels also bypass the edges that a genotype does not have, as in PC-DARTS, where "
      "their operations have the weight 0; otherwise these edges add nothing.");
  lode::training::AddTrainingParameters(params);
  params.emplace_back("initialization", &Config::initialization,
                      "Initial weights: kaiming (normal, from the fan out; the classifier with "
                      "deviation 0.01), or pytorch (its default: uniform, from the fan in).",
                      lode::Choices{{"kaiming", "pytorch"}});
  lode::training::AddDeviceParameters(params);
  lode::training::AddSupernetParameters(
      params, "Training images that a genotype's batch-norm moments are computed over.");
  lode::training::AddNormParameters(
      params,
      "Batch-norm moments: calibrated recomputes a genotype's own over training images for each "
      "query; batch tracks nothing in the cells and uses those of each batch, in training and in "
      "queries.");
  lode::training::AddScoringParameters(params);
  lode::training::AddEnvParameters(params);
  return params;
}

lode::Presets SupernetOracle::Presets() {
  return {{"brief",
           "The published settings, but for `epochs`, 50 by default, and without Cutout.",
           {{"cutout", std::int64_t{0}}}},
          {"paper",
           "L2NAS on CIFAR-10: 10 000 epochs with batches of 250 of one half of the training "
           "images, Cutout of 16 pixels.",
           {{"epochs", std::int64_t{10000}}, {"cutout", std::int64_t{16}}}}};
}

void SupernetOracle::CheckSpace(const lode::Space& space) const {
  lode::RequireMatrices(space, Matrices(), "the networks are of the space darts");
}

SupernetConfig SupernetOracle::ShapeOf(const lode::training::Task& task) const {
  SupernetConfig shape;
  shape.network = "cifar";
  shape.cells = config_.cells;
  shape.channels = config_.channels;
  shape.classes = task.classes();
  shape.image_size = task.side();
  shape.image_channels = task.channels();
  shape.initialization = lode::training::InitializationOf(config_.initialization);
  shape.channel_groups = config_.channel_groups;
  shape.affine = config_.affine;
  shape.tracks_moments = config_.tracks_moments();
  shape.bypass_unselected = config_.bypass_unselected;
  return shape;
}

std::unique_ptr<lode::training::SharedNetwork> SupernetOracle::Make(
    const lode::training::Task& task, const lode::RelaxedStart& start) const {
  SupernetConfig shape = ShapeOf(task);
  if (start.depth != 0) { shape.cells = start.depth; }
  return std::make_unique<GenotypeSupernet>(Supernet(shape, start.seed, start.operations));
}

std::string SupernetOracle::DescribeNetwork(const lode::training::Task& task) const {
  const SupernetConfig shape = ShapeOf(task);
  std::ostringstream text;
  text << "darts supernet, " << shape.cells << " cells, " << shape.channels << " channels in "
       << shape.channel_groups << " groups, " << shape.image_channels << " to " << shape.classes
       << ", " << config_.initialization << " weights";
  if (shape.affine) { text << ", norms affine"; }
  if (!shape.tracks_moments) { text << ", moments of the batch"; }
  if (shape.bypass_unselected) { text << ", unselected edges bypassed"; }
  return text.str();
}

Genotype DrawnGenotype(std::uint64_t seed, std::uint64_t number) {
  std::seed_seq words{seed & 0xffffffffU, seed >> 32, number & 0xffffffffU, number >> 32};
  std::mt19937_64 random(words);
  // 2^64 over kCellCount leaves a bias of 6e-11.
  const auto draw = [&] {
    return CellFromIndex(static_cast<std::uint32_t>(random() % kCellCount));
  };
  const Cell normal = draw();
  return {normal, draw()};
}

}  // namespace darts
