// What optimizers that train a relaxed network have in common: an ask is an epoch, after which an
// architecture is proposed.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <lode/plugin.hpp>
#include <span>

#include "toolkit/mixtures/relaxation.h"

namespace lode::mixtures {

// A class derives from it and adds Bind, the steps of a batch and what is proposed.
class EpochSearch {
 public:
  EpochSearch(const EpochSearch&) = delete;
  EpochSearch& operator=(const EpochSearch&) = delete;

  // Throws UnsupportedError if the network lacks what RequireFeatures() wants.
  void Connect(RelaxedNetwork& network);
  // Trains for an epoch of batches, and records its mean training loss and accuracy.
  Action Ask();
  void Tell(const Trial&) {}

  void Save(Writer& writer) const;
  // *this is unchanged if it throws.
  void Load(Reader& reader);

 protected:
  explicit EpochSearch(Host host) : host_(host) {}
  virtual ~EpochSearch() = default;

  RelaxedNetwork& network() { return *network_; }
  const Host& host() const { return host_; }
  Random random() const { return host_.Random(); }
  // The number of the epoch under way, from 0.
  std::uint64_t epoch() const { return epoch_; }
  // Likewise since the last restart.
  std::uint64_t network_epoch() const { return epoch_ - restarted_; }

  // Replaces the network by a new one with a random seed, whose batches are counted from 0.
  void Restart(RelaxedStart start = {});
  // Takes a weight step on a training batch.
  RelaxedResult Step(std::uint64_t batch, std::span<const double> mixture);
  // The gradient of a batch's loss in the mixture.
  Mixture GradientAt(lode_split split, std::uint64_t batch, std::span<const double> mixture,
                     Absent absent = Absent::kZero);

  // What else a class has learned. A LoadState that throws leaves it unchanged, so it reads into
  // copies, then calls that of its base.
  virtual void SaveState(Writer&) const {}
  virtual void LoadState(Reader&) {}

 private:
  virtual void RequireFeatures(const RelaxedInfo&) const {}
  // Is called before each epoch. Before the first one, it restarts the network.
  virtual void BeginEpoch() = 0;
  // Takes the steps of a training batch. Returns the weight step's result.
  virtual RelaxedResult Train(std::uint64_t batch) = 0;
  // Is called after each epoch. Returns what is proposed.
  virtual Action Propose() = 0;

  Host host_;
  RelaxedNetwork* network_ = nullptr;
  std::uint64_t epoch_ = 0;
  std::uint64_t restarted_ = 0;  // the epoch before which the network was restarted
};

}  // namespace lode::mixtures
