#include "plugins/spaces/darts/cost.h"

namespace darts {
namespace {

constexpr std::int64_t kAuxiliaryPool = 5;    // kernel
constexpr std::int64_t kAuxiliaryPooled = 2;  // map size that its 2x2 convolution expects

// A convolution without bias followed by batch norm, with square output maps of `size`.
Cost ConvolutionCost(std::int64_t in, std::int64_t out, std::int64_t kernel, std::int64_t size) {
  const std::int64_t weights = kernel * kernel * in * out;
  return {weights + 2 * out, weights * size * size, 2 * out * size * size};
}

// An operation that processes maps of `channels` and `size` value by value: a ReLU or a pool.
Cost ByValueCost(std::int64_t channels, std::int64_t size) {
  return {0, 0, channels * size * size};
}

// ReLU of maps of `size_before`, convolution, batch norm.
Cost ReluConvolutionCost(std::int64_t in, std::int64_t size_before, std::int64_t out,
                         std::int64_t size) {
  Cost cost = ByValueCost(in, size_before);
  cost += ConvolutionCost(in, out, 1, size);
  return cost;
}

// ReLU of maps of `size_before`, depthwise, 1x1, batch norm.
Cost SeparableCost(std::int64_t channels, std::int64_t kernel, std::int64_t size_before,
                   std::int64_t size) {
  const std::int64_t weights = kernel * kernel * channels + channels * channels;
  Cost cost = ByValueCost(channels, size_before);
  cost += {weights + 2 * channels, weights * size * size, 2 * channels * size * size};
  return cost;
}

Cost LinearCost(std::int64_t in, std::int64_t out) { return {in * out + out, in * out}; }

Cost OperationCost(Operation operation, std::int64_t channels, std::int64_t size, bool strided) {
  const std::int64_t before = strided ? 2 * size : size;
  switch (operation) {
    case kMaxPool3x3:
    case kAvgPool3x3:
      return ByValueCost(channels, before);
    case kSkipConnect:
      return strided ? ReluConvolutionCost(channels, before, channels, size) : Cost{};
    case kDilConv3x3:
      return SeparableCost(channels, 3, before, size);
    case kDilConv5x5:
      return SeparableCost(channels, 5, before, size);
    case kSepConv3x3:
    case kSepConv5x5: {
      const std::int64_t kernel = operation == kSepConv3x3 ? 3 : 5;
      Cost twice = SeparableCost(channels, kernel, before, size);
      twice += SeparableCost(channels, kernel, size, size);
      return twice;
    }
  }
  return {};
}

std::int64_t Halved(std::int64_t size) {
  return (size + 1) / 2;
}  // by a padded 3x3 convolution of stride 2

// Builds the network cell by cell.
class Walk {
 public:
  explicit Walk(const NetworkSettings& settings)
      : settings_(settings), channels_(settings.channels) {
    if (IsImageNet()) {
      AddImageNetStem();
    } else {
      AddCifarStem();
    }
    for (std::int64_t cell = 0; cell < settings.cells; ++cell) { AddCell(cell); }
    sums_.fixed += ByValueCost(last_channels_, size_);  // the global pool
    sums_.fixed += LinearCost(last_channels_, settings.classes);
  }

  const CostSums& sums() const { return sums_; }

 private:
  bool IsImageNet() const { return settings_.network == "imagenet"; }

  void AddCifarStem() {
    size_ = before_size_ = settings_.image_size;
    before_channels_ = last_channels_ = 3 * channels_;
    sums_.fixed += ConvolutionCost(3, last_channels_, 3, size_);
  }

  void AddImageNetStem() {
    if (channels_ % 2 != 0) {
      throw lode::InvalidError("channels is " + std::to_string(channels_) +
                               ", expected an even number: the stem of imagenet halves it");
    }
    before_channels_ = last_channels_ = channels_;
    const std::int64_t half_size = Halved(settings_.image_size);
    const std::int64_t quarter_size = Halved(half_size);
    sums_.fixed += ConvolutionCost(3, channels_ / 2, 3, half_size);
    sums_.fixed += ByValueCost(channels_ / 2, half_size);
    sums_.fixed += ConvolutionCost(channels_ / 2, channels_, 3, quarter_size);
    sums_.fixed += ByValueCost(channels_, quarter_size);
    before_size_ = quarter_size;
    size_ = HalvedEvenly(quarter_size, 0);
    sums_.fixed += ConvolutionCost(channels_, channels_, 3, size_);
  }

