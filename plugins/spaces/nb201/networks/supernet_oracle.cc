#include "plugins/spaces/nb201/networks/supernet_oracle.h"

#include <lode/matrices.hpp>
#include <utility>
#include <vector>

#include "plugins/spaces/nb201/networks/path.h"

namespace nb201 {
namespace {

using lode::training::Pass;
using lode::training::SupernetPath;
using torch::Tensor;

// How the benchmark's authors train and score shared weights.
std::vector<std::pair<const char*, lode::PresetValue>> PublishedSharing(const char* path,
                                                                        double clip_norm) {
  return {{"affine", false},
          {"moments", "batch"},
          {"path", path},
          {"scoring", "batch"},
          {"evaluation_batch_size", std::int64_t{512}},
          {"clip_norm", clip_norm},
          {"epochs", std::int64_t{250}},
          {"batch_size", std::int64_t{64}},
          {"initialization", "pytorch"},
          {"schedule", "epoch"},
          {"keep_last_batch", true}};
}

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

// The learning rates, batches and decay of all three presets are the defaults: SPOS and RSPS had
// theirs for other networks.
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
       PublishedSharing("cell", 0)}};
}

void SupernetOracle::CheckSpace(const lode::Space& space) const {
  lode::RequireMatrices(space, {CellMatrix()}, "the networks are of the space nb201");
}

std::shared_ptr<torch::nn::Module> SupernetOracle::Make(const lode::training::Task& task,
                                                        std::uint64_t seed) {
  shape_ = NetworkConfigOf(config_, task);
  shape_.affine = config_.affine;
  shape_.tracks_moments = config_.tracks_moments();
  network_ = Network(shape_, std::nullopt, seed);
  return network_.ptr();
}

SupernetPath SupernetOracle::PathOf(lode::ArchitectureView architecture) const {
  return
      [network = network_, cell = FromArchitecture(architecture)](
          const Tensor& images, const Pass& pass) mutable { return network(images, cell, pass); };
}

SupernetPath SupernetOracle::DrawPath(std::uint64_t seed, std::uint64_t number) const {
  const std::vector<Cell> cells = config_.path == "cell"
                                      ? DrawCells(seed, number, network_->cell_modules())
                                      : std::vector<Cell>{DrawCell(seed, number)};
  return [network = network_, cells](const Tensor& images, const Pass& pass) mutable {
    return network->Follow(images, cells, pass);
  };
}

std::string SupernetOracle::DescribeNetworks() const {
  return nb201::DescribeNetworks(config_, shape_);
}

std::string SupernetOracle::DescribePaths() const {
  return config_.path == "cell" ? ", a path for each cell" : "";
}

}  // namespace nb201
