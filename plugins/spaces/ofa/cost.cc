#include "plugins/spaces/ofa/cost.h"

#include <algorithm>

namespace ofa {
namespace {

struct Unit {
  std::int64_t channels;  // at width 1.0
  std::int64_t stride;    // of its first layer
  Activation activation;
  bool squeezes;
};
constexpr std::array<Unit, kUnits> kUnitTable = {{{24, 2, Activation::kRelu, false},
                                                  {40, 2, Activation::kRelu, true},
                                                  {80, 2, Activation::kHSwish, false},
                                                  {112, 1, Activation::kHSwish, true},
                                                  {160, 2, Activation::kHSwish, true}}};
constexpr std::int64_t kFirstChannels = 16;
constexpr std::int64_t kFinalExpandChannels = 960;
constexpr std::int64_t kFeatureMixChannels = 1280;
constexpr std::int64_t kFirstStride = 2;

// Returns the multiple of 8 nearest to tenths / 10, but not less than nine tenths of it.
std::int64_t RoundTenthsToEights(std::int64_t tenths) {
  const std::int64_t rounded = std::max<std::int64_t>(8, (tenths + 40) / 80 * 8);
  return 100 * rounded < 9 * tenths ? rounded + 8 : rounded;
}

std::int64_t RoundToEights(std::int64_t channels) { return RoundTenthsToEights(10 * channels); }

std::int64_t Tenths(std::string_view width) { return width == "1.2" ? 12 : 10; }

std::int64_t Strided(std::int64_t size, std::int64_t stride) { return (size - 1) / stride + 1; }

constexpr std::int64_t kBatchNorm = 2;  // parameters per channel

}  // namespace

Network::Network(std::string_view width, std::int64_t resolution) : image_{resolution, 3} {
  const auto widened = [&](std::int64_t channels) {
    return RoundTenthsToEights(channels * Tenths(width));
  };
  first_conv_ = {Strided(resolution, kFirstStride), widened(kFirstChannels)};
  std::int64_t size = first_conv_.size;
  for (std::size_t u = 0; u < kUnits; ++u) {
    size = Strided(size, kUnitTable[u].stride);
    units_[u] = {size, widened(kUnitTable[u].channels)};
  }
  final_expand_ = {size, widened(kFinalExpandChannels)};
  feature_mix_ = {1, widened(kFeatureMixChannels)};
}

InvertedResidual Network::first_block() const {
  return {first_conv_, first_conv_, first_conv_.channels, 3, 1, 0, Activation::kRelu};
}

InvertedResidual Network::layer(std::size_t index, std::int64_t expand, std::int64_t kernel) const {
  const std::size_t u = index / kLayersPerUnit;
  const Unit& unit = kUnitTable[u];
  const bool first = index % kLayersPerUnit == 0;
  const Map before = u == 0 ? first_conv_ : units_[u - 1];
  const Map in = first ? before : units_[u];
  const std::int64_t mid = RoundToEights(in.channels * expand);
  return {in,
          units_[u],
          mid,
          kernel,
          first ? unit.stride : 1,
          unit.squeezes ? RoundToEights(mid / 4) : 0,
          unit.activation};
}

Cost CostOf(const InvertedResidual& l) {
  const std::int64_t taps = l.kernel * l.kernel * l.mid;
  const std::int64_t projection = l.mid * l.out.channels;
  const std::int64_t gate = 2 * l.mid * l.squeezed;
  Cost cost = {taps + projection + gate + kBatchNorm * (l.mid + l.out.channels),
               (taps + projection) * l.out.pixels() + gate};
  if (l.squeezed > 0) {
    cost.params += l.mid + l.squeezed;  // biases
  }
  if (l.HasExpansion()) {
    const std::int64_t expansion = l.in.channels * l.mid;
    cost += {expansion + kBatchNorm * l.mid, expansion * l.in.pixels()};
  }
  return cost;
}

Cost CostOfRest(const Network& n) {
  const std::int64_t first = 9 * n.image().channels * n.first_conv().channels;
  const std::int64_t expand = n.last_layer().channels * n.final_expand().channels;
  const std::int64_t mix = n.final_expand().channels * n.feature_mix().channels;
  const std::int64_t classifier = n.feature_mix().channels * kClasses;
  Cost cost = CostOf(n.first_block());
  cost += {first + kBatchNorm * n.first_conv().channels, first * n.first_conv().pixels()};
  cost += {expand + kBatchNorm * n.final_expand().channels, expand * n.final_expand().pixels()};
  cost += {mix, mix};
  cost += {classifier + kClasses, classifier};
  return cost;
}

LayerSum<Cost> CostTable(const Network& network) {
  return {CostOfRest(network), [&](std::size_t layer, std::int64_t expand, std::int64_t kernel) {
            return CostOf(network.layer(layer, expand, kernel));
          }};
}

}  // namespace ofa
