#include "plugins/spaces/ofa/mlp_predictor.h"

#include <algorithm>

namespace ofa {
namespace {

using lode::kernels::kLanes;

// Rows of a product: their activations stay in the second-level cache together with a layer's
// weights.
constexpr std::size_t kChunk = 64;

// The input: for each layer one of three kernels, then for each layer one of three expansions
// (zeros for inactive layers), and one of eight resolutions.
constexpr std::size_t kFirstExpand = kLayers * kKernels.size();
constexpr std::size_t kFirstResolution = kFirstExpand + kLayers * kExpands.size();
constexpr std::size_t kResolutions = 8;
constexpr std::int64_t kResolutionStep = 16, kResolutionOfFirst = 112;
static_assert(kFirstResolution + kResolutions == MlpPredictor::kSizes.front());

constexpr std::size_t ResolutionInput(std::int64_t resolution) {
  return kFirstResolution +
         static_cast<std::size_t>((resolution - kResolutionOfFirst) / kResolutionStep);
}
static_assert(ResolutionInput(AccuracyPredictor::kMaxResolution) ==
              MlpPredictor::kSizes.front() - 1);

// `row`: must be zeros, one for each input.
void Encode(const Subnet& subnet, std::int64_t resolution, float* row) {
  for (std::size_t layer = 0; layer < kLayers; ++layer) {
    if (!subnet.IsActive(layer)) { continue; }
    row[3 * layer + IndexOf(kKernels, subnet.kernel[layer])] = 1;
    row[kFirstExpand + 3 * layer + IndexOf(kExpands, subnet.expand[layer])] = 1;
  }
  row[ResolutionInput(resolution)] = 1;
}

std::string NameOf(std::size_t layer) { return std::to_string(2 * layer); }  // between are ReLUs

}  // namespace

std::vector<NamedShape> MlpPredictor::State() {
  std::vector<NamedShape> state;
  for (std::size_t l = 0; l < kMlpLayers; ++l) {
    state.push_back({NameOf(l) + ".weight", {kSizes[l + 1], kSizes[l]}});
    state.push_back({NameOf(l) + ".bias", {kSizes[l + 1]}});
  }
  return state;
}

MlpPredictor::MlpPredictor(const lode::files::Tensors& tensors, const std::string& name,
                           const lode::kernels::KernelSet& kernels)
    : kernels_(&kernels) {
  RequireTensors(tensors, State(), "the predictor", name);
  for (std::size_t l = 0; l < kMlpLayers; ++l) {
    layers_.emplace_back(tensors.at(NameOf(l) + ".weight"), tensors.at(NameOf(l) + ".bias"));
  }
}

void MlpPredictor::Predict(std::span<const Subnet> subnets, std::int64_t resolution,
                           std::span<double> accuracies) const {
  std::array<std::vector<float>, kMlpLayers> activations;
  std::vector<float> x;
  for (std::size_t first = 0; first < subnets.size(); first += kChunk) {
    const std::size_t batch = std::min(kChunk, subnets.size() - first);
    x.assign(batch * layers_.front().in, 0.0f);
    for (std::size_t k = 0; k < batch; ++k) {
      Encode(subnets[first + k], resolution, x.data() + k * layers_.front().in);
    }
    Forward(batch, x.data(), activations);
    for (std::size_t k = 0; k < batch; ++k) {
      accuracies[first + k] = 100.0 * static_cast<double>(activations.back()[k * kLanes]);
    }
  }
}

void MlpPredictor::Forward(std::size_t batch, const float* x,
                           std::span<std::vector<float>> activations) const {
  for (std::size_t l = 0; l < kMlpLayers; ++l) {
    layers_[l].Apply(*kernels_, batch, x, activations[l]);
    if (l + 1 < kMlpLayers) { Rectify(activations[l]); }
    x = activations[l].data();
  }
}

}  // namespace ofa
