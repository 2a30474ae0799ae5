#include "plugins/optimizers/arch2vec/autoencoder.h"

#include <algorithm>
#include <cmath>

namespace arch2vec {
namespace {

// -log(probability of `target`) for the logit x of true, and its derivative in x.
struct CrossEntropy {
  CrossEntropy(double x, bool target) {
    const double small = lode::math::Exp(-std::fabs(x));
    loss = std::max(x, 0.0) - (target ? x : 0) + lode::math::Log(1 + small);
    slope = (x >= 0 ? 1 : small) / (1 + small) - (target ? 1 : 0);
  }
  double loss, slope;
};

float Dot(const float* a, const float* b, std::size_t count) {
  float sum = 0;
  for (std::size_t i = 0; i < count; ++i) { sum += a[i] * b[i]; }
  return sum;
}

void AddScaled(float factor, const float* from, std::size_t count, float* to) {
  for (std::size_t i = 0; i < count; ++i) { to[i] += factor * from[i]; }
}

// out = own x + sum over neighbors of x; the same map takes gradients back.
void SumNeighbors(const GraphBatch& batch, float own, const Rows& x, Rows& out) {
  out.Resize(x.count, x.width);
  for (std::size_t i = 0; i < x.values.size(); ++i) { out.values[i] = own * x.values[i]; }
  for (const auto& [a, b] : batch.arcs) {
    AddScaled(1, x.row(a), x.width, out.row(b));
    AddScaled(1, x.row(b), x.width, out.row(a));
  }
}

// For each graph, whether each pair of its nodes is connected, with the first node as the row.
class Connected {
 public:
  explicit Connected(const GraphBatch& batch) {
    std::size_t size = 0;
    for (std::size_t g = 0; g < batch.graphs(); ++g) {
      const std::size_t nodes = batch.first[g + 1] - batch.first[g];
      for (std::size_t n = 0; n < nodes; ++n) {
        starts_.push_back(size + n * nodes - batch.first[g]);
      }
      size += nodes * nodes;
    }
    pairs_.resize(size);
    for (const auto& [a, b] : batch.arcs) { pairs_[starts_[a] + b] = pairs_[starts_[b] + a] = 1; }
  }
  bool operator()(std::size_t a, std::size_t b) const { return pairs_[starts_[a] + b] != 0; }
  // The sum over graphs of the squares of their sizes.
  std::size_t size() const { return pairs_.size(); }

