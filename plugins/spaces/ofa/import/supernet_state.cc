#include "plugins/spaces/ofa/import/supernet_state.h"

#include <utility>

#include "plugins/spaces/ofa/cost.h"

namespace ofa {
namespace {

constexpr std::int64_t kSomeResolution = 224;  // channels do not depend on it

class State {
 public:
  void Add(const std::string& name, const std::vector<std::int64_t>& shape) {
    state_.push_back({name, {shape.begin(), shape.end()}});
  }
  void AddNorm(const std::string& name, std::int64_t channels) {
    for (const char* part : {"weight", "bias", "running_mean", "running_var"}) {
      Add(name + "." + part, {channels});
    }
    Add(name + ".num_batches_tracked", {});
  }
  void AddConvolution(const std::string& name, std::int64_t in, std::int64_t out,
                      std::int64_t kernel) {
    Add(name + ".conv.weight", {out, in, kernel, kernel});
    AddNorm(name + ".bn", out);
  }
  // Of which parts are used: in the authors' program, each part is within one more module.
  void AddElasticConvolution(const std::string& name, std::int64_t in, std::int64_t out) {
    Add(name + ".conv.conv.weight", {out, in, 1, 1});
    AddNorm(name + ".bn.bn", out);
  }
  void AddLayer(const std::string& name, const InvertedResidual& layer) {
    AddElasticConvolution(name + ".inverted_bottleneck", layer.in.channels, layer.mid);
    const std::string depthwise = name + ".depth_conv";
    Add(depthwise + ".conv.5to3_matrix", {9, 9});
    Add(depthwise + ".conv.7to5_matrix", {25, 25});
    Add(depthwise + ".conv.conv.weight", {layer.mid, 1, 7, 7});
    AddNorm(depthwise + ".bn.bn", layer.mid);
    if (layer.squeezed > 0) { AddExcitation(depthwise + ".se.fc", layer.mid, layer.squeezed); }
    AddElasticConvolution(name + ".point_linear", layer.mid, layer.out.channels);
  }

  std::vector<NamedShape> Take() { return std::move(state_); }

 private:
  void AddExcitation(const std::string& name, std::int64_t channels, std::int64_t squeezed) {
    Add(name + ".reduce.weight", {squeezed, channels, 1, 1});
    Add(name + ".reduce.bias", {squeezed});
    Add(name + ".expand.weight", {channels, squeezed, 1, 1});
    Add(name + ".expand.bias", {channels});
  }

  std::vector<NamedShape> state_;
};

}  // namespace

std::vector<NamedShape> SupernetState(std::string_view width, std::int64_t classes) {
  const Network network(width, kSomeResolution);
  const std::int64_t first = network.first_conv().channels;
  const std::int64_t expanded = network.final_expand().channels;
  const std::int64_t mixed = network.feature_mix().channels;
  State state;
  state.AddConvolution("first_conv", network.image().channels, first, 3);
  state.AddConvolution("blocks.0.conv.depth_conv", 1, first, 3);
  state.AddConvolution("blocks.0.conv.point_linear", first, first, 1);
  for (std::size_t index = 0; index < kLayers; ++index) {
    state.AddLayer("blocks." + std::to_string(index + 1) + ".conv",
                   network.layer(index, kExpands.back(), kKernels.back()));
  }
  state.AddConvolution("final_expand_layer", network.last_layer().channels, expanded, 1);
  state.Add("feature_mix_layer.conv.weight", {mixed, expanded, 1, 1});
  state.Add("classifier.linear.weight", {classes, mixed});
  state.Add("classifier.linear.bias", {classes});
  return state.Take();
}

}  // namespace ofa
