#include "plugins/optimizers/diff_p_darts/p_darts.h"

#include <algorithm>
#include <numeric>
#include <span>

namespace diff_p_darts {

using lode::mixtures::Mixture;
using lode::mixtures::Perturbation;

namespace {

Perturbation PerturbationOf(const std::string& name) {
  if (name == "none") { return Perturbation::kNone; }
  return name == "random" ? Perturbation::kRandom : Perturbation::kAdversarial;
}

// The bound of SDARTS, over all stages.
lode::mixtures::Annealing EpsilonOf(const PDarts::Config& config) {
  return {0.03, 0.3, config.epochs * static_cast<std::int64_t>(config.depths.size())};
}

}  // namespace

lode::Params<PDarts::Config> PDarts::Parameters() {
  return {
      {"depths", &Config::depths,
       "Cells of each stage's network; 0 for as many as the oracle is configured with.",
       lode::Range{0, 1000}},
      {"operations", &Config::operations, "Operations of each edge in each stage.",
       lode::Range{1, 1000}},
      {"skip_dropout", &Config::skip_dropout,
       "Rate at which each stage drops the outputs of skip connections.",
       lode::Range{0, 1, false, true}},
      {"epochs", &Config::epochs, "Epochs of a stage.", lode::Range{1, 1e6}},
      {"frozen_epochs", &Config::frozen_epochs,
       "First epochs of a stage, in which only the weights are trained.", lode::Range{0, 1e6}},
      {"max_skips", &Config::max_skips,
       "The most skip connections of a proposal in the first matrix of the space.",
       lode::Range{0, 1000}},
      {"learning_rate", &Config::learning_rate, "Adam's learning rate for the logits.",
       lode::Range{0, 10, true}},
      {"weight_decay", &Config::weight_decay, "Weight decay of the logits.", lode::Range{0, 1}},
      {"perturbation", &Config::perturbation, "How weight steps perturb the mixture, as in sdarts.",
       lode::Choices{{"none", "random", "adversarial"}}}};
}

lode::Presets PDarts::Presets() {
  return {{"p_darts", "P-DARTS, as in its authors' program.", {{"perturbation", "none"}}},
          {"sdarts", "SDARTS on P-DARTS (P-SDARTS).", {{"perturbation", "random"}}}};
}

PDarts::PDarts(lode::Host host, const Config& config)
    : PerturbedSearch(host,
                      {.adam = {config.learning_rate, config.weight_decay},
                       .frozen_epochs = config.frozen_epochs},
                      PerturbationOf(config.perturbation), EpsilonOf(config)),
      config_(config) {
  const std::size_t stages = config.depths.size();
  if (stages == 0 || config.operations.size() != stages || config.skip_dropout.size() != stages) {
    throw lode::InvalidError("depths, operations and skip_dropout have " + std::to_string(stages) +
                             ", " + std::to_string(config.operations.size()) + " and " +
                             std::to_string(config.skip_dropout.size()) +
                             " values, not one for each stage");
  }
}

void PDarts::Bind(const lode::Space& space) {
  PerturbedSearch::Bind(space);
  skip_limit_.emplace(space, static_cast<std::size_t>(config_.max_skips));
}

void PDarts::RequireFeatures(const lode::RelaxedInfo& info) const {
  PerturbedSearch::RequireFeatures(info);
  if (!info.reshapes) {
    throw lode::UnsupportedError(
        "the oracle's network has only one shape, but P-DARTS needs a deeper one in each stage");
  }
}

void PDarts::BeginEpoch() {
  const auto epochs = static_cast<std::uint64_t>(config_.epochs);
  const std::uint64_t stage = epoch() / epochs;
  if (epoch() % epochs == 0 && stage < config_.depths.size()) { BeginStage(stage); }
}

void PDarts::BeginStage(std::size_t stage) {
  if (stage == 0) { InitializeLogits(); }  // chance chooses if the first stage has not all
  own_logits().Restrict(LargestOperations(static_cast<std::size_t>(config_.operations[stage])));
  if (stage > 0) { InitializeLogits(); }
  Restart({.depth = static_cast<std::uint32_t>(config_.depths[stage]),
           .operations = logits().relaxation().operations(),
           .skip_dropout = config_.skip_dropout[stage]});
}

lode::Architecture PDarts::LargestOperations(std::size_t count) const {
  const Mixture mixture = logits().Mix();
  lode::Architecture largest(mixture.size());
  for (const lode::mixtures::Group& row : logits().relaxation().groups()) {
    std::vector<std::size_t> cells(row.size);
    std::iota(cells.begin(), cells.end(), row.first);
    std::ranges::stable_sort(cells, std::greater(), [&](std::size_t c) { return mixture[c]; });
    for (const std::size_t c : std::span(cells).first(std::min(count, cells.size()))) {
      largest[c] = 1;
    }
  }
  return largest;
}

lode::Action PDarts::Propose() {
  lode::Action action = PerturbedSearch::Propose();
  skip_limit_->Apply(action);
  return action;
}

void PDarts::SaveState(lode::Writer& writer) const {
  writer.Values(logits().relaxation().operations());
  PerturbedSearch::SaveState(writer);
}

void PDarts::LoadState(lode::Reader& reader) {
  lode::Architecture operations(logits().relaxation().cells());
  reader.Values(std::span(operations));
  for (const lode::mixtures::Group& row : logits().relaxation().groups()) {
    const auto cells = std::span(operations).subspan(row.first, row.size);
    if (std::ranges::any_of(cells, [](std::uint8_t cell) { return cell > 1; }) ||
        std::ranges::count(cells, 1) == 0) {
      throw lode::IoError("the saved operations are damaged");
    }
  }
  PerturbedSearch::LoadState(reader);
  own_logits().Restrict(operations);
}

}  // namespace diff_p_darts
