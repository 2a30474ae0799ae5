#include "toolkit/training/depthwise.h"

#include <ATen/Parallel.h>
#include <ATen/record_function.h>

#include <algorithm>
#include <cstddef>
#include <utility>
#include <vector>

#include "toolkit/kernels/channels_last.h"
#include "toolkit/kernels/kernels.h"
#include "toolkit/training/channels_last.h"

namespace lode::training {
namespace {

using torch::Tensor;
using torch::autograd::AutogradContext;
using torch::autograd::variable_list;

using kernels::kLanes;

std::size_t Size(const Tensor& x, std::int64_t dimension) {
  return static_cast<std::size_t>(x.size(dimension));
}

// A convolution of images of `height` x `width` pixels.
struct Layer {
  std::size_t channels, height, width, kernel, stride, dilation;

  std::size_t padding() const { return dilation * (kernel / 2); }
  std::size_t padded_row() const { return (width + 2 * padding()) * channels; }
  std::size_t padded() const { return (height + 2 * padding()) * padded_row(); }
  std::size_t OutputSize(std::size_t size) const { return (size - 1) / stride + 1; }
  std::size_t outputs() const { return OutputSize(height) * OutputSize(width) * channels; }
  std::size_t taps() const { return kernel * kernel; }

  // Several pixels make a group if they fill a vector together.
  std::size_t group() const {
    const bool fills = kLanes % channels == 0 && OutputSize(width) * channels % kLanes == 0;
    return stride == 1 && fills ? kLanes : channels;
  }
  kernels::Depthwise form() const {
    return {.kernel = kernel,
            .stride = stride,
            .dilation = dilation,
            .channels = channels,
            .group = group(),
            .height = OutputSize(height),
            .groups = OutputSize(width) * channels / group(),
            .row = padded_row()};
  }
};

Layer LayerOf(const Tensor& x, const Tensor& weight, std::int64_t stride, std::int64_t dilation) {
  return {Size(x, 1),
          Size(x, 2),
          Size(x, 3),
          Size(weight, 2),
          static_cast<std::size_t>(stride),
          static_cast<std::size_t>(dilation)};
}

// Copies an image into the middle of zeros, its pixels `spread` apart.
void Surround(const Layer& layer, const float* image, std::size_t spread,
              std::vector<float>& room) {
  const std::size_t rows = (layer.height - 1) / spread + 1,
                    columns = (layer.width - 1) / spread + 1;
  std::fill(room.begin(), room.end(), 0.0F);
  float* middle = room.data() + layer.padding() * (layer.padded_row() + layer.channels);
  for (std::size_t y = 0; y < rows; ++y) {
    float* to = middle + y * spread * layer.padded_row();
    const float* from = image + y * columns * layer.channels;
    if (spread == 1) {
      std::copy_n(from, columns * layer.channels, to);
      continue;
    }
    for (std::size_t x = 0; x < columns; ++x) {
      std::copy_n(from + x * layer.channels, layer.channels, to + x * spread * layer.channels);
    }
  }
}

// The taps as the kernels want them: tap after tap, each with a group's floats.
std::vector<float> TapsOf(const Layer& layer, const Tensor& weight, bool reversed) {
  const std::size_t group = layer.group();
  std::vector<float> taps(layer.taps() * group);
  const Tensor contiguous = weight.contiguous();
  const float* values = contiguous.data_ptr<float>();
  for (std::size_t t = 0; t < layer.taps(); ++t) {
    const std::size_t from = reversed ? layer.taps() - 1 - t : t;
    for (std::size_t g = 0; g < group; ++g) {
      taps[t * group + g] = values[g % layer.channels * layer.taps() + from];
    }
  }
  return taps;
}

// Calls body(image's number, room for the image with its zeros).
template <class Body>
void ForImages(const Layer& layer, std::int64_t images, const Body& body) {
  at::parallel_for(0, images, 1, [&](std::int64_t begin, std::int64_t end) {
    std::vector<float> room(layer.padded());
    for (std::int64_t n = begin; n < end; ++n) { body(static_cast<std::size_t>(n), room); }
  });
}

// Convolves images whose pixels are `spread` apart in the zeros.
void Convolve(const Layer& layer, const Tensor& x, std::size_t spread,
              const std::vector<float>& taps, const Tensor& out) {
  const float* from = x.data_ptr<float>();
  auto* to = out.data_ptr<float>();
  const std::size_t floats = Size(x, 1) * Size(x, 2) * Size(x, 3);
  ForImages(layer, x.size(0), [&](std::size_t n, std::vector<float>& room) {
    Surround(layer, from + n * floats, spread, room);
    kernels::BestChannelsLast().depthwise(layer.form(), room.data(), taps.data(),
                                          to + n * layer.outputs());
  });
}

// Tells LibTorch's observers, which count multiply-adds and measure time, as its own operations do.
Tensor Forward(const Layer& layer, const Tensor& x, const Tensor& weight) {
  RECORD_FUNCTION(kDepthwiseConvolution, std::vector<c10::IValue>({x, weight}));
  Tensor out =
      torch::empty({x.size(0), x.size(1), static_cast<std::int64_t>(layer.OutputSize(layer.height)),
                    static_cast<std::int64_t>(layer.OutputSize(layer.width))},
                   x.options(), at::MemoryFormat::ChannelsLast);
  Convolve(layer, x, 1, TapsOf(layer, weight, false), out);
  if (guard.needsOutputs()) { guard.setOutputs(std::vector<c10::IValue>({out})); }
  return out;
}

// The gradient of x is a convolution of dy, whose pixels the stride spreads, with the taps in
// reverse.
Tensor GradientOfImages(Layer layer, const Tensor& x, const Tensor& weight, const Tensor& dy) {
  Tensor dx = EmptyLike(x);
  const std::size_t spread = std::exchange(layer.stride, 1);
  Convolve(layer, dy, spread, TapsOf(layer, weight, true), dx);
  return dx;
}

// The sum of the images' gradients, in their order.
Tensor SumOfGradients(const Layer& layer, const std::vector<float>& of_images) {
  std::vector<double> sums(layer.taps() * layer.group());
  for (std::size_t first = 0; first < of_images.size(); first += sums.size()) {
    for (std::size_t i = 0; i < sums.size(); ++i) {
      sums[i] += static_cast<double>(of_images[first + i]);
    }
  }
  const auto kernel = static_cast<std::int64_t>(layer.kernel);
  const auto channels = static_cast<std::int64_t>(layer.channels);
  return torch::tensor(sums, torch::kDouble)
      .reshape({kernel, kernel, -1, channels})
      .sum(2)
      .permute({2, 0, 1})
      .unsqueeze(1)
      .to(torch::kFloat, false, false, at::MemoryFormat::Contiguous);
}

Tensor GradientOfWeight(const Layer& layer, const Tensor& x, const Tensor& dy) {
  const std::size_t pixels = layer.height * layer.width * layer.channels;
  const std::size_t floats = layer.taps() * layer.group();
  std::vector<float> of_images(Size(x, 0) * floats);
  const float *images = x.data_ptr<float>(), *gradients = dy.data_ptr<float>();
  ForImages(layer, x.size(0), [&](std::size_t n, std::vector<float>& room) {
    Surround(layer, images + n * pixels, 1, room);
    kernels::BestChannelsLast().depthwise_gradient(
        layer.form(), room.data(), gradients + n * layer.outputs(), &of_images[n * floats]);
  });
  return SumOfGradients(layer, of_images);
}

struct DepthwiseFunction : torch::autograd::Function<DepthwiseFunction> {
  static Tensor forward(AutogradContext* context, const Tensor& x, const Tensor& weight,
                        std::int64_t stride, std::int64_t dilation) {
    context->save_for_backward({x, weight});
    context->saved_data["stride"] = stride;
    context->saved_data["dilation"] = dilation;
    return Forward(LayerOf(x, weight, stride, dilation), x, weight);
  }

