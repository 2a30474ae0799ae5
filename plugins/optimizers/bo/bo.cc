#include "plugins/optimizers/bo/bo.h"

#include <algorithm>
#include <limits>
#include <utility>

namespace bo {

lode::Params<Bo::Config> Bo::Parameters() {
  return {
      lode::Param<Config>("initial", &Config::initial,
                          "Number of random architectures before the model chooses.",
                          lode::Range{.min = 1})
          .Unit("architectures"),
      lode::Param<Config>("model_trials", &Config::model_trials,
                          "Largest number of trials that the model is fitted to: past it, the "
                          "better half of that many, and others spread evenly over the search.",
                          lode::Range{16, 5000})
          .Unit("trials"),
      {"clip", &Config::clip,
       "Fraction of the worst trials that the model does not distinguish; with one goal.",
       lode::Range{.min = 0, .max = 1, .open_max = true}},
      {"pending", &Config::pending,
       "What the model assumes of proposals under way: the values that it expects (believe, the "
       "Kriging believer) or the mean of all trials (constant, a constant liar).",
       lode::Choices{{"believe", "constant"}}},
      lode::Param<Config>("random_candidates", &Config::random_candidates,
                          "Number of random candidates for each proposal, besides mutations of "
                          "the best.",
                          lode::Range{1, 100000})
          .Unit("architectures"),
  };
}

Bo::Bo(lode::Host host, const Config& config) : host_(host), config_(config) {}

void Bo::Bind(const lode::Space& space) {
  space_ = space;
  met_.emplace(space);
  features_.emplace(FeatureExtractor(space, host_.Random()));
  pool_.emplace(
      CandidateGenerator(space, {.one_change = 64,
                                 .two_changes = 16,
                                 .random = static_cast<std::size_t>(config_.random_candidates)}));
  bounds_.emplace(space.metrics().size());
  model_.emplace(features_->extractor().layout(),
                 Model::Settings{static_cast<std::size_t>(config_.model_trials), config_.clip,
                                 config_.pending == "believe"});
}

lode::Architecture Bo::Ask() {
  const lode::Random random = host_.Random();
  lode::Architecture proposal = NeedsInitial() ? DrawAllowed(random) : Propose(random);
  met_->MarkSeen(proposal);
  pending_.push_back({proposal, features_->Of(proposal)});
  return proposal;
}

bool Bo::NeedsInitial() const {
  return succeeded_ == 0 ||
         succeeded_ + pending_.size() < static_cast<std::size_t>(config_.initial);
}

// Returns a random architecture that is new and not known to break a limit; after many tries, any.
lode::Architecture Bo::DrawAllowed(lode::Random random) {
  constexpr int kTries = 1000;
  lode::Architecture drawn = met_->Draw(random);
  for (int i = 0; i < kTries && IsExcluded(drawn) && !met_->exhausted(); ++i) {
    drawn = met_->Draw(random);
  }
  return drawn;
}

lode::Architecture Bo::Propose(lode::Random random) {
  std::vector<const Row*> under_way;
  for (const Pending& p : pending_) { under_way.push_back(&p.row); }
  model_->Update(under_way, random);
  RefreshCandidates(random);
  const std::span<Candidate> candidates = pool_->candidates();
  if (candidates.empty()) { return DrawAllowed(random); }
  return candidates[model_->Choose(candidates)].architecture;
}

void Bo::RefreshCandidates(lode::Random random) {
  features_->Trim();
  const auto accepts = [&](lode::ArchitectureView a) { return !met_->IsSeen(a) && !IsExcluded(a); };
  pool_->Refresh(random, model_->Best(kParents), model_->rows(), accepts, *features_);
}

bool Bo::IsExcluded(lode::ArchitectureView architecture) const {
  return bounds_->knows_any() && bounds_->Exclude(Measure(architecture));
}

std::vector<double> Bo::Measure(lode::ArchitectureView architecture) const {
  std::vector<double> metrics(space_->metrics().size());
  if (!metrics.empty()) { space_->Measure(architecture, metrics); }
  return metrics;
}

void Bo::Tell(const lode::Trial& trial) {
  objectives_.Take(trial);
  TakePending(trial.architecture);
  met_->MarkSeen(trial.architecture);
  if (trial.reused) { return; }
  const bool explained = LearnLimits(trial);
  if (trial.failed && explained) { return; }
  if (!trial.failed) { ++succeeded_; }
  const bool worst = trial.failed || (objectives_.get() > 1 && trial.violation > 0);
  std::vector<double> objectives(objectives_.get(), -std::numeric_limits<double>::infinity());
  if (!worst) {
    if (objectives_.get() == 1) {
      objectives[0] = trial.reward;
    } else {
      std::ranges::copy(trial.objectives, objectives.begin());
    }
  }
  model_->Add({{trial.architecture.begin(), trial.architecture.end()},
               features_->Of(trial.architecture),
               std::move(objectives)});
}

void Bo::TakePending(lode::ArchitectureView architecture) {
  const auto at = std::ranges::find_if(
      pending_, [&](const Pending& p) { return std::ranges::equal(p.architecture, architecture); });
  if (at != pending_.end()) { pending_.erase(at); }
}

// Returns whether the trial broke a limit that the space's metrics may explain.
bool Bo::LearnLimits(const lode::Trial& trial) {
  const bool breaks = trial.rejected || (!trial.failed && trial.violation > 0);
  if (trial.failed && !trial.rejected) { return false; }
  const std::vector<double> metrics = Measure(trial.architecture);
  const bool explained = breaks && bounds_->MayExplain(metrics);
  breaks ? bounds_->Break(metrics) : bounds_->Keep(metrics);
  return explained;
}

}  // namespace bo
