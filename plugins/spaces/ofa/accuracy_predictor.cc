#include "plugins/spaces/ofa/accuracy_predictor.h"

#include "plugins/spaces/ofa/graph_predictor.h"
#include "plugins/spaces/ofa/mlp_predictor.h"

namespace ofa {

std::unique_ptr<const AccuracyPredictor> MakePredictor(const lode::files::Tensors& tensors,
                                                       const std::string& name,
                                                       const lode::kernels::KernelSet& kernels) {
  if (tensors.contains(GraphPredictor::kOwnTensor)) {
    return std::make_unique<GraphPredictor>(tensors, name, kernels);
  }
  return std::make_unique<MlpPredictor>(tensors, name, kernels);
}

}  // namespace ofa
