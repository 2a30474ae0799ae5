// An embedding of a space's architectures that is learned without any evaluation.
#pragma once

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <functional>
#include <lode/plugin.hpp>
#include <optional>
#include <span>
#include <utility>
#include <vector>

#include "plugins/optimizers/arch2vec/autoencoder.h"
#include "plugins/optimizers/arch2vec/graph.h"

namespace arch2vec {

// Parameters that all optimizers with an embedding have. The defaults are those of arch2vec's
// program for NAS-Bench-201 (models/pretraining_nasbench201.py).
struct EmbeddingConfig {
  std::int64_t whole = 15625;
  std::int64_t pool = 2000;
  std::int64_t dimensions = 16;
  std::int64_t hidden = 128;
  std::int64_t layers = 5;
  std::int64_t epochs = 10;
  std::int64_t batch = 32;
  double dropout = 0.3;
  double embedding_learning_rate = 1e-3;
  std::int64_t embedding_seed = 0;
};

// Adds their declarations to those of a component.
template <class Config>
void DeclareEmbedding(lode::Params<Config>& params) {
  using P = lode::Param<Config>;
  const auto integer = [](std::int64_t EmbeddingConfig::*m) -> std::int64_t Config::* { return m; };
  const auto real = [](double EmbeddingConfig::*m) -> double Config::* { return m; };
  const auto add = [&](P param) { params.push_back(std::move(param)); };
  using E = EmbeddingConfig;
  add(P("whole", integer(&E::whole),
        "Largest space of which all architectures are embedded, and are candidates.",
        lode::Range{0, 1e6})
          .Unit("architectures"));
  add(P("pool", integer(&E::pool),
        "In a larger space: number of random architectures that the embedding is learned from, and "
        "that are the first candidates.",
        lode::Range{2, 1e6})
          .Unit("architectures"));
  add(P("dimensions", integer(&E::dimensions), "Dimensions of the embedding.",
        lode::Range{1, 256}));
  add(P("hidden", integer(&E::hidden), "Width of the encoder's hidden layers.",
        lode::Range{1, 1024}));
  add(P("layers", integer(&E::layers),
        "Layers of the encoder: one more than the rounds in which nodes learn from their "
        "neighbors.",
        lode::Range{2, 16}));
  add(P("epochs", integer(&E::epochs), "Passes over the pool while the embedding is learned.",
        lode::Range{1, 1000}));
  add(P("batch", integer(&E::batch), "Architectures in each step of learning the embedding.",
        lode::Range{2, 4096}));
  add(P("dropout", real(&E::dropout),
        "Fraction of latent values that are dropped before they are decoded, while learning.",
        lode::Range{.min = 0, .max = 0.9}));
  add(P("embedding_learning_rate", real(&E::embedding_learning_rate),
        "Adam's learning rate for the embedding.", lode::Range{0, 1, true})
          .LogScale());
  add(P("embedding_seed", integer(&E::embedding_seed),
        "Seed of the embedding, which all seeds of a search share.",
        lode::Range{.min = 0, .max = 1e15}));
}

// Adds the settings of an embedding of a space that is larger than `whole` to those of a preset.
// With the authors' rate and dropout, it would take hundreds of epochs.
inline decltype(lode::Preset::settings) WithLargeEmbedding(
    decltype(lode::Preset::settings) settings) {
  settings.insert(
      settings.end(),
      {{"epochs", std::int64_t{50}}, {"dropout", 0.0}, {"embedding_learning_rate", 0.01}});
  return settings;
}

// All architectures of a space whose decisions are independent, if they are not more than `whole`;
// else `sample` random ones, or all that are met.
std::vector<lode::Architecture> DrawPool(const lode::Space& space, std::size_t whole,
                                         std::size_t sample, lode::Random random);

// How far learning is, after a batch.
struct LearningProgress {
  double fraction;     // of all epochs
  std::int64_t epoch;  // from 0
  double loss;         // of the batch
};

// Learns from all but a tenth of the architectures, each `parts` of the graphs in a row. Returns
// the share of the held-out architectures that the decoder reconstructs without a mistake. Calls
// `progress`, which may throw, after each batch.
double Learn(std::span<const NodeGraph> graphs, std::size_t parts, const EmbeddingConfig& config,
             lode::Random random, const std::function<void(const LearningProgress&)>& progress,
             Autoencoder& network);

// What an embedding is learned from.
class Pool {
 public:
  // DrawPool with the embedding's own seed.
  Pool(const lode::Space& space, const EmbeddingConfig& config);

  const std::vector<lode::Architecture>& architectures() const { return architectures_; }
  // Returns the parts of each architecture, one after the other.
  std::vector<NodeGraph> GraphsOf(std::span<const lode::Architecture> architectures) const;
  std::size_t parts() const { return reader_.parts(); }
  std::size_t operations() const { return reader_.operations(); }

 private:
  std::vector<lode::Architecture> architectures_;
  GraphReader reader_;
};

// Vectors of a pool, and the encoder. Does not depend on the run's seed, so all runs with the
// same parameters share what the first of them has learned (cache.h).
class Embedding {
 public:
  // Takes as long as learning does, unless it is remembered: 20 seconds for the cells of
  // NAS-Bench-201. The pool must live longer. Throws CancelledError if the host cancels.
  Embedding(const Pool& pool, const EmbeddingConfig& config, lode::Host host,
            const std::filesystem::path& cache_directory);

  // A row of Padded(dimensions) for each architecture of the pool.
  const Rows& vectors() const { return vectors_; }
  // Of a vector: those of the latent space for each part of an architecture.
  std::size_t dimensions() const { return pool_.parts() * network_.dimensions(); }
  // A row for each of any architectures of the space.
  Rows Embed(std::span<const lode::Architecture> architectures) const;
  // Of the architectures that were held out of learning, the share that the decoder reconstructs.
  double reconstructed() const { return static_cast<double>(reconstructed_); }

 private:
  const Pool& pool_;
  Autoencoder network_;
  Rows vectors_;
  float reconstructed_ = 0;
};

}  // namespace arch2vec
