// What optimizers that train a relaxed network have in common: an ask is an epoch, after which the
// architecture that their logits stand for is proposed.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <lode/plugin.hpp>
#include <optional>

#include "toolkit/mixtures/logits.h"

namespace lode::mixtures {

// A class derives from it and adds the steps of a batch. The first ask starts the network.
class EpochSearch {
 public:
  EpochSearch(const EpochSearch&) = delete;
  EpochSearch& operator=(const EpochSearch&) = delete;

  void Bind(const Space& space) { logits_.emplace(space, adam_); }
  // Throws UnsupportedError if the network lacks what RequireFeatures() wants.
  void Connect(RelaxedNetwork& network);
  // Proposes the softmax of the logits as an action, after an epoch of training batches. Records
  // its mean training loss and accuracy.
  Action Ask();
  void Tell(const Trial&) {}

  void Save(Writer& writer) const;
  void Load(Reader& reader);

  const Logits& logits() const { return *logits_; }

 protected:
  EpochSearch(Host host, const AdamConfig& adam) : host_(host), adam_(adam) {}
  virtual ~EpochSearch() = default;

  RelaxedNetwork& network() { return *network_; }
  Logits& own_logits() { return *logits_; }
  Random random() const { return host_.Random(); }
  // The number of the epoch under way, from 0.
  std::uint64_t epoch() const { return epoch_; }

 private:
  virtual void RequireFeatures(const RelaxedInfo& info) const = 0;
  // Takes the steps of a training batch. Returns the weight step's result.
  virtual RelaxedResult Train(std::uint64_t batch) = 0;

  static constexpr double kDeviation = 1e-3;  // of the first logits, as in the programs of DARTS

  Host host_;
  const AdamConfig adam_;
  std::optional<Logits> logits_;
  RelaxedNetwork* network_ = nullptr;
  std::uint64_t epoch_ = 0;
};

}  // namespace lode::mixtures