  static variable_list backward(AutogradContext* context, const variable_list& gradients) {
    const variable_list saved = context->get_saved_variables();
    const Tensor &x = saved[0], &weight = saved[1];
    const Layer layer = LayerOf(x, weight, context->saved_data["stride"].toInt(),
                                context->saved_data["dilation"].toInt());
    const Tensor dy = gradients[0].contiguous(at::MemoryFormat::ChannelsLast);
    Tensor dx;
    if (context->needs_input_grad(0)) { dx = GradientOfImages(layer, x, weight, dy); }
    return {dx, GradientOfWeight(layer, x, dy), Tensor(), Tensor()};
  }
};

bool CanUseKernels(const Tensor& x, const Tensor& weight) {
  const std::int64_t kernel = weight.size(2);
  return IsChannelsLast(x) && (kernel == 3 || kernel == 5 || kernel == 7);
}

}  // namespace

Tensor DepthwiseConvolution(const Tensor& x, const Tensor& weight, std::int64_t stride,
                            std::int64_t dilation) {
  if (CanUseKernels(x, weight)) { return DepthwiseFunction::apply(x, weight, stride, dilation); }
  return torch::conv2d(x, weight, {}, stride, dilation * (weight.size(2) / 2), dilation,
                       /*groups=*/weight.size(0));
}

}  // namespace lode::training
