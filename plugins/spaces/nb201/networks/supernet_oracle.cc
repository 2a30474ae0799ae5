#include "plugins/spaces/nb201/networks/supernet_oracle.h"

#include <lode/matrices.hpp>
#include <utility>
#include <vector>

#include "plugins/spaces/nb201/networks/path.h"

namespace nb201 {
namespace {

using lode::training::Mixture;
using lode::training::Pass;
using lode::training::SupernetPath;
using torch::Tensor;

// How the benchmark's authors train and score shared weights.
std::vector<std::pair<const char*, lode::PresetValue>> PublishedSharing(const char* path,
                                                                        double clip_norm,
                                                                        std::int64_t epochs = 250) {
  return {{"affine", false},
          {"moments", "batch"},
          {"path", path},
          {"scoring", "batch"},
          {"evaluation_batch_size", std::int64_t{512}},
          {"clip_norm", clip_norm},
          {"epochs", epochs},
          {"batch_size", std::int64_t{64}},
          {"initialization", "pytorch"},
          {"schedule", "epoch"},
          {"keep_last_batch", true}};
}

// Of a network with `depth` cells.
std::int64_t CellsOfStage(std::uint32_t depth) {
  if (depth % kStages != 0) {
    throw lode::InvalidError("the network has three equal stages: it cannot have " +
                             std::to_string(depth) + " cells");
  }
  return depth / kStages;
}

class CellSupernet : public lode::training::SharedNetwork {
 public:
  // draws_cells: whether each cell of the network has a random path of its own.
  CellSupernet(Network network, bool draws_cells)
      : network_(std::move(network)), draws_cells_(draws_cells) {}

  torch::nn::Module& module() override { return *network_; }
  SupernetPath PathOf(lode::ArchitectureView architecture) override {
    return PathAlong({FromArchitecture(architecture)});
  }
  SupernetPath DrawPath(std::uint64_t seed, std::uint64_t number) override {
    return PathAlong(draws_cells_ ? DrawCells(seed, number, network_->cell_modules())
                                  : std::vector<Cell>{DrawCell(seed, number)});
  }
  Tensor Mix(const Tensor& images, const Mixture& mixture, const Pass& pass) override {
    return network_->Mix(images, mixture, pass);
  }

 private:
  SupernetPath PathAlong(std::vector<Cell> cells) {
    return [network = network_, cells = std::move(cells)](const Tensor& images,
                                                          const Pass& pass) mutable {
      return network->Follow(images, cells, pass);
    };
  }

  Network network_;
  bool draws_cells_;
};

}  // namespace

lode::Params<SupernetOracle::Config> SupernetOracle::Parameters() {
  lode::Params<Config> params;
  AddNetworkParameters(params);
  lode::training::AddSupernetParameters(
      params, "Training images that a cell's batch-norm moments are computed over.");
  params.emplace_back(
      "protocol", &Config::protocol,
      "Which images are used for what: split sets validation_share of the training images aside; "
      "benchmark uses the images that NAS-Bench-201's authors searched with: on CIFAR-10 the two "
      "halves of the training images, elsewhere all training images, and half of the test images "
      "to validate on.",
      lode::Choices{{"split", "benchmark"}});
  lode::training::AddNormParameters(
      params,
      "Batch-norm moments in the cells: calibrated recomputes a cell's own over training images "
      "for each query; batch tracks nothing and uses those of each batch, in training and in "
      "queries.");
  params.emplace_back(
      "path", &Config::path,
      "The path of a training batch: network draws one cell uniformly for the whole network; cell "
      "draws one for each cell of the network, uniformly from the cells in which every node has an "
      "edge that is not `none`.",
      lode::Choices{{"network", "cell"}});
  lode::training::AddScoringParameters(params);
  return params;
}

// The learning rates, batches and decay of all presets are the defaults: SPOS and RSPS had theirs
// for other networks.
lode::Presets SupernetOracle::Presets() {
  return {
      {"spos",
       "Single Path One-Shot (Guo et al., ECCV 2020) as in its authors' program: norms not affine, "
       "moments recomputed, label smoothing 0.1, momentum without Nesterov. Its learning rates, "
       "which are for ImageNet, are not used.",
       {{"affine", false},
        {"moments", "calibrated"},
        {"path", "network"},
        {"scoring", "all"},
        {"label_smoothing", 0.1},
        {"nesterov", false}}},
      {"rsps",
       "Random search with parameter sharing (Li and Talwalkar, UAI 2019) as the benchmark's "
       "authors run it: norms neither affine nor tracked, a cell for each batch, a query scored on "
       "one batch of 512 images, gradients clipped at 5, 250 epochs.",
       PublishedSharing("network", 5)},
      {"setn",
       "The shared weights of SETN (Dong and Yang, ICCV 2019) as in the benchmark's first release: "
       "like rsps, but each cell of the network draws its own path for each batch, and gradients "
       "are not clipped. SETN's learned choice of candidates is not included: that is up to the "
       "optimizer.",
       PublishedSharing("cell", 0)},
      {"darts",
       "The relaxed network that an optimizer trains, as the benchmark's authors run DARTS: norms "
       "neither affine nor tracked, gradients clipped at 5, learning rates for 50 epochs.",
       PublishedSharing("network", 5, 50)},
      {"gdas", "The same with the learning rates of their GDAS, for 250 epochs.",
       PublishedSharing("network", 5)}};
}

void SupernetOracle::CheckSpace(const lode::Space& space) const {
  lode::RequireMatrices(space, {CellMatrix()}, "the networks are of the space nb201");
}

NetworkConfig SupernetOracle::ShapeOf(const lode::training::Task& task) const {
  NetworkConfig shape = NetworkConfigOf(config_, task);
  shape.affine = config_.affine;
  shape.tracks_moments = config_.tracks_moments();
  return shape;
}

std::unique_ptr<lode::training::SharedNetwork> SupernetOracle::Make(
    const lode::training::Task& task, const lode::RelaxedStart& start) const {
  NetworkConfig shape = ShapeOf(task);
  if (start.depth != 0) { shape.cells = CellsOfStage(start.depth); }
  return std::make_unique<CellSupernet>(Network(shape, OperationsOf(start.operations), start.seed),
                                        config_.path == "cell");
}

std::string SupernetOracle::DescribeNetwork(const lode::training::Task& task) const {
  return DescribeNetworks(config_, ShapeOf(task));
}

std::string SupernetOracle::DescribePaths() const {
  return config_.path == "cell" ? ", a path for each cell" : "";
}

}  // namespace nb201
