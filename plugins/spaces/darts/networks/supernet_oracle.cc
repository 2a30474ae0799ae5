#include "plugins/spaces/darts/networks/supernet_oracle.h"

#include <lode/matrices.hpp>
#include <random>
#include <sstream>

namespace darts {
namespace {

using lode::training::Pass;
using lode::training::SupernetPath;
using torch::Tensor;

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

std::shared_ptr<torch::nn::Module> SupernetOracle::Make(const lode::training::Task& task,
                                                        std::uint64_t seed) {
  shape_.network = "cifar";
  shape_.cells = config_.cells;
  shape_.channels = config_.channels;
  shape_.classes = task.classes();
  shape_.image_size = task.side();
  shape_.image_channels = task.channels();
  shape_.initialization = lode::training::InitializationOf(config_.initialization);
  shape_.channel_groups = config_.channel_groups;
  shape_.affine = config_.affine;
  shape_.tracks_moments = config_.tracks_moments();
  shape_.bypass_unselected = config_.bypass_unselected;
  network_ = Supernet(shape_, seed);
  return network_.ptr();
}

SupernetPath SupernetOracle::PathOf(const Genotype& genotype) const {
  return [network = network_, genotype](const Tensor& images, const Pass& pass) mutable {
    return network(images, genotype, pass);
  };
}

SupernetPath SupernetOracle::PathOf(lode::ArchitectureView architecture) const {
  return PathOf(FromArchitecture(architecture));
}

SupernetPath SupernetOracle::DrawPath(std::uint64_t seed, std::uint64_t number) const {
  return PathOf(DrawnGenotype(seed, number));
}

std::string SupernetOracle::DescribeNetworks() const {
  std::ostringstream text;
  text << "darts supernet, " << shape_.cells << " cells, " << shape_.channels << " channels in "
       << shape_.channel_groups << " groups, " << shape_.image_channels << " to " << shape_.classes
       << ", " << config_.initialization << " weights";
  if (shape_.affine) { text << ", norms affine"; }
  if (!shape_.tracks_moments) { text << ", moments of the batch"; }
  if (shape_.bypass_unselected) { text << ", unselected edges bypassed"; }
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
