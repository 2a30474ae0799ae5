#include "toolkit/kernels/channels_last.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <functional>
#include <limits>
#include <random>
#include <string>
#include <vector>

#include "toolkit/kernels/kernels.h"

namespace lode::kernels {
namespace {

using Floats = std::vector<float>;

struct Shape {
  std::size_t height, width, channels;
  std::size_t pixels() const { return height * width; }
  std::size_t floats() const { return pixels() * channels; }
};
// Whole vectors, their tails, less than a vector, images of one pixel, row and column.
constexpr Shape kShapes[] = {{8, 8, 16}, {5, 7, 64}, {4, 3, 36}, {6, 6, 5},
                             {1, 1, 16}, {1, 9, 20}, {9, 1, 1},  {2, 2, 48}};

Floats Draw(std::mt19937& bits, std::size_t count) {
  Floats values(count);
  for (float& value : values) {
    value = static_cast<float>(static_cast<std::int32_t>(bits())) * 0x1p-31F;
  }
  return values;
}

using Check = std::function<void(const ChannelsLastSet&, const Shape&, std::mt19937&)>;

void ForAllSetsAndShapes(const Check& check) {
  NamedSet list[kSetCount];
  const std::size_t count = Available(list);
  for (std::size_t i = 0; i < count; ++i) {
    for (const Shape& shape : kShapes) {
      SCOPED_TRACE(std::string(list[i].name) + " " + std::to_string(shape.height) + "x" +
                   std::to_string(shape.width) + "x" + std::to_string(shape.channels));
      std::mt19937 bits(7);
      check(*list[i].channels_last, shape, bits);
    }
  }
}

double At(const Floats& values, const Shape& shape, std::size_t pixel, std::size_t channel) {
  return static_cast<double>(values[pixel * shape.channels + channel]);
}

TEST(ChannelsLastTest, StatisticsAreComputedForEachChannel) {
  ForAllSetsAndShapes([](const ChannelsLastSet& set, const Shape& shape, std::mt19937& bits) {
    Floats x = Draw(bits, shape.floats());
    for (float& value : x) {
      value += 100;  // a mean far above the spread
    }
    Floats sum(shape.channels), squares(shape.channels);
    set.statistics(shape.pixels(), shape.channels, x.data(), sum.data(), squares.data());
    for (std::size_t c = 0; c < shape.channels; ++c) {
      double total = 0, spread = 0;
      for (std::size_t p = 0; p < shape.pixels(); ++p) { total += At(x, shape, p, c); }
      const double mean = total / static_cast<double>(shape.pixels());
      for (std::size_t p = 0; p < shape.pixels(); ++p) {
        spread += std::pow(At(x, shape, p, c) - mean, 2);
      }
      EXPECT_NEAR(sum[c], total, 1e-6 * total);
      EXPECT_NEAR(squares[c], spread, 1e-4 * spread + 1e-8);
    }
  });
}

// Fixed random terms of a shape, some without scale or shift.
struct DrawnTerms {
  DrawnTerms(std::mt19937& bits, const Shape& shape, std::size_t count) {
    for (std::size_t k = 0; k < count; ++k) {
      x.push_back(Draw(bits, shape.floats()));
      scale.push_back(Draw(bits, shape.channels));
      shift.push_back(Draw(bits, shape.channels));
    }
    for (std::size_t k = 0; k < count; ++k) {
      terms.push_back({x[k].data(), k % 2 == 0 ? scale[k].data() : nullptr,
                       k % 3 == 0 ? shift[k].data() : nullptr});
    }
  }
  double Sum(std::size_t i, std::size_t c) const {
    double total = 0;
    for (std::size_t k = 0; k < terms.size(); ++k) {
      const double factor = terms[k].scale != nullptr ? scale[k][c] : 1;
      total +=
          factor * static_cast<double>(x[k][i]) + (terms[k].shift != nullptr ? shift[k][c] : 0);
    }
    return total;
  }
  std::vector<Floats> x, scale, shift;
  std::vector<Term> terms;
};

TEST(ChannelsLastTest, SumsAddScaledTermsAndTheirPositivePart) {
  ForAllSetsAndShapes([](const ChannelsLastSet& set, const Shape& shape, std::mt19937& bits) {
    for (std::size_t count = 1; count <= kMostTerms; ++count) {
      const DrawnTerms drawn(bits, shape, count);
      Floats out(shape.floats()), relu(shape.floats()), only(shape.floats());
      set.sum(shape.pixels(), shape.channels, drawn.terms.data(), count, out.data(), relu.data());
      set.sum(shape.pixels(), shape.channels, drawn.terms.data(), count, nullptr, only.data());
      for (std::size_t i = 0; i < shape.floats(); ++i) {
        const double expected = drawn.Sum(i, i % shape.channels);
        ASSERT_NEAR(out[i], expected, 1e-5);
        ASSERT_EQ(relu[i], std::max(out[i], 0.0F));
      }
      ASSERT_EQ(relu, only);
    }
  });
}

TEST(ChannelsLastTest, APositivePartKeepsNaN) {
  ForAllSetsAndShapes([](const ChannelsLastSet& set, const Shape& shape, std::mt19937&) {
    const Floats x(shape.floats(), std::numeric_limits<float>::quiet_NaN());
    Floats relu(shape.floats());
    const Term term{x.data()};
    set.sum(shape.pixels(), shape.channels, &term, 1, nullptr, relu.data());
    EXPECT_TRUE(std::ranges::all_of(relu, [](float v) { return std::isnan(v); }));
  });
}

TEST(ChannelsLastTest, GradientSumsAreThoseOfBatchNorm) {
  ForAllSetsAndShapes([](const ChannelsLastSet& set, const Shape& shape, std::mt19937& bits) {
    const Floats dy = Draw(bits, shape.floats()), x = Draw(bits, shape.floats());
    const Floats mean = Draw(bits, shape.channels);
    Floats gradients(shape.channels), products(shape.channels);
    set.gradient_sums(shape.pixels(), shape.channels, dy.data(), x.data(), mean.data(),
                      gradients.data(), products.data());
    for (std::size_t c = 0; c < shape.channels; ++c) {
      double gradient = 0, product = 0;
      for (std::size_t p = 0; p < shape.pixels(); ++p) {
        gradient += At(dy, shape, p, c);
        product += At(dy, shape, p, c) * (At(x, shape, p, c) - static_cast<double>(mean[c]));
      }
      EXPECT_NEAR(gradients[c], gradient, 1e-5);
      EXPECT_NEAR(products[c], product, 1e-5);
    }
  });
}

TEST(ChannelsLastTest, AGatedSumPassesWhereTheGateIsPositive) {
  ForAllSetsAndShapes([](const ChannelsLastSet& set, const Shape& shape, std::mt19937& bits) {
    for (std::size_t gated = 0; gated <= kMostTerms / 2; ++gated) {
      const std::size_t plain = kMostTerms / 2 - gated;
      const Floats gate = Draw(bits, shape.floats());
      const DrawnTerms behind(bits, shape, gated), before(bits, shape, plain);
      Floats dx(shape.floats());
      set.gated_sum(shape.pixels(), shape.channels, gate.data(), behind.terms.data(), gated,
                    before.terms.data(), plain, dx.data());
      for (std::size_t i = 0; i < shape.floats(); ++i) {
        const std::size_t c = i % shape.channels;
        const double expected = (gate[i] > 0 ? behind.Sum(i, c) : 0) + before.Sum(i, c);
        ASSERT_NEAR(dx[i], expected, 1e-5);
      }
    }
  });
}

// weight(to, from): the share of pixel `from` in the mean at pixel `to`.
double PoolWeight(const Shape& shape, std::size_t to, std::size_t from) {
  const auto near = [&](std::size_t a, std::size_t b) {
    const auto distance = [](std::size_t s, std::size_t t) { return s > t ? s - t : t - s; };
    return distance(a / shape.width, b / shape.width) <= 1 &&
           distance(a % shape.width, b % shape.width) <= 1;
  };
  if (!near(to, from)) { return 0; }
  double count = 0;
  for (std::size_t p = 0; p < shape.pixels(); ++p) { count += near(to, p) ? 1 : 0; }
  return 1 / count;
}

TEST(ChannelsLastTest, AveragePoolingAndItsGradientAreAMatrixAndItsTranspose) {
  ForAllSetsAndShapes([](const ChannelsLastSet& set, const Shape& shape, std::mt19937& bits) {
    const Floats x = Draw(bits, shape.floats()), start = Draw(bits, shape.floats());
    Floats out = start, dx = start, replaced = start;
    Floats room((shape.width + 2) * shape.channels);
    set.average_pool(shape.height, shape.width, shape.channels, x.data(), out.data(), true,
                     room.data());
    set.average_pool(shape.height, shape.width, shape.channels, x.data(), replaced.data(), false,
                     room.data());
    set.average_pool_gradient(shape.height, shape.width, shape.channels, x.data(), dx.data(), true,
                              room.data());
    for (std::size_t p = 0; p < shape.pixels(); ++p) {
      for (std::size_t c = 0; c < shape.channels; ++c) {
        double pooled = 0, gradient = 0;
        for (std::size_t q = 0; q < shape.pixels(); ++q) {
          pooled += PoolWeight(shape, p, q) * At(x, shape, q, c);
          gradient += PoolWeight(shape, q, p) * At(x, shape, q, c);
        }
        ASSERT_NEAR(At(out, shape, p, c), pooled + At(start, shape, p, c), 1e-5);
        ASSERT_NEAR(At(replaced, shape, p, c), pooled, 1e-5);
        ASSERT_NEAR(At(dx, shape, p, c), gradient + At(start, shape, p, c), 1e-5);
      }
    }
  });
}

// A depthwise convolution that leaves only the outputs whose taps are all inside an image that is
// `kernel` pixels larger, and the gradients of its taps. depthwise_test.cc compares both with
// LibTorch's.
Floats Convolved(const ChannelsLastSet& set, const Shape& shape, std::size_t kernel,
                 const Floats& x, const Floats& dy) {
  const Depthwise form{kernel,
                       1,
                       1,
                       shape.channels,
                       shape.channels,
                       shape.height,
                       shape.width,
                       (shape.width + kernel) * shape.channels};
  Floats image((shape.height + kernel) * form.row), taps(kernel * kernel * shape.channels);
  for (std::size_t i = 0; i < image.size(); ++i) { image[i] = x[i * 7 % x.size()]; }
  for (std::size_t i = 0; i < taps.size(); ++i) { taps[i] = dy[i * 5 % dy.size()]; }
  Floats out(shape.floats()), gradients(taps.size());
  set.depthwise(form, image.data(), taps.data(), out.data());
  set.depthwise_gradient(form, image.data(), dy.data(), gradients.data());
  out.insert(out.end(), gradients.begin(), gradients.end());
  return out;
}

TEST(ChannelsLastTest, EveryInstructionSetGivesTheSameBits) {
  NamedSet list[kSetCount];
  const std::size_t count = Available(list);
  for (const Shape& shape : kShapes) {
    std::vector<Floats> results;
    for (std::size_t i = 0; i < count; ++i) {
      std::mt19937 bits(3);
      const DrawnTerms drawn(bits, shape, 3);
      Floats out(shape.floats()), sum(shape.channels), squares(shape.channels);
      Floats room((shape.width + 2) * shape.channels);
      const ChannelsLastSet& set = *list[i].channels_last;
      set.sum(shape.pixels(), shape.channels, drawn.terms.data(), 3, out.data(), nullptr);
      set.average_pool_gradient(shape.height, shape.width, shape.channels, drawn.x[0].data(),
                                out.data(), true, room.data());
      set.statistics(shape.pixels(), shape.channels, out.data(), sum.data(), squares.data());
      for (const std::size_t kernel : {3, 5, 7}) {
        const Floats convolved = Convolved(set, shape, kernel, drawn.x[0], drawn.x[1]);
        out.insert(out.end(), convolved.begin(), convolved.end());
      }
      out.insert(out.end(), sum.begin(), sum.end());
      out.insert(out.end(), squares.begin(), squares.end());
      results.push_back(out);
    }
    for (const Floats& result : results) { EXPECT_EQ(result, results.front()); }
  }
}

}  // namespace
}  // namespace lode::kernels
