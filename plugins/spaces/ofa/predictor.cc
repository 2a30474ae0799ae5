#include "plugins/spaces/ofa/predictor.h"

#include "plugins/spaces/ofa/bound_space.h"
#include "toolkit/files/safetensors.h"

namespace ofa {
namespace {

constexpr const char* kWidth = "1.0";  // of the supernet that the predictors were trained on

}  // namespace

lode::Params<PredictorOracle::Config> PredictorOracle::Parameters() {
  return {
      {"weights", &Config::weights,
       "The predictor's weights, safetensors, in either layout; by default the perceptron's, which "
       "come with the plugin.",
       lode::Path{}},
      lode::Param<Config>(
          "resolution", &Config::resolution,
          "Height and width of the images, the same as the space's; the perceptron does not "
          "distinguish resolutions from one multiple of 16 to the next, and the graph network "
          "needs "
          "192 or more.",
          lode::Range{AccuracyPredictor::kMinResolution, AccuracyPredictor::kMaxResolution})
          .Unit("px"),
  };
}

std::vector<lode::Metric> PredictorOracle::Metrics() const {
  return {
      {"predicted_accuracy", "percent",
       "Predicted top-1 accuracy with the supernet's weights. The perceptron predicts that on "
       "images held out of ImageNet's training set: 6 to 11 points above that on the validation "
       "set, in nearly the same order.",
       LODE_MAXIMIZE, LODE_SPLIT_VALIDATION, "imagenet"}};
}

void PredictorOracle::Bind(const lode::Space& space) {
  RequireOfa(space, "the predictor");
  RequireSameNetworks(space, kWidth, config_.resolution);
  predictor_ =
      MakePredictor(lode::files::ReadSafetensors(config_.weights).tensors, config_.weights);
  if (config_.resolution < predictor_->min_resolution()) {
    throw lode::UnsupportedError("resolution is " + std::to_string(config_.resolution) +
                                 ", and this predictor was not trained below " +
                                 std::to_string(predictor_->min_resolution()));
  }
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
