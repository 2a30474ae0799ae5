#include "plugins/spaces/ofa/networks/shrinking.h"

#include <algorithm>
#include <sstream>
#include <utility>

#include "toolkit/training/seed.h"

namespace ofa {
namespace {

using lode::training::SupernetPhase;
using lode::training::TrainingConfig;
using torch::Tensor;

constexpr char kFull[] = "full";

// The network after the full network's phase, alone.
MobileNet FullNetworkOf(const MobileNet& supernet) {
  const Subnet full = SubnetChoices().Largest();
  MobileNet network(supernet->config(), full, 0);
  network->to(supernet->parameters()[0].device());
  network->Inherit(*supernet, full);
  return network;
}

// As the authors' program does, with the moments of the batch.
Tensor Taught(MobileNet& teacher, const Tensor& images) {
  return teacher(images, SubnetChoices().Largest(), Pass::Training().WithBatchMoments());
}

}  // namespace

lode::Presets ShrinkingPresets() {
  const std::int64_t none = 0;
  return {
      {"shrinking",
       "Progressive shrinking in a fifth of the published epochs, with the published rates for "
       "batches of 128.",
       {}},
      {"uniform",
       "No shrinking: one phase, in which each batch is trained along one random sub-network.",
       {{"full_epochs", none},
        {"kernel_epochs", none},
        {"depth_3_epochs", none},
        {"depth_2_epochs", none},
        {"expand_4_epochs", none},
        {"epochs", std::int64_t{50}},
        {"learning_rate", 0.03},
        {"warm_up_epochs", 0.0},
        {"subnets", std::int64_t{1}},
        {"distillation", 0.0},
        {"decay_norms", true}}},
      {"paper",
       "The authors' training on ImageNet, with the rates for batches of 64 images, what one "
       "of their 32 devices had; a larger batch needs rates that are larger by the same factor. "
       "Their resolution changed from batch to batch between 128 and 224, and they had dropout "
       "before the classifier; here neither is there. They set 10 000 images aside, a "
       "validation_share of 0.0078.",
       {{"batch_size", std::int64_t{64}},
        {"full_epochs", std::int64_t{180}},
        {"full_learning_rate", 0.08125},
        {"kernel_epochs", std::int64_t{125}},
        {"kernel_learning_rate", 0.03},
        {"depth_3_epochs", std::int64_t{25}},
        {"depth_3_learning_rate", 0.0025},
        {"depth_2_epochs", std::int64_t{125}},
        {"depth_2_learning_rate", 0.0075},
        {"expand_4_epochs", std::int64_t{25}},
        {"expand_4_learning_rate", 0.0025},
        {"epochs", std::int64_t{125}},
        {"learning_rate", 0.0075},
        {"warm_up_epochs", 5.0}}}};
}

Shrinking::Shrinking(const ShrinkingConfig& config, const TrainingConfig& training)
    : config_(config), training_(training), phases_(PlannedPhases(config, training)) {
  RequireTeacher();
  RequireSandwiches();
}

std::vector<Shrinking::Phase> Shrinking::PlannedPhases(const ShrinkingConfig& config,
                                                       const TrainingConfig& training) {
  std::vector<Phase> phases{
      {kFull, {{7}, {6}, {4}}, config.full_epochs, config.full_learning_rate, true, 1},
      {"kernel",
       {{3, 5, 7}, {6}, {4}},
       config.kernel_epochs,
       config.kernel_learning_rate,
       true,
       config.kernel_subnets},
      {"depth-3",
       {{3, 5, 7}, {6}, {3, 4}},
       config.depth_3_epochs,
       config.depth_3_learning_rate,
       false,
       config.depth_subnets},
      {"depth-2",
       {{3, 5, 7}, {6}, {2, 3, 4}},
       config.depth_2_epochs,
       config.depth_2_learning_rate,
       true,
       config.depth_subnets},
      {"expand-4",
       {{3, 5, 7}, {4, 6}, {2, 3, 4}},
       config.expand_4_epochs,
       config.expand_4_learning_rate,
       false,
       config.subnets},
      {"expand-3",
       {{3, 5, 7}, {3, 4, 6}, {2, 3, 4}},
       training.epochs,
       training.learning_rate,
       true,
       config.subnets}};
  std::erase_if(phases, [](const Phase& phase) { return phase.epochs == 0; });
  return phases;
}

bool Shrinking::begins_full() const { return phases_[0].name == std::string_view(kFull); }

void Shrinking::RequireTeacher() const {
  if (training_.distillation == 0 || begins_full()) { return; }
  throw lode::InvalidError(
      "full_epochs is 0 and distillation is not: its teacher is the full network");
}

void Shrinking::RequireSandwiches() const {
  if (config_.sampling != "sandwich") { return; }
  for (const Phase& phase : phases_) {
    if (phase.name != std::string_view(kFull) && phase.subnets < 2) {
      throw lode::InvalidError("sampling is sandwich, but a step of the phase " +
                               std::string(phase.name) +
                               " has 1 sub-network, expected 2 or more: the largest and the "
                               "smallest");
    }
  }
}

std::vector<SupernetPhase> Shrinking::Phases(MobileNet network, std::uint64_t seed) const {
  const auto teacher = std::make_shared<MobileNet>(nullptr);
  std::vector<SupernetPhase> phases;
  for (std::size_t i = 0; i < phases_.size(); ++i) {
    const Phase& planned = phases_[i];
    SupernetPhase phase;
    if (phases_.size() > 1) { phase.name = planned.name; }
    phase.config = TrainingOf(i);
    phase.seed = i + 1 == phases_.size() ? seed : lode::training::SeedOf(seed, ~i);
    phase.draw = DrawIn(planned, network, phase.seed);
    phase.paths = static_cast<std::uint64_t>(planned.subnets);
    if (phase.config.distillation > 0) {
      phase.teacher = [teacher](const Tensor& images) { return Taught(*teacher, images); };
    }
    phase.begin = Begin(i, network, teacher);
    phases.push_back(std::move(phase));
  }
  return phases;
}

TrainingConfig Shrinking::TrainingOf(std::size_t index) const {
  const Phase& phase = phases_[index];
  TrainingConfig config = training_;
  config.epochs = phase.epochs;
  config.learning_rate = phase.learning_rate;
  if (!phase.warms_up) { config.warm_up_epochs = 0; }
  if (index == 0) { config.distillation = 0; }
  return config;
}

lode::training::DrawStepPath Shrinking::DrawIn(const Phase& phase, const MobileNet& network,
                                               std::uint64_t seed) const {
  const bool sandwich = config_.sampling == "sandwich";
  const auto subnets = static_cast<std::uint64_t>(phase.subnets);
  return [=, choices = phase.choices](std::uint64_t step, std::uint64_t path) {
    if (sandwich && path == 0) { return PathAlong(network, choices.Largest()); }
    if (sandwich && path == 1) { return PathAlong(network, choices.Smallest()); }
    return PathAlong(network, choices.Draw(seed, step * subnets + path));
  };
}

std::function<void()> Shrinking::Begin(std::size_t index, const MobileNet& network,
                                       const std::shared_ptr<MobileNet>& teacher) const {
  if (index == 0) { return {}; }
  const std::vector<std::uint8_t> trained = phases_[index - 1].choices.expands;
  const bool sorts = config_.sort_channels && phases_[index].choices.expands != trained;
  const bool makes_teacher = index == 1 && begins_full();
  return [=, network = network]() mutable {
    if (makes_teacher) { *teacher = FullNetworkOf(network); }
    if (sorts) { network->SortChannels(trained); }
  };
}

std::string Shrinking::Describe() const {
  if (phases_.size() == 1 && config_.subnets == 1) { return ""; }
  std::ostringstream text;
  for (const Phase& phase : phases_) {
    text << ", " << phase.name << " " << phase.epochs << " at " << phase.learning_rate << " of "
         << phase.subnets;
  }
  text << ", " << config_.sampling << " sub-networks";
  if (config_.sort_channels) { text << ", channels sorted"; }
  return text.str();
}

}  // namespace ofa
