#include "plugins/optimizers/diff_enas/enas.h"

#include <cmath>
#include <span>
#include <vector>

namespace diff_enas {

using lode::mixtures::Mixture;

namespace {

// Scales a gradient to this Euclidean norm if it is longer.
void Clip(std::vector<double>& gradient, double norm) {
  double squares = 0;
  for (const double g : gradient) { squares += g * g; }
  if (squares <= norm * norm) { return; }
  const double scale = norm / std::sqrt(squares);
  for (double& g : gradient) { g *= scale; }
}

}  // namespace

lode::Params<Enas::Config> Enas::Parameters() {
  const lode::Range count{1, 1e6}, above_zero{0, 1e6, true};
  return {
      {"learning_rate", &Config::learning_rate, "Adam's learning rate for the controller.",
       lode::Range{0, 10, true}},
      {"entropy_weight", &Config::entropy_weight, "Weight of the entropy in the reward.",
       lode::Range{0, 1e6}},
      {"baseline_decay", &Config::baseline_decay,
       "Share of the baseline that a reward leaves as it is.", lode::Range{0, 1, false, true}},
      {"gradient_norm", &Config::gradient_norm,
       "Euclidean norm to which the controller's gradient is clipped.", above_zero},
      {"controller_steps", &Config::controller_steps,
       "Steps of the controller after an epoch of weight steps.", lode::Range{0, 1e6}},
      {"samples", &Config::samples, "Architectures of a step of the controller.", count},
      {"candidates", &Config::candidates, "Architectures among which a proposal is chosen.", count},
      {"units", &Config::units, "Units of each layer of the controller.", lode::Range{1, 1024}},
      {"layers", &Config::layers, "Layers of the controller.", lode::Range{1, 10}},
      {"temperature", &Config::temperature, "By which scores are divided before their tanh.",
       above_zero},
      {"tanh_constant", &Config::tanh_constant, "Largest logit of the controller.", above_zero}};
}

void Enas::Bind(const lode::Space& space) {
  rows_.emplace(space);
  controller_.emplace(space, ControllerConfig{config_.units, config_.layers, config_.temperature,
                                              config_.tanh_constant});
  adam_.emplace(controller_->parameters().size(),
                lode::mixtures::AdamConfig{.learning_rate = config_.learning_rate,
                                           .weight_decay = 0,
                                           .beta1 = 0,
                                           .beta2 = 0.999,
                                           .epsilon = 1e-3});
}

void Enas::BeginEpoch() {
  if (epoch() > 0) { return; }
  controller_->Initialize(random());
  Restart();
}

Mixture Enas::Compose(std::span<const std::uint32_t> choices) const {
  const lode::Architecture architecture = rows_->Compose(random(), choices);
  return {architecture.begin(), architecture.end()};
}

lode::RelaxedResult Enas::Train(std::uint64_t batch) {
  return Step(batch, Compose(controller_->Draw(random()).choices));
}

double Enas::Validate(std::span<const double> mixture) {
  host().ThrowIfCancelled();
  return network()
      .Measure({.split = LODE_SPLIT_VALIDATION, .number = validations_++, .mixture = mixture})
      .accuracy;
}

lode::Action Enas::Propose() {
  for (std::int64_t step = 0; step < config_.controller_steps; ++step) { StepController(); }
  Mixture best;
  double highest = -1;
  for (std::int64_t candidate = 0; candidate < config_.candidates; ++candidate) {
    Mixture mixture = Compose(controller_->Draw(random()).choices);
    const double accuracy = Validate(mixture);
    if (accuracy <= highest) { continue; }
    highest = accuracy;
    best = std::move(mixture);
  }
  return {best.begin(), best.end()};
}

void Enas::StepController() {
  std::vector<double> descent(controller_->parameters().size());
  for (std::int64_t sample = 0; sample < config_.samples; ++sample) {
    const Controller::Draft draft = controller_->Draw(random());
    const double accuracy = Validate(Compose(draft.choices));
    const double advantage = AdvantageOf(accuracy + config_.entropy_weight * draft.entropy);
    controller_->AddGradient(draft.choices, -advantage / static_cast<double>(config_.samples),
                             descent);
  }
  Clip(descent, config_.gradient_norm);
  adam_->Descend(descent, controller_->parameters());
}

// The first reward is the first baseline.
double Enas::AdvantageOf(double reward) {
  baseline_ = validations_ == 1
                  ? reward
                  : config_.baseline_decay * baseline_ + (1 - config_.baseline_decay) * reward;
  return reward - baseline_;
}

void Enas::SaveState(lode::Writer& writer) const {
  writer.Value(baseline_);
  writer.Value(validations_);
  writer.Values(std::span(controller_->parameters()));
  adam_->Save(writer);
}

void Enas::LoadState(lode::Reader& reader) {
  const auto baseline = reader.Value<double>();
  const auto validations = reader.Value<std::uint64_t>();
  if (!(std::abs(baseline) < 1e6)) { throw lode::IoError("the saved baseline is damaged"); }
  std::vector<double> parameters(controller_->parameters().size());
  lode::mixtures::ReadTrained(reader, parameters);
  adam_->Load(reader);
  baseline_ = baseline;
  validations_ = validations;
  controller_->parameters() = std::move(parameters);
}

}  // namespace diff_enas
