#include "plugins/optimizers/bohb/bohb.h"

#include <algorithm>
#include <limits>
#include <utility>

namespace bohb {

lode::Params<Bohb::Config> Bohb::Parameters() {
  using lode::Range;
  return {{"eta", &Config::eta,
           "Quotient of the fidelities of two rungs, and of the numbers of their "
           "architectures.",
           Range{2, 1000}},
          {"lowest", &Config::lowest,
           "No rung is below this fidelity; 0: the lowest that the oracle serves.", Range{0, 1}},
          {"candidates", &Config::candidates,
           "Number of draws from the good results' density of which the most "
           "promising is proposed.",
           Range{1, 1000}},
          {"random_fraction", &Config::random_fraction,
           "Fraction of random architectures among the new ones.", Range{0, 1}},
          {"good_share", &Config::good_share, "Fraction of a rung's results that are good.",
           Range{0, 1, true, true}},
          {"min_points", &Config::min_points,
           "Number of good and of bad results that a rung needs before its "
           "densities are used, at "
           "least; 0: one more than the space has decisions.",
           Range{0, 1e6}},
          {"least_bandwidth", &Config::least_bandwidth,
           "The least bandwidth of a kernel, which is the probability that a draw "
           "changes a decision.",
           Range{0, 1, true}},
          {"full_evaluations", &Config::full_evaluations,
           "Whether to ask for full evaluations on every rung, which makes the "
           "ladder only decide what "
           "is evaluated again."}};
}

lode::Presets Bohb::Presets() {
  const auto preset = [](const char* name, const char* doc, double lowest, std::int64_t candidates,
                         double random_fraction, double least_bandwidth, bool full) {
    return lode::Preset{name,
                        doc,
                        {{"eta", 3.0},
                         {"lowest", lowest},
                         {"candidates", candidates},
                         {"random_fraction", random_fraction},
                         {"good_share", 0.15},
                         {"min_points", std::int64_t{0}},
                         {"least_bandwidth", least_bandwidth},
                         {"full_evaluations", full}}};
  };
  return {
      preset("hpbandster", "The defaults of the authors' program.", 0, 64, 1.0 / 3, 1e-3, false),
      preset("nb201",
             "As NAS-Bench-201's authors call it: a ladder of 12 to 200 "
             "epochs, on which their "
             "program asks for the same training on every rung.",
             0.06, 4, 0, 0.3, true)};
}

Bohb::Bohb(lode::Host host, const Config& config) : host_(host), config_(config) {
  if (config.full_evaluations && config.lowest == 0) {
    throw lode::InvalidError(
        "full_evaluations needs a ladder of its own: "
        "expected lowest to be above 0");
  }
}

void Bohb::Bind(const lode::Space& space) {
  rows_.emplace(space);
  fresh_.emplace(space);
  Offer(lode::Fidelities());
}

void Bohb::Offer(const lode::Fidelities& offered) {
  const bool own = config_.full_evaluations;
  rungs_ = hyperband::RungsOf(own ? lode::Fidelities::Range(config_.lowest) : offered, config_.eta,
                              config_.lowest);
  brackets_.emplace(hyperband::Brackets::Settings{
      .rungs = rungs_, .rounding = hyperband::Rounding::kShareDown, .full = own});
  const std::size_t least = rows_->size() + 1;
  model_.emplace(
      rows_->list(), rungs_.size(),
      Model::Settings{.good_share = config_.good_share,
                      .least_bandwidth = config_.least_bandwidth,
                      .min_points = std::max(least, static_cast<std::size_t>(config_.min_points))});
}

lode::Proposal Bohb::Ask() {
  return brackets_->Next([&] {
    lode::Architecture drawn = Draw(host_.Random());
    fresh_->MarkSeen(drawn);
    return drawn;
  });
}

lode::Architecture Bohb::Draw(lode::Random random) {
  if (model_->Fit() && random.Uniform() >= config_.random_fraction) {
    if (auto promising = DrawPromising(random)) { return *std::move(promising); }
  }
  return fresh_->Draw(random);
}

std::optional<lode::Architecture> Bohb::DrawPromising(lode::Random random) const {
  std::optional<lode::Architecture> best;
  double most = 0;
  for (std::int64_t i = 0; i < config_.candidates; ++i) {
    lode::Architecture drawn = rows_->Compose(random, model_->Draw(random));
    if (!fresh_->exhausted() && fresh_->IsSeen(drawn)) { continue; }
    const double promise = model_->Promise(rows_->Read(drawn));
    if (promise > most) {
      best = std::move(drawn);
      most = promise;
    }
  }
  return best;
}

void Bohb::Tell(const lode::Trial& trial) {
  fresh_->MarkSeen(trial.architecture);
  std::optional<std::size_t> rung = brackets_->Tell(trial);
  if (!rung) { rung = RungOf(trial.fidelity); }
  if (!rung) { return; }
  model_->Add(*rung, rows_->Read(trial.architecture),
              trial.failed ? -std::numeric_limits<double>::infinity() : trial.reward);
}

std::optional<std::size_t> Bohb::RungOf(double fidelity) const {
  const auto rung = std::ranges::find(rungs_, fidelity);
  if (rung == rungs_.end()) { return std::nullopt; }
  return static_cast<std::size_t>(rung - rungs_.begin());
}

}  // namespace bohb

LODE_PLUGIN("lode.bohb", "1.0.0", "Apache-2.0",
            lode::OptimizerComponent<bohb::Bohb>(
                "bohb", "1.0.0", "BOHB: Hyperband on architectures that resemble the best so far.",
                "Falkner, Klein and Hutter, BOHB: Robust and Efficient Hyperparameter "
                "Optimization at "
                "Scale, ICML 2018, as the authors' program hpbandster has it for "
                "categorical parameters: "
                "kernel densities with Aitchison-Aitken kernels and normal-reference "
                "bandwidths. The rungs "
                "of its ladder are the fidelities that the oracle serves. Failed "
                "evaluations count as bad. "
                "Its bandwidth factor is for continuous parameters only, which no "
                "space has. Unlike there, "
                "no architecture begins a bracket twice.",
                LODE_CAP_EXPLORES | LODE_CAP_SEVERAL_ASKS | LODE_CAP_ANY_ORDER));
