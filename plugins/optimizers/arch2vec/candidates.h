// What may be proposed, with its vectors.
#pragma once

#include <cstddef>
#include <filesystem>
#include <lode/plugin.hpp>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <unordered_map>
#include <vector>

#include "plugins/optimizers/arch2vec/embedding.h"
#include "toolkit/sampling/fresh_sampler.h"

namespace arch2vec {

// The embedding's pool, and whatever is added to it. What has been proposed or told is not open.
class Candidates {
 public:
  // Draws the pool. The embedding is learned when it is first needed.
  Candidates(const lode::Space& space, const EmbeddingConfig& config, lode::Host host,
             std::filesystem::path cache_directory = {});

  // Learns the embedding unless that is done. Throws CancelledError.
  void Prepare();

  // An architecture that is neither proposed nor told, all equally likely; any one if all are.
  lode::Architecture DrawNew(lode::Random random) { return met_.Draw(random); }
  // Of a vector.
  std::size_t dimensions() const {
    return pool_->parts() * static_cast<std::size_t>(config_.dimensions);
  }
  // It is not open from now on.
  void Close(lode::ArchitectureView architecture);

  // The rest needs Prepare.

  // Adds up to `count` mutations of the parents that are new, if the pool is a sample and the space
  // has mutations.
  void AddMutants(std::span<const lode::Architecture> parents, std::size_t count,
                  lode::Random random);

  // Numbers of the open candidates, ascending.
  std::vector<std::size_t> Open() const;
  const lode::Architecture& architecture(std::size_t number) const {
    return architectures_[number];
  }
  const float* vector(std::size_t number) const { return vectors_.row(number); }
  // Of any architecture of the space, which becomes a candidate.
  std::size_t NumberOf(lode::ArchitectureView architecture);

 private:
  void Add(std::span<const lode::Architecture> architectures, const Rows& vectors);

  lode::Space space_;
  EmbeddingConfig config_;
  lode::Host host_;
  std::filesystem::path cache_directory_;
  lode::sampling::FreshSampler met_;
  std::unique_ptr<const Pool> pool_;  // stays where it is when this is moved
  std::optional<Embedding> embedding_;
  std::vector<lode::Architecture> architectures_;
  Rows vectors_;
  std::vector<bool> open_;
  std::unordered_map<std::string, std::size_t> numbers_;
};

}  // namespace arch2vec
