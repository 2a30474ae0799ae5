#include "toolkit/kernels/kernels.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <bit>
#include <cmath>
#include <cstdint>
#include <limits>
#include <random>
#include <span>
#include <string>
#include <vector>

namespace lode::kernels {
namespace {

struct Shape {
  std::size_t batch, in, out;
};
// Every number of rows and vectors in a tile, and the networks' own shapes.
constexpr Shape kShapes[] = {{1, 16, 16},    {1, 32, 32},   {1, 16, 48},   {1, 48, 128},
                             {1, 16, 144},   {1, 32, 400},  {1, 512, 16},  {2, 32, 48},
                             {3, 48, 32},    {4, 16, 144},  {5, 144, 16},  {7, 80, 112},
                             {8, 32, 128},   {8, 128, 128}, {8, 128, 16},  {13, 128, 32},
                             {64, 208, 256}, {64, 256, 16}, {65, 256, 48}, {17, 112, 208}};

using Floats = std::vector<float>;

// Uniform on [-1, 1), some of them zero as after a ReLU.
Floats Draw(std::mt19937& bits, std::size_t count, bool with_zeros = false) {
  Floats values(count);
  for (float& value : values) {
    value = static_cast<float>(static_cast<std::int32_t>(bits())) * 0x1p-31f;
    value = with_zeros && bits() % 2 == 0 ? 0 : value;
  }
  return values;
}

// Space for results followed by a guard that must not change.
class Result {
 public:
  explicit Result(std::size_t count) : values_(count + kGuard, kCanary) {}
  float* data() { return values_.data(); }
  std::span<const float> values() const {
    return std::span(values_).first(values_.size() - kGuard);
  }
  bool intact() const {
    return std::ranges::all_of(std::span(values_).last(kGuard),
                               [](float value) { return value == kCanary; });
  }

 private:
  static constexpr std::size_t kGuard = 64;
  static constexpr float kCanary = 12345.678f;
  Floats values_;
};

bool SameBits(std::span<const float> a, std::span<const float> b) {
  const auto bits = [](float x) { return std::bit_cast<std::uint32_t>(x); };
  return std::ranges::equal(a, b, {}, bits, bits);
}

// The results of one call of each kernel for random operands of a shape.
struct Results {
  explicit Results(Shape s)
      : y(s.batch * s.out), dw(s.in * s.out), dbias(s.out), dx(s.batch * s.in) {}
  Result y, dw, dbias, dx;
};

struct Operands {
  Operands(Shape s, std::mt19937& bits)
      : shape(s),
        x(Draw(bits, s.batch * s.in, true)),
        w(Draw(bits, s.in * s.out)),
        bias(Draw(bits, s.out)),
        dy(Draw(bits, s.batch * s.out, true)) {}

  Results Run(const KernelSet& kernels) const {
    const auto [batch, in, out] = shape;
    Results r(shape);
    kernels.affine(batch, in, out, x.data(), w.data(), bias.data(), r.y.data());
    kernels.parameter_gradient(batch, in, out, x.data(), dy.data(), r.dw.data(), r.dbias.data());
    kernels.input_gradient(batch, in, out, dy.data(), w.data(), r.dx.data());
    return r;
  }

  Shape shape;
  Floats x, w, bias, dy;
};

class KernelsTest : public testing::Test {
 protected:
  KernelsTest() { count_ = Available(list_); }
  std::span<const NamedSet> all() const { return {list_, count_}; }
  const KernelSet& plain() const { return *list_[0].kernels; }

  std::mt19937 bits_{20240501};

