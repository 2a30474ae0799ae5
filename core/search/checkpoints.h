// The state of an optimizer that trains a relaxed network, and of the network, in files.
#pragma once

#include <cstdint>
#include <filesystem>

#include "core/plugin/component.h"
#include "core/search/executor.h"

namespace lode::core {

// Does nothing if there is no network, or before KeepIn().
//
//   DIRECTORY/optimizer-STEP, DIRECTORY/network-STEP
//
// hold what both had learned when the trial of a step was evaluated and before the optimizer was
// told of it. Files as of policy_file.h.
class Checkpoints {
 public:
  // `network` may be null. Both outlive *this.
  Checkpoints(OptimizerInstance& optimizer, NetworkOwner* network)
      : optimizer_(optimizer), network_(network) {}

  // Sets the directory, which need not exist; empty: none.
  void KeepIn(std::filesystem::path directory) { directory_ = std::move(directory); }

  // All throw HostError.
  void Write(std::uint64_t step) const;
  void Load(std::uint64_t step) const;
  // Removes the others, those of later steps that were not stored included.
  void RemoveAllBut(std::uint64_t step) const;

 private:
  bool keeps() const { return network_ != nullptr && !directory_.empty(); }
  std::filesystem::path FileOf(const char* part, std::uint64_t step) const;

  OptimizerInstance& optimizer_;
  NetworkOwner* const network_;
  std::filesystem::path directory_;
};

}  // namespace lode::core
