// Progressive shrinking (Cai et al., ICLR 2020, section 3.3): a supernet is trained in phases,
// first as the full network, and then with more and more elastic parts: kernels, depths,
// expansions. Besides the labels, sub-networks learn what the full network, as the first phase left
// it, says about the images.
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <lode/plugin.hpp>
#include <memory>
#include <string>
#include <vector>

#include "plugins/spaces/ofa/networks/mobile_net.h"
#include "plugins/spaces/ofa/networks/subnet_choices.h"
#include "toolkit/training/supernet_phase.h"

namespace ofa {

// Parameters of an oracle that trains this way; its Config derives from it. The last phase's epochs
// and rate are those of the training's parameters, which also apply to the other phases.
struct ShrinkingConfig {
  std::int64_t full_epochs = 36;  // 0 omits a phase
  double full_learning_rate = 0.16;
  std::int64_t kernel_epochs = 25;
  double kernel_learning_rate = 0.06;
  std::int64_t depth_3_epochs = 5;
  double depth_3_learning_rate = 0.005;
  std::int64_t depth_2_epochs = 25;
  double depth_2_learning_rate = 0.015;
  std::int64_t expand_4_epochs = 5;
  double expand_4_learning_rate = 0.005;
  std::int64_t kernel_subnets = 1;
  std::int64_t depth_subnets = 2;
  std::int64_t subnets = 4;
  std::string sampling = "random";
  bool sort_channels = true;
};

// Appends its parameters, and the distillation's weight, to an oracle's own.
template <class C>
void AddShrinkingParameters(lode::Params<C>& params) {
  const auto add = lode::training::Appender<ShrinkingConfig>(params);
  const lode::Range epochs{0, 10000}, rate{0, 100}, subnets{1, 64};
  add("full_epochs", &ShrinkingConfig::full_epochs,
      "Progressive shrinking: epochs of its first phase, which trains the full network alone; 0 "
      "omits a phase. `epochs` and `learning_rate` are those of the last phase, in which "
      "everything is elastic.",
      epochs);
  add("full_learning_rate", &ShrinkingConfig::full_learning_rate, "Its highest learning rate.",
      rate);
  add("kernel_epochs", &ShrinkingConfig::kernel_epochs,
      "Epochs of the phase after it, in which kernels are elastic: 3, 5, 7.", epochs);
  add("kernel_learning_rate", &ShrinkingConfig::kernel_learning_rate, "Its highest learning rate.",
      rate);
  add("depth_3_epochs", &ShrinkingConfig::depth_3_epochs,
      "Epochs of the phase that adds the depth 3 to 4; `warm_up_epochs` is not for it.", epochs);
  add("depth_3_learning_rate", &ShrinkingConfig::depth_3_learning_rate,
      "Its highest learning rate.", rate);
  add("depth_2_epochs", &ShrinkingConfig::depth_2_epochs,
      "Epochs of the phase that adds the depth 2.", epochs);
  add("depth_2_learning_rate", &ShrinkingConfig::depth_2_learning_rate,
      "Its highest learning rate.", rate);
  add("expand_4_epochs", &ShrinkingConfig::expand_4_epochs,
      "Epochs of the phase that adds the expansion 4 to 6; `warm_up_epochs` is not for it. The "
      "last phase adds the expansion 3.",
      epochs);
  add("expand_4_learning_rate", &ShrinkingConfig::expand_4_learning_rate,
      "Its highest learning rate.", rate);
  add("kernel_subnets", &ShrinkingConfig::kernel_subnets,
      "Sub-networks that each step of the kernel phase trains: their gradients are added.",
      subnets);
  add("depth_subnets", &ShrinkingConfig::depth_subnets, "The same in the depth phases.", subnets);
  add("subnets", &ShrinkingConfig::subnets, "The same in the expansion phases.", subnets);
  add("sampling", &ShrinkingConfig::sampling,
      "A step's sub-networks: all random, or the largest, the smallest and otherwise random ones "
      "(sandwich), of those that the phase allows.",
      lode::Choices{{"random", "sandwich"}});
  lode::training::Appender<lode::training::TrainingConfig>(params)(
      "distillation", &lode::training::TrainingConfig::distillation,
      "Weight of the cross entropy with the probabilities that the full network has after its "
      "phase, beside that of the labels; 0: none.",
      lode::Range{0, 100});
  add("sort_channels", &ShrinkingConfig::sort_channels,
      "Before expansions are added, sort each layer's channels by the L1 norm of the weights that "
      "lead from them to its output, so that narrow layers get the important ones.");
}

// shrinking, uniform, paper.
lode::Presets ShrinkingPresets();

class Shrinking {
 public:
  // Throws InvalidError if there is distillation without the full network's phase, or a sandwich of
  // one sub-network.
  Shrinking(const ShrinkingConfig& config, const lode::training::TrainingConfig& training);

  // The phases of a supernet's training. The last draws from `seed`, the others from seeds that
  // derive from it.
  std::vector<lode::training::SupernetPhase> Phases(MobileNet network, std::uint64_t seed) const;

  // Describes in words what `training` does not say; "" for one phase of one sub-network.
  std::string Describe() const;

 private:
  struct Phase {
    const char* name;
    SubnetChoices choices;
    std::int64_t epochs;
    double learning_rate;
    bool warms_up;
    std::int64_t subnets;
  };

  static std::vector<Phase> PlannedPhases(const ShrinkingConfig& config,
                                          const lode::training::TrainingConfig& training);
  void RequireTeacher() const;
  void RequireSandwiches() const;
  bool begins_full() const;
  lode::training::TrainingConfig TrainingOf(std::size_t index) const;
  lode::training::DrawStepPath DrawIn(const Phase& phase, const MobileNet& network,
                                      std::uint64_t seed) const;
  // What is done before a phase.
  std::function<void()> Begin(std::size_t index, const MobileNet& network,
                              const std::shared_ptr<MobileNet>& teacher) const;

  ShrinkingConfig config_;
  lode::training::TrainingConfig training_;
  std::vector<Phase> phases_;
};

}  // namespace ofa