  // A factorized reduction joins the maps of even and of odd pixels.
  std::int64_t HalvedEvenly(std::int64_t size, std::int64_t cell) const {
    if (size % 2 == 0) { return size / 2; }
    throw lode::InvalidError("image_size is " + std::to_string(settings_.image_size) + ": cell " +
                             std::to_string(cell) + " would halve maps of " + std::to_string(size) +
                             " pixels a side, expected an even number; multiples of 32 always fit");
  }

  void AddCell(std::int64_t cell) {
    const bool is_second = cell == 2 * settings_.cells / 3;
    const bool reduces = is_second || cell == settings_.cells / 3;
    if (reduces) { channels_ *= 2; }
    sums_.fixed += ReluConvolutionCost(before_channels_, before_size_, channels_, size_);
    sums_.fixed += ReluConvolutionCost(last_channels_, size_, channels_, size_);
    before_size_ = size_;
    if (reduces) {
      size_ = HalvedEvenly(size_, cell);
      AddOperations(false, &sums_.reduce);
      AddOperations(true, &sums_.strided);
    } else {
      AddOperations(false, &sums_.normal);
    }
    before_channels_ = last_channels_;
    last_channels_ = static_cast<std::int64_t>(kNodes) * channels_;
    if (is_second && settings_.auxiliary) { AddAuxiliaryHead(); }
  }

  void AddOperations(bool strided, std::array<Cost, kOperations>* costs) const {
    for (std::size_t o = 0; o < kOperations; ++o) {
      (*costs)[o] += OperationCost(static_cast<Operation>(o), channels_, size_, strided);
    }
  }

  void AddAuxiliaryHead() {
    CheckAuxiliaryPool();
    const Cost second = ConvolutionCost(128, 768, 2, 1);
    sums_.fixed.parameters += ConvolutionCost(last_channels_, 128, 1, kAuxiliaryPooled).parameters;
    sums_.fixed.parameters +=
        second.parameters - (IsImageNet() ? 2 * 768 : 0);  // which has no batch norm there
    sums_.fixed.parameters += LinearCost(768, settings_.classes).parameters;
  }

  void CheckAuxiliaryPool() const {
    const std::int64_t stride = IsImageNet() ? 2 : 3;
    const std::int64_t pooled = size_ < kAuxiliaryPool ? 0 : (size_ - kAuxiliaryPool) / stride + 1;
    if (pooled == kAuxiliaryPooled) { return; }
    throw lode::InvalidError("image_size is " + std::to_string(settings_.image_size) +
                             ": the auxiliary head would pool maps of " + std::to_string(size_) +
                             " pixels a side to " + std::to_string(pooled) + ", expected " +
                             std::to_string(kAuxiliaryPooled));
  }

  const NetworkSettings& settings_;
  std::int64_t channels_;
  std::int64_t size_ = 0;         // side of the last cell's maps, in pixels
  std::int64_t before_size_ = 0;  // the same for the cell before it
  std::int64_t before_channels_ = 0, last_channels_ = 0;
  CostSums sums_;
};

}  // namespace

Cost& Cost::operator+=(const Cost& other) {
  parameters += other.parameters;
  macs += other.macs;
  other_operations += other.other_operations;
  return *this;
}

NetworkCosts::NetworkCosts(const NetworkSettings& settings) : sums_(Walk(settings).sums()) {}

Cost NetworkCosts::Of(const Genotype& genotype) const {
  Cost sum = sums_.fixed;
  for (const Node& node : genotype[kNormal]) {
    for (const Edge& edge : node) { sum += sums_.normal[edge.operation]; }
  }
  for (const Node& node : genotype[kReduce]) {
    for (const Edge& edge : node) {
      sum += (edge.input < kCellInputs ? sums_.strided : sums_.reduce)[edge.operation];
    }
  }
  return sum;
}

}  // namespace darts
