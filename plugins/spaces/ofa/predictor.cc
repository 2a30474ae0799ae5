#include "plugins/spaces/ofa/predictor.h"

#include <algorithm>
#include <cmath>
#include <lode/text.hpp>

#include "plugins/spaces/ofa/bound_space.h"

namespace ofa {
namespace {

using lode::kernels::kLanes;
using lode::kernels::Padded;

constexpr const char* kWidth = "1.0";  // of the supernet that the predictor was trained on

// Rows of a product: their activations stay in the second-level cache together with a layer's
// weights.
constexpr std::size_t kChunk = 64;

// The input: for each layer one of three kernels, then for each layer one of three expansions
// (zeros for inactive layers), and one of eight resolutions.
constexpr std::size_t kFirstExpand = kLayers * kKernels.size();
constexpr std::size_t kFirstResolution = kFirstExpand + kLayers * kExpands.size();
constexpr std::size_t kResolutions = 8;
constexpr std::int64_t kResolutionStep = 16, kResolutionOfFirst = 112;
static_assert(kFirstResolution + kResolutions == AccuracyPredictor::kSizes.front());

constexpr std::size_t ResolutionInput(std::int64_t resolution) {
  return kFirstResolution +
         static_cast<std::size_t>((resolution - kResolutionOfFirst) / kResolutionStep);
}
static_assert(ResolutionInput(AccuracyPredictor::kMaxResolution) ==
              AccuracyPredictor::kSizes.front() - 1);

// `row`: must be zeros, one for each input.
void Encode(const Subnet& subnet, std::int64_t resolution, float* row) {
  for (std::size_t layer = 0; layer < kLayers; ++layer) {
    if (!subnet.IsActive(layer)) { continue; }
    row[3 * layer + IndexOf(kKernels, subnet.kernel[layer])] = 1;
    row[kFirstExpand + 3 * layer + IndexOf(kExpands, subnet.expand[layer])] = 1;
  }
  row[ResolutionInput(resolution)] = 1;
}

// Takes tensors by name and shape.
class TensorReader {
 public:
  TensorReader(const lode::files::Tensors& tensors, const std::string& name)
      : tensors_(tensors), name_(name) {}

  const std::vector<float>& Take(const std::string& tensor, const std::vector<std::size_t>& shape) {
    const auto found = tensors_.find(tensor);
    if (found == tensors_.end()) {
      Fail("has no tensor " + lode::Quote(tensor) + ", expected one of shape " +
           lode::files::ShapeText(shape));
    }
    const lode::files::Tensor& t = found->second;
    if (t.shape != shape) {
      Fail("tensor " + lode::Quote(tensor) + " has the shape " + lode::files::ShapeText(t.shape) +
           ", expected " + lode::files::ShapeText(shape));
    }
    if (!std::ranges::all_of(t.values, [](float v) { return std::isfinite(v); })) {
      Fail("tensor " + lode::Quote(tensor) + " has elements that are not finite");
    }
    taken_.push_back(tensor);
    return t.values;
  }

  void RequireNoOthers() const {
    for (const auto& [tensor, value] : tensors_) {
      if (std::ranges::find(taken_, tensor) == taken_.end()) {
        Fail("has a tensor " + lode::Quote(tensor) + ", which the predictor does not have");
      }
    }
  }

 private:
  [[noreturn]] void Fail(const std::string& message) const {
    throw lode::IoError(name_ + ": " + message);
  }

  const lode::files::Tensors& tensors_;
  const std::string& name_;
  std::vector<std::string> taken_;
};

}  // namespace

AccuracyPredictor::AccuracyPredictor(const lode::files::Tensors& tensors, const std::string& name,
                                     const lode::kernels::KernelSet& kernels)
    : kernels_(&kernels) {
  TensorReader reader(tensors, name);
  for (std::size_t l = 0; l < kMlpLayers; ++l) {
    const std::size_t in = kSizes[l], out = kSizes[l + 1];
    const std::string prefix = std::to_string(2 * l);  // the odd numbers are the ReLUs
    const std::vector<float>& weight = reader.Take(prefix + ".weight", {out, in});
    const std::vector<float>& bias = reader.Take(prefix + ".bias", {out});
    Layer layer{Padded(in), Padded(out), std::vector<float>(Padded(in) * Padded(out)), bias};
    layer.bias.resize(layer.out);
    for (std::size_t i = 0; i < in; ++i) {
      for (std::size_t o = 0; o < out; ++o) {
        layer.weights[i * layer.out + o] = weight[o * in + i];
      }
    }
    layers_.push_back(std::move(layer));
  }
  reader.RequireNoOthers();
}

void AccuracyPredictor::Predict(std::span<const Subnet> subnets, std::int64_t resolution,
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

void AccuracyPredictor::Forward(std::size_t batch, const float* x,
                                std::span<std::vector<float>> activations) const {
  for (std::size_t l = 0; l < kMlpLayers; ++l) {
    const Layer& layer = layers_[l];
    std::vector<float>& y = activations[l];
    y.resize(batch * layer.out);
    kernels_->affine(batch, layer.in, layer.out, x, layer.weights.data(), layer.bias.data(),
                     y.data());
    if (l + 1 < kMlpLayers) {
      std::ranges::transform(y, y.begin(), [](float a) { return a > 0 ? a : 0; });
    }
    x = y.data();
  }
}

lode::Params<PredictorOracle::Config> PredictorOracle::Parameters() {
  return {
      {"weights", &Config::weights,
       "The predictor's weights, safetensors; by default those that come with the plugin.",
       lode::Path{}},
      lode::Param<Config>(
          "resolution", &Config::resolution,
          "Height and width of the images, the same as the space's; the predictor does not "
          "distinguish resolutions from one multiple of 16 to the next.",
          lode::Range{AccuracyPredictor::kMinResolution, AccuracyPredictor::kMaxResolution})
          .Unit("px"),
  };
}

std::vector<lode::Metric> PredictorOracle::Metrics() const {
  return {{"predicted_accuracy", "percent",
           "Predicted top-1 accuracy with the supernet's weights on images held out of ImageNet's "
           "training set; 6 to 11 points above that on the validation set, in nearly the same "
           "order.",
           LODE_MAXIMIZE, LODE_SPLIT_VALIDATION, "imagenet"}};
}

void PredictorOracle::Bind(const lode::Space& space) {
  RequireOfa(space, "the predictor");
  RequireSameNetworks(space, kWidth, config_.resolution);
  predictor_.emplace(lode::files::ReadSafetensors(config_.weights).tensors, config_.weights);
}

void PredictorOracle::EvaluateBatch(std::span<const lode::Query> queries,
                                    std::span<double> metrics) const {
  std::vector<Subnet> subnets;
  subnets.reserve(queries.size());
  for (const lode::Query& query : queries) {
    if (query.fidelity != 1) {
      throw lode::UnsupportedError("fidelity is " + std::to_string(query.fidelity) +
                                   ", the predictor predicts at 1 only");
    }
    subnets.push_back(FromArchitecture(query.architecture));
  }
  predictor_->Predict(subnets, config_.resolution, metrics);
}

}  // namespace ofa