 private:
  NamedSet list_[kSetCount];
  std::size_t count_;
};

TEST_F(KernelsTest, PlainIsFirstAndTheBestIsLast) {
  EXPECT_STREQ(all().front().name, "plain");
  EXPECT_EQ(&Best(), all().back().kernels);
}

TEST_F(KernelsTest, EverySetGivesTheBitsOfThePlainOne) {
  for (const Shape shape : kShapes) {
    const Operands operands(shape, bits_);
    const Results expected = operands.Run(plain());
    for (const NamedSet& set : all()) {
      SCOPED_TRACE(std::string(set.name) + " batch " + std::to_string(shape.batch) + " in " +
                   std::to_string(shape.in) + " out " + std::to_string(shape.out));
      const Results actual = operands.Run(*set.kernels);
      for (const auto part : {&Results::y, &Results::dw, &Results::dbias, &Results::dx}) {
        EXPECT_TRUE(SameBits((actual.*part).values(), (expected.*part).values()));
        EXPECT_TRUE((actual.*part).intact());
      }
    }
  }
}

TEST_F(KernelsTest, AdamGivesTheBitsOfThePlainOne) {
  constexpr std::size_t kCount = 16 * 37;
  const Floats start = Draw(bits_, kCount);
  const std::vector<Floats> gradients = {Draw(bits_, kCount, true), Draw(bits_, kCount, true),
                                         Draw(bits_, kCount)};
  const AdamScales scales{0.9f, 0.1f, 0.99f, 0.01f, 1e-3f, 3.0f, 1e-8f};
  Floats expected;
  for (const NamedSet& set : all()) {
    Floats w = start, m(kCount), v(kCount);
    for (const Floats& g : gradients) {
      set.kernels->adam(kCount, scales, g.data(), m.data(), v.data(), w.data());
    }
    w.insert(w.end(), m.begin(), m.end());
    w.insert(w.end(), v.begin(), v.end());
    expected = expected.empty() ? w : expected;
    EXPECT_TRUE(SameBits(w, expected)) << set.name;
  }
}

TEST_F(KernelsTest, TanhGivesTheSameBitsInEverySetAndIsClose) {
  Floats x(Padded(4801));
  for (std::size_t i = 0; i < x.size(); ++i) { x[i] = (static_cast<float>(i) - 2400) / 200; }
  Floats expected = x;
  plain().tanh(expected.size(), expected.data());
  for (std::size_t i = 0; i < x.size(); ++i) {
    ASSERT_NEAR(static_cast<double>(expected[i]), std::tanh(static_cast<double>(x[i])), 3e-7);
  }
  for (const NamedSet& set : all()) {
    Floats y = x;
    set.kernels->tanh(y.size(), y.data());
    EXPECT_TRUE(SameBits(y, expected)) << set.name;
  }
}

TEST_F(KernelsTest, TanhOfWhatIsNoFiniteNumber) {
  constexpr float kInfinity = std::numeric_limits<float>::infinity();
  for (const NamedSet& set : all()) {
    Floats x(kLanes);
    x[0] = kInfinity, x[1] = -kInfinity, x[2] = std::nanf(""), x[3] = -0.0f;
    set.kernels->tanh(x.size(), x.data());
    EXPECT_NEAR(x[0], 1, 3e-7) << set.name;
    EXPECT_NEAR(x[1], -1, 3e-7) << set.name;
    EXPECT_TRUE(std::isnan(x[2])) << set.name;
    EXPECT_EQ(x[3], 0) << set.name;
  }
}

// Weights and bias with Adam's moments, in the layout of an Mlp's layer.
struct Layer {
  Layer(Shape s, std::mt19937& bits)
      : w(Draw(bits, (s.in + 1) * s.out)), m(Draw(bits, w.size())), v(Draw(bits, w.size())) {
    for (float& square : v) { square *= square; }
  }
  Floats w, m, v;
};

TEST_F(KernelsTest, DescendGivesTheBitsOfPlainGradientAndAdam) {
  const AdamScales scales{0.9f, 0.1f, 0.99f, 0.01f, 1e-3f, 3.0f, 1e-8f};
  for (const Shape shape : kShapes) {
    const auto [batch, in, out] = shape;
    const Operands operands(shape, bits_);
    const Layer start(shape, bits_);
    Floats gradient((in + 1) * out);
    plain().parameter_gradient(batch, in, out, operands.x.data(), operands.dy.data(),
                               gradient.data(), gradient.data() + in * out);
    Layer expected = start;
    plain().adam(gradient.size(), scales, gradient.data(), expected.m.data(), expected.v.data(),
                 expected.w.data());
    EXPECT_FALSE(SameBits(expected.w, start.w));
    for (const NamedSet& set : all()) {
      SCOPED_TRACE(std::string(set.name) + " in " + std::to_string(in) + " out " +
                   std::to_string(out));
      Layer actual = start;
      set.kernels->descend(batch, in, out, operands.x.data(), operands.dy.data(), scales,
                           actual.m.data(), actual.v.data(), actual.w.data());
      for (const auto part : {&Layer::w, &Layer::m, &Layer::v}) {
        EXPECT_TRUE(SameBits(actual.*part, expected.*part));
      }
    }
  }
}

// A sum in double precision, with the sum of its terms' sizes, relative to which rounding is
// measured.
struct Sum {
  double value = 0, size = 0;
  void Add(double a, double b) {
    value += a * b;
    size += std::abs(a * b);
  }
};

// One rounding for each term and a few for the sum of the lanes, each at most half an ulp of the
// partial sum.
void ExpectNear(float actual, const Sum& expected, std::size_t terms, const char* what) {
  const double ulp = std::numeric_limits<float>::epsilon();
  EXPECT_NEAR(static_cast<double>(actual), expected.value,
              (static_cast<double>(terms) + 5) * ulp / 2 * expected.size + 1e-12)
      << what;
}

void CheckAffine(const Operands& o, const Results& r) {
  const auto [batch, in, out] = o.shape;
  for (std::size_t b = 0; b < batch; ++b) {
    for (std::size_t j = 0; j < out; ++j) {
      Sum sum;
      sum.Add(o.bias[j], 1);
      for (std::size_t i = 0; i < in; ++i) { sum.Add(o.x[b * in + i], o.w[i * out + j]); }
      ExpectNear(r.y.values()[b * out + j], sum, in, "affine");
    }
  }
}

void CheckParameterGradient(const Operands& o, const Results& r) {
  const auto [batch, in, out] = o.shape;
  for (std::size_t j = 0; j < out; ++j) {
    Sum of_bias;
    for (std::size_t b = 0; b < batch; ++b) { of_bias.Add(o.dy[b * out + j], 1); }
    ExpectNear(r.dbias.values()[j], of_bias, batch, "bias gradient");
    for (std::size_t i = 0; i < in; ++i) {
      Sum sum;
      for (std::size_t b = 0; b < batch; ++b) { sum.Add(o.x[b * in + i], o.dy[b * out + j]); }
      ExpectNear(r.dw.values()[i * out + j], sum, batch, "weight gradient");
    }
  }
}

void CheckInputGradient(const Operands& o, const Results& r) {
  const auto [batch, in, out] = o.shape;
  for (std::size_t b = 0; b < batch; ++b) {
    for (std::size_t i = 0; i < in; ++i) {
      Sum sum;
      for (std::size_t j = 0; j < out; ++j) { sum.Add(o.dy[b * out + j], o.w[i * out + j]); }
      ExpectNear(r.dx.values()[b * in + i], sum, out, "input gradient");
    }
  }
}

TEST_F(KernelsTest, AgreesWithSumsInDoublePrecision) {
  for (const Shape shape : kShapes) {
    const Operands operands(shape, bits_);
    const Results results = operands.Run(Best());
    CheckAffine(operands, results);
    CheckParameterGradient(operands, results);
    CheckInputGradient(operands, results);
  }
}

// The formulas of Kingma and Ba's algorithm 1, in double precision.
TEST_F(KernelsTest, AdamAgreesWithItsFormulasInDoublePrecision) {
  constexpr std::size_t kCount = 64;
  const double rate = 1e-3, beta1 = 0.9, beta2 = 0.99, epsilon = 1e-8;
  Floats w = Draw(bits_, kCount), m(kCount), v(kCount);
  std::vector<double> w_d(w.begin(), w.end()), m_d(kCount), v_d(kCount);
  for (int t = 1; t <= 50; ++t) {
    const Floats g = Draw(bits_, kCount);
    const AdamScales scales{static_cast<float>(beta1),
                            static_cast<float>(1 - beta1),
                            static_cast<float>(beta2),
                            static_cast<float>(1 - beta2),
                            static_cast<float>(rate / (1 - std::pow(beta1, t))),
                            static_cast<float>(1 / std::sqrt(1 - std::pow(beta2, t))),
                            static_cast<float>(epsilon)};
    Best().adam(kCount, scales, g.data(), m.data(), v.data(), w.data());
    for (std::size_t i = 0; i < kCount; ++i) {
      const double gradient = g[i];
      m_d[i] = beta1 * m_d[i] + (1 - beta1) * gradient;
      v_d[i] = beta2 * v_d[i] + (1 - beta2) * gradient * gradient;
      const double m_hat = m_d[i] / (1 - std::pow(beta1, t));
      const double v_hat = v_d[i] / (1 - std::pow(beta2, t));
      w_d[i] -= rate * m_hat / (std::sqrt(v_hat) + epsilon);
    }
  }
  for (std::size_t i = 0; i < kCount; ++i) {
    EXPECT_NEAR(static_cast<double>(w[i]), w_d[i], 50 * 0x1p-24) << i;  // half an ulp of 1 per step
    EXPECT_NEAR(static_cast<double>(v[i]), v_d[i], 1e-5 * v_d[i]) << i;
  }
}

}  // namespace
}  // namespace lode::kernels