 private:
  std::vector<std::size_t> starts_;  // modulo 2^64: of a node's row, less the graph's first node
  std::vector<std::uint8_t> pairs_;
};

// Calls visit(a, b) for each pair of nodes of the same graph.
template <class Visit>
void ForPairs(const GraphBatch& batch, std::size_t graph, const Visit& visit) {
  for (std::size_t a = batch.first[graph]; a < batch.first[graph + 1]; ++a) {
    for (std::size_t b = a + 1; b < batch.first[graph + 1]; ++b) { visit(a, b); }
  }
}

}  // namespace

GraphBatch::GraphBatch(std::span<const NodeGraph* const> graphs) {
  for (const NodeGraph* graph : graphs) {
    const auto begin = static_cast<std::uint32_t>(operations.size());
    first.push_back(begin);
    operations.insert(operations.end(), graph->operations.begin(), graph->operations.end());
    for (const auto& [a, b] : graph->arcs) { arcs.emplace_back(begin + a, begin + b); }
  }
  first.push_back(operations.size());
}

Autoencoder::Block::Block(Weights& weights, std::size_t inputs, std::size_t hidden)
    : first(weights, inputs, hidden),
      first_norm(weights, Padded(hidden)),
      second(weights, hidden, hidden),
      second_norm(weights, Padded(hidden)) {}

Autoencoder::Autoencoder(const Shape& shape)
    : shape_(shape),
      epsilons_(weights_.Reserve(Padded(shape.layers))),
      blocks_([&] {
        std::vector<Block> blocks;
        for (std::size_t b = 0; b + 1 < shape.layers; ++b) {
          blocks.emplace_back(weights_, b == 0 ? shape.operations : shape.hidden, shape.hidden);
        }
        return blocks;
      }()),
      to_latent_(weights_, shape.hidden, 2 * shape.dimensions),
      to_operations_(weights_, shape.dimensions, shape.operations) {}

void Autoencoder::Initialize(lode::Random random) {
  for (Block& block : blocks_) {
    block.first.Initialize(weights_, random);
    block.first_norm.Initialize(weights_);
    block.second.Initialize(weights_, random);
    block.second_norm.Initialize(weights_);
  }
  to_latent_.Initialize(weights_, random);
  to_operations_.Initialize(weights_, random);
}

double Autoencoder::Train(const GraphBatch& batch, const Training& training, lode::Random random) {
  Rows noise, keep;
  noise.Resize(batch.nodes(), shape_.dimensions);
  keep.Resize(batch.nodes(), shape_.dimensions);
  const auto kept = static_cast<float>(1 / (1 - training.dropout));
  for (float& x : noise.values) { x = static_cast<float>(random.Normal()); }
  for (float& x : keep.values) { x = random.Uniform() < training.dropout ? 0 : kept; }
  const double loss = Differentiate(batch, noise, keep);
  weights_.ClipGradient(training.clip);
  weights_.Descend({training.learning_rate, 0.9, 0.999, 1e-8});
  return loss;
}

double Autoencoder::Differentiate(const GraphBatch& batch, const Rows& noise, const Rows& keep) {
  Encode(batch);
  const double reconstruction = Decode(batch, noise, keep);
  const double divergence = AddDivergence(noise, keep);
  BackpropagateEncoder(batch);
  return reconstruction + divergence;
}

void Autoencoder::OneHot(const GraphBatch& batch, Rows& x) const {
  x.Resize(batch.nodes(), Padded(shape_.operations));
  std::ranges::fill(x.values, 0.0f);
  for (std::size_t n = 0; n < batch.nodes(); ++n) {
    if (batch.operations[n] < shape_.operations) { x.row(n)[batch.operations[n]] = 1; }
  }
}

void Autoencoder::Encode(const GraphBatch& batch) {
  OneHot(batch, operations_);
  const Rows* x = &operations_;
  for (std::size_t b = 0; b < blocks_.size(); ++b) {
    Block& block = blocks_[b];
    SumNeighbors(batch, Own(b), *x, block.sum);
    block.first.Forward(weights_, block.sum, block.mapped);
    block.first_norm.Train(weights_, block.mapped, block.between);
    block.second.Forward(weights_, block.between, block.mapped_again);
    block.second_norm.Train(weights_, block.mapped_again, block.out);
    x = &block.out;
  }
  to_latent_.Forward(weights_, *x, latent_);
}

// Computes z = (mean + deviation noise) keep, its decoding, and the gradients down to d_z_.
double Autoencoder::Decode(const GraphBatch& batch, const Rows& noise, const Rows& keep) {
  const std::size_t d = shape_.dimensions;
  z_.Resize(batch.nodes(), Padded(d));
  std::ranges::fill(z_.values, 0.0f);
  for (std::size_t n = 0; n < batch.nodes(); ++n) {
    const float* latent = latent_.row(n);
    for (std::size_t i = 0; i < d; ++i) {
      const auto deviation =
          static_cast<float>(lode::math::Exp(static_cast<double>(latent[d + i])));
      z_.row(n)[i] = (latent[i] + deviation * noise.row(n)[i]) * keep.row(n)[i];
    }
  }
  const double operations = DecodeOperations(batch);
  return operations + DecodeArcs(batch);
}

double Autoencoder::DecodeOperations(const GraphBatch& batch) {
  to_operations_.Forward(weights_, z_, logits_);
  d_logits_.Resize(logits_.count, logits_.width);
  std::ranges::fill(d_logits_.values, 0.0f);
  const double share = 1 / static_cast<double>(batch.nodes() * shape_.operations);
  double loss = 0;
  for (std::size_t n = 0; n < batch.nodes(); ++n) {
    for (std::size_t o = 0; o < shape_.operations; ++o) {
      const CrossEntropy entropy(static_cast<double>(logits_.row(n)[o]), batch.operations[n] == o);
      loss += entropy.loss * share;
      d_logits_.row(n)[o] = static_cast<float>(entropy.slope * share);
    }
  }
  to_operations_.Backward(weights_, z_, d_logits_, &d_z_);
  return loss;
}

double Autoencoder::DecodeArcs(const GraphBatch& batch) {
  const Connected connected(batch);
  const double share = 1 / static_cast<double>(connected.size());
  double loss = 0;
  for (std::size_t g = 0; g < batch.graphs(); ++g) {
    ForPairs(batch, g, [&](std::size_t a, std::size_t b) {
      const float logit = Dot(z_.row(a), z_.row(b), z_.width);
      const CrossEntropy entropy(static_cast<double>(logit), connected(a, b));
      loss += entropy.loss * share;
      const auto slope = static_cast<float>(entropy.slope * share);
      AddScaled(slope, z_.row(b), z_.width, d_z_.row(a));
      AddScaled(slope, z_.row(a), z_.width, d_z_.row(b));
    });
  }
  return loss;
}

// Adds the divergence from N(0, 1), and takes the gradient from z to means and deviations.
double Autoencoder::AddDivergence(const Rows& noise, const Rows& keep) {
  const std::size_t d = shape_.dimensions;
  const auto nodes = static_cast<double>(latent_.count);
  const double share = 1 / (nodes * nodes);
  double loss = 0;
  d_latent_.Resize(latent_.count, latent_.width);
  std::ranges::fill(d_latent_.values, 0.0f);
  for (std::size_t n = 0; n < latent_.count; ++n) {
    for (std::size_t i = 0; i < d; ++i) {
      const auto mean = static_cast<double>(latent_.row(n)[i]);
      const auto log_deviation = static_cast<double>(latent_.row(n)[d + i]);
      const double deviation = lode::math::Exp(log_deviation);
      const double variance = deviation * deviation;
      const auto d_z = static_cast<double>(d_z_.row(n)[i] * keep.row(n)[i]);
      loss -= 0.5 * share * (1 + 2 * log_deviation - mean * mean - variance);
      d_latent_.row(n)[i] = static_cast<float>(d_z + share * mean);
      d_latent_.row(n)[d + i] = static_cast<float>(
          d_z * static_cast<double>(noise.row(n)[i]) * deviation + share * (variance - 1));
    }
  }
  return loss;
}

void Autoencoder::BackpropagateEncoder(const GraphBatch& batch) {
  Rows d_out, d_sum;
  const Rows& encoded = blocks_.empty() ? operations_ : blocks_.back().out;
  to_latent_.Backward(weights_, encoded, d_latent_, blocks_.empty() ? nullptr : &d_out);
  for (std::size_t b = blocks_.size(); b-- > 0;) {
    Block& block = blocks_[b];
    const Rows& x = b == 0 ? operations_ : blocks_[b - 1].out;
    block.second_norm.Backward(weights_, block.mapped_again, block.out, d_out);
    block.second.Backward(weights_, block.between, d_out, &d_sum);
    block.first_norm.Backward(weights_, block.mapped, block.between, d_sum);
    block.first.Backward(weights_, block.sum, d_sum, &d_out);
    double slope = 0;
    for (std::size_t n = 0; n < x.count; ++n) {
      slope += static_cast<double>(Dot(x.row(n), d_out.row(n), x.width));
    }
    *weights_.gradient(epsilons_ + b) = static_cast<float>(slope);
    if (b > 0) {
      SumNeighbors(batch, Own(b), d_out, d_sum);
      std::swap(d_out, d_sum);
    }
  }
}

Rows Autoencoder::Means(const GraphBatch& batch) const {
  Rows x, sum, mapped, latent;
  OneHot(batch, x);
  for (std::size_t b = 0; b < blocks_.size(); ++b) {
    SumNeighbors(batch, Own(b), x, sum);
    blocks_[b].first.Forward(weights_, sum, mapped);
    blocks_[b].first_norm.Apply(weights_, mapped, sum);
    blocks_[b].second.Forward(weights_, sum, mapped);
    blocks_[b].second_norm.Apply(weights_, mapped, x);
  }
  to_latent_.Forward(weights_, x, latent);
  Rows means;
  means.Resize(batch.nodes(), Padded(shape_.dimensions));
  for (std::size_t n = 0; n < batch.nodes(); ++n) {
    std::fill_n(std::copy_n(latent.row(n), shape_.dimensions, means.row(n)),
                means.width - shape_.dimensions, 0.0f);
  }
  return means;
}

void Autoencoder::Embed(const GraphBatch& batch, Rows& out) const {
  const Rows means = Means(batch);
  out.Resize(batch.graphs(), means.width);
  std::ranges::fill(out.values, 0.0f);
  for (std::size_t g = 0; g < batch.graphs(); ++g) {
    const float share = 1 / static_cast<float>(batch.first[g + 1] - batch.first[g]);
    for (std::size_t n = batch.first[g]; n < batch.first[g + 1]; ++n) {
      AddScaled(share, means.row(n), means.width, out.row(g));
    }
  }
}

std::size_t Autoencoder::CountReconstructed(const GraphBatch& batch) const {
  const Rows means = Means(batch);
  Rows logits;
  to_operations_.Forward(weights_, means, logits);
  const Connected connected(batch);
  std::size_t count = 0;
  for (std::size_t g = 0; g < batch.graphs(); ++g) {
    bool correct = true;
    for (std::size_t n = batch.first[g]; n < batch.first[g + 1]; ++n) {
      const std::span row(logits.row(n), shape_.operations);
      const auto best = std::ranges::max_element(row) - row.begin();
      correct = correct && static_cast<std::size_t>(best) == batch.operations[n];
    }
    ForPairs(batch, g, [&](std::size_t a, std::size_t b) {
      correct = correct && (Dot(means.row(a), means.row(b), means.width) > 0) == connected(a, b);
    });
    count += correct ? 1 : 0;
  }
  return count;
}

std::vector<std::span<float>> Autoencoder::State() {
  std::vector<std::span<float>> state = {weights_.values()};
  for (Block& block : blocks_) {
    state.emplace_back(block.first_norm.running());
    state.emplace_back(block.second_norm.running());
  }
  return state;
}

}  // namespace arch2vec
