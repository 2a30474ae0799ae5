#include "plugins/optimizers/arch2vec/embedding.h"

#include <algorithm>
#include <bit>
#include <cmath>
#include <cstdio>
#include <numeric>
#include <string>
#include <unordered_set>
#include <utility>

#include "plugins/optimizers/arch2vec/cache.h"
#include "toolkit/sampling/fresh_sampler.h"
#include "toolkit/sampling/philox_stream.h"
#include "toolkit/sampling/rows.h"

namespace arch2vec {
namespace {

constexpr std::uint64_t kVersion = 1;  // of what is learned from the same graphs

// The streams of random numbers that an embedding's seed has.
enum class Purpose : std::uint64_t { kPool, kLearning };

lode::sampling::PhiloxStream StreamFor(Purpose purpose, const EmbeddingConfig& config) {
  return lode::sampling::PhiloxStream({static_cast<std::uint64_t>(config.embedding_seed), kVersion},
                                      {0, static_cast<std::uint64_t>(purpose), 0, 0});
}

using Choices = std::vector<std::size_t>;

// Moves to the next combination; false after the last.
bool Advance(const std::vector<lode::sampling::Row>& rows, Choices& choices) {
  for (std::size_t r = 0; r < rows.size(); ++r) {
    if (++choices[r] < rows[r].columns) { return true; }
    choices[r] = 0;
  }
  return false;
}

std::vector<lode::Architecture> ListAll(const lode::Space& space,
                                        const std::vector<lode::sampling::Row>& rows) {
  std::vector<lode::Architecture> list;
  std::unordered_set<std::string> met;
  Choices choices(rows.size());
  do {
    lode::Action action(space.cells());
    for (std::size_t r = 0; r < rows.size(); ++r) { action[rows[r].first + choices[r]] = 1; }
    lode::Architecture architecture = space.Discretize(action);
    if (met.emplace(architecture.begin(), architecture.end()).second) {
      list.push_back(std::move(architecture));
    }
  } while (Advance(rows, choices));
  return list;
}

std::string KeyOf(std::span<const NodeGraph> graphs, std::size_t parts, std::size_t operations,
                  const EmbeddingConfig& config) {
  Fingerprint key;
  for (const std::int64_t number : {config.dimensions, config.hidden, config.layers, config.epochs,
                                    config.batch, config.embedding_seed}) {
    key.Add(static_cast<std::uint64_t>(number));
  }
  for (const double number : {config.dropout, config.embedding_learning_rate}) {
    key.Add(std::bit_cast<std::uint64_t>(number));
  }
  key.Add(kVersion);
  key.Add(parts);
  key.Add(operations);
  for (const NodeGraph& graph : graphs) {
    key.Add(graph.operations.size());
    key.Add(graph.arcs.size());
    for (const std::uint32_t operation : graph.operations) { key.Add(operation); }
    for (const auto& [a, b] : graph.arcs) { key.Add(std::uint64_t{a} << 32 | b); }
  }
  return key.Text();
}

// Calls visit(batch) for the graphs in this order, `size` of them at a time.
template <class Visit>
void ForBatches(std::span<const NodeGraph* const> graphs, std::size_t size, const Visit& visit) {
  for (std::size_t begin = 0; begin < graphs.size(); begin += size) {
    visit(GraphBatch(graphs.subspan(begin, std::min(size, graphs.size() - begin))));
  }
}

std::vector<const NodeGraph*> PointersTo(std::span<const NodeGraph> graphs) {
  std::vector<const NodeGraph*> pointers;
  for (const NodeGraph& graph : graphs) { pointers.push_back(&graph); }
  return pointers;
}

// Returns a row for each architecture: the vectors of its parts, one after the other.
Rows EmbedAll(const Autoencoder& network, std::span<const NodeGraph> graphs, std::size_t parts) {
  constexpr std::size_t kAtOnce = 64;
  const std::size_t dimensions = network.dimensions();
  Rows all;
  all.Resize(graphs.size() / parts, Padded(parts * dimensions));
  std::size_t graph = 0;
  ForBatches(PointersTo(graphs), kAtOnce, [&](const GraphBatch& batch) {
    Rows some;
    network.Embed(batch, some);
    for (std::size_t g = 0; g < some.count; ++g, ++graph) {
      std::copy_n(some.row(g), dimensions, all.row(graph / parts) + graph % parts * dimensions);
    }
  });
  return all;
}

std::string TextOf(const LearningProgress& learned, std::int64_t epochs) {
  char text[96];
  std::snprintf(text, sizeof text, "learning the embedding, epoch %lld of %lld, loss %.3f",
                static_cast<long long>(learned.epoch) + 1, static_cast<long long>(epochs),
                learned.loss);
  return text;
}

std::string PercentText(double share) {
  char text[32];
  std::snprintf(text, sizeof text, "%.2f %%", 100 * share);
  return text;
}

// Returns the graphs in a random order of architectures, each with its parts together.
std::vector<const NodeGraph*> ShuffledParts(std::span<const NodeGraph> graphs, std::size_t parts,
                                            lode::Random random) {
  std::vector<std::size_t> order(graphs.size() / parts);
  std::iota(order.begin(), order.end(), std::size_t{0});
  random.Shuffle(std::span(order));
  std::vector<const NodeGraph*> shuffled;
  for (const std::size_t architecture : order) {
    for (std::size_t p = 0; p < parts; ++p) {
      shuffled.push_back(&graphs[architecture * parts + p]);
    }
  }
  return shuffled;
}

// Returns the share of architectures whose parts all come out of the decoder without a mistake.
double ReconstructedShare(const Autoencoder& network, std::span<const NodeGraph* const> graphs,
                          std::size_t parts) {
  std::size_t correct = 0;
  ForBatches(graphs, parts, [&](const GraphBatch& batch) {
    correct += network.CountReconstructed(batch) == parts ? 1 : 0;
  });
  return static_cast<double>(correct) /
         static_cast<double>(std::max<std::size_t>(graphs.size() / parts, 1));
}

}  // namespace

std::vector<lode::Architecture> DrawPool(const lode::Space& space, std::size_t whole,
                                         std::size_t sample, lode::Random random) {
  const lode::sampling::Rows rows(space);
  double combinations = 1;
  for (const lode::sampling::Row& row : rows.list()) {
    combinations *= row.competes ? HUGE_VAL : static_cast<double>(row.columns);
  }
  if (combinations <= static_cast<double>(whole)) { return ListAll(space, rows.list()); }
  lode::sampling::FreshSampler sampler(space);
  std::vector<lode::Architecture> pool;
  while (pool.size() < sample) {
    lode::Architecture drawn = sampler.Draw(random);
    if (sampler.exhausted()) { break; }
    sampler.MarkSeen(drawn);
    pool.push_back(std::move(drawn));
  }
  return pool;
}

double Learn(std::span<const NodeGraph> graphs, std::size_t parts, const EmbeddingConfig& config,
             lode::Random random, const std::function<void(const LearningProgress&)>& progress,
             Autoencoder& network) {
  const std::vector<const NodeGraph*> shuffled = ShuffledParts(graphs, parts, random);
  const std::size_t held = graphs.size() / parts / 10 * parts;
  const auto held_out = std::span(shuffled).first(held);
  const auto learned = std::span(shuffled).subspan(held);
  const auto size = static_cast<std::size_t>(config.batch);
  const double batches = std::ceil(static_cast<double>(learned.size()) / static_cast<double>(size));
  double done = 0;
  network.Initialize(random);
  for (std::int64_t epoch = 0; epoch < config.epochs; ++epoch) {
    ForBatches(learned, size, [&](const GraphBatch& batch) {
      const double loss =
          network.Train(batch, {config.dropout, config.embedding_learning_rate, 5}, random);
      progress({++done / (batches * static_cast<double>(config.epochs)), epoch, loss});
    });
  }
  return ReconstructedShare(network, held_out, parts);
}

Pool::Pool(const lode::Space& space, const EmbeddingConfig& config)
    : architectures_([&] {
        auto stream = StreamFor(Purpose::kPool, config);
        return DrawPool(space, static_cast<std::size_t>(config.whole),
                        static_cast<std::size_t>(config.pool), lode::Random(stream.handle()));
      }()),
      reader_(space, architectures_) {}

std::vector<NodeGraph> Pool::GraphsOf(std::span<const lode::Architecture> architectures) const {
  std::vector<NodeGraph> graphs;
  for (const lode::Architecture& architecture : architectures) {
    std::ranges::move(reader_.Read(architecture), std::back_inserter(graphs));
  }
  return graphs;
}

Embedding::Embedding(const Pool& pool, const EmbeddingConfig& config, lode::Host host,
                     const std::filesystem::path& cache_directory)
    : pool_(pool),
      network_({.operations = pool.operations(),
                .layers = static_cast<std::size_t>(config.layers),
                .hidden = static_cast<std::size_t>(config.hidden),
                .dimensions = static_cast<std::size_t>(config.dimensions)}) {
  const std::vector<NodeGraph> graphs = pool.GraphsOf(pool.architectures());
  vectors_.Resize(pool.architectures().size(), Padded(dimensions()));
  const auto learn = [&] {
    auto stream = StreamFor(Purpose::kLearning, config);
    const auto progress = [&](const LearningProgress& learned) {
      host.ThrowIfCancelled();
      host.Progress(learned.fraction, TextOf(learned, config.epochs).c_str());
    };
    reconstructed_ = static_cast<float>(
        Learn(graphs, pool.parts(), config, lode::Random(stream.handle()), progress, network_));
    std::ranges::copy(EmbedAll(network_, graphs, pool.parts()).values, vectors_.values.begin());
    host.Log(LODE_INFO, "the embedding reconstructs " + PercentText(reconstructed()) +
                            " of the architectures that were held out of learning");
  };
  std::vector<std::span<float>> state = network_.State();
  state.emplace_back(vectors_.values);
  state.emplace_back(&reconstructed_, 1);
  const std::string key = KeyOf(graphs, pool.parts(), pool.operations(), config);
  Cache(host, cache_directory).Recall(key, learn, state);
}

Rows Embedding::Embed(std::span<const lode::Architecture> architectures) const {
  return EmbedAll(network_, pool_.GraphsOf(architectures), pool_.parts());
}

}  // namespace arch2vec
