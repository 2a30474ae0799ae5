// The layers of a sub-network with all their sizes and costs: the Once-for-All variant of
// MobileNetV3-Large (Howard et al., ICCV 2019, table 1; Cai et al., ICLR 2020).
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <string_view>

#include "plugins/spaces/ofa/layer_sum.h"
#include "plugins/spaces/ofa/subnet.h"

namespace ofa {

inline constexpr std::int64_t kClasses = 1000;

// The resolutions that the components accept. Published sub-networks use 128 to 224 in steps of 4.
inline constexpr std::int64_t kMinResolution = 32;
inline constexpr std::int64_t kMaxResolution = 1024;

enum class Activation : std::uint8_t { kRelu, kHSwish };

// A square image or feature map.
struct Map {
  std::int64_t size;  // height and width, in pixels
  std::int64_t channels;

  std::int64_t pixels() const { return size * size; }
  auto operator<=>(const Map&) const = default;
};

// A 1x1 expansion to `mid` channels, a depthwise convolution with padding kernel / 2, optionally
// squeeze-and-excitation, and a 1x1 projection. Each convolution has a batch norm; the first two
// have the activation after it.
struct InvertedResidual {
  Map in, out;
  std::int64_t mid;       // mid == in.channels: no expansion (first block only)
  std::int64_t kernel;    // of the depthwise convolution
  std::int64_t stride;    // of the depthwise convolution
  std::int64_t squeezed;  // channels between squeeze and excitation, 0: none
  Activation activation;

  bool HasExpansion() const { return mid != in.channels; }
  bool HasShortcut() const { return in == out; }
};

// The parameters and operations of a network or a part of it. Parameters are everything that is
// trained, including batch norms. Multiply-adds are those of convolutions and linear layers for one
// image, including squeeze-and-excitation, but not biases, batch norms, activations, poolings or
// additions.
struct Cost {
  std::int64_t params = 0;
  std::int64_t macs = 0;

  Cost& operator+=(const Cost& other) {
    params += other.params;
    macs += other.macs;
    return *this;
  }
};

// The supernet's shapes at one width and resolution. A layer's input does not depend on the choices
// before it, since all layers of a unit have the same output.
class Network {
 public:
  // `width` multiplies the channels of the published network: "1.0" or "1.2", the two supernets
  // with published weights. REQUIRES: resolution >= 1.
  Network(std::string_view width, std::int64_t resolution);

  Map image() const { return image_; }
  // 3x3 of stride 2, batch norm, h-swish.
  Map first_conv() const { return first_conv_; }
  // 3x3 depthwise and projection, ReLU.
  InvertedResidual first_block() const;
  // Returns a layer with these choices. REQUIRES: index < kLayers.
  InvertedResidual layer(std::size_t index, std::int64_t expand, std::int64_t kernel) const;
  // The output of the last layer; then 1x1 with batch norm and h-swish; the mean over its pixels;
  // 1x1 with neither bias nor batch norm, h-swish; a linear layer with bias to kClasses.
  Map last_layer() const { return units_.back(); }
  Map final_expand() const { return final_expand_; }
  Map feature_mix() const { return feature_mix_; }

 private:
  Map image_, first_conv_;
  std::array<Map, kUnits> units_;  // output of each unit
  Map final_expand_, feature_mix_;
};

Cost CostOf(const InvertedResidual& layer);
// The cost of everything outside the layers of the units.
Cost CostOfRest(const Network& network);
LayerSum<Cost> CostTable(const Network& network);

}  // namespace ofa
