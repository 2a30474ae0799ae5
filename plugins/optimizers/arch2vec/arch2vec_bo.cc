#include "plugins/optimizers/arch2vec/arch2vec_bo.h"

#include <algorithm>
#include <numeric>
#include <utility>
#include <vector>

#include "plugins/optimizers/arch2vec/cache.h"
#include "plugins/optimizers/arch2vec/dngo.h"
#include "toolkit/statistics/normal.h"

namespace arch2vec {

lode::Params<Arch2VecBo::Config> Arch2VecBo::Parameters() {
  using P = lode::Param<Config>;
  lode::Params<Config> params = {
      P("initial", &Config::initial, "Number of random architectures before the model chooses.",
        lode::Range{1, 1e6})
          .Unit("architectures"),
      P("proposals", &Config::proposals, "Number of proposals from each fit of the model.",
        lode::Range{1, 1000})
          .Unit("architectures"),
      {"basis", &Config::basis, "Width of the hidden layer that the regression is on.",
       lode::Range{1, 512}},
      {"fit_epochs", &Config::fit_epochs, "Passes over the trials in each fit of the network.",
       lode::Range{1, 1000}},
      P("fit_batch", &Config::fit_batch, "Trials in each step of the fit.", lode::Range{1, 1000})
          .Unit("trials"),
      P("learning_rate", &Config::learning_rate, "Adam's learning rate in the fit.",
        lode::Range{0, 1, true})
          .LogScale(),
      P("model_trials", &Config::model_trials,
        "Largest number of trials that the model is fitted to: past it, the latest ones.",
        lode::Range{2, 100000})
          .Unit("trials"),
      P("mutants", &Config::mutants,
        "Number of mutations of the best ten that each fit adds to the candidates, in a space that "
        "is larger than whole.",
        lode::Range{0, 10000})
          .Unit("architectures")};
  DeclareEmbedding(params);
  return params;
}

lode::Presets Arch2VecBo::Presets() {
  return {{"nb201",
           "The authors' program for NAS-Bench-201.",
           {{"initial", std::int64_t{16}},
            {"proposals", std::int64_t{1}},
            {"basis", std::int64_t{128}},
            {"fit_epochs", std::int64_t{100}},
            {"fit_batch", std::int64_t{10}},
            {"learning_rate", 0.01}}},
          {"large",
           "For spaces that are larger than whole: the embedding is learned longer, at a higher "
           "rate and without dropout.",
           WithLargeEmbedding({})}};
}

void Arch2VecBo::Bind(const lode::Space& space) {
  candidates_.emplace(space, config_, host_, CacheDirectory());
}

lode::Architecture Arch2VecBo::Ask() {
  const lode::Random random = host_.Random();
  if (ready_.empty() && drawn_ >= config_.initial && experience_.size() > 0) { Refill(random); }
  lode::Architecture proposal;
  if (ready_.empty()) {
    ++drawn_;
    proposal = candidates_->DrawNew(random);
  } else {
    proposal = std::move(ready_.front());
    ready_.pop_front();
  }
  candidates_->Close(proposal);
  return proposal;
}

// Fills ready_ with the most promising of the open candidates, if there are any.
void Arch2VecBo::Refill(lode::Random random) {
  candidates_->Prepare();
  candidates_->AddMutants(experience_.Best(kParents), static_cast<std::size_t>(config_.mutants),
                          random);
  const std::vector<std::size_t> open = candidates_->Open();
  if (open.empty()) { return; }
  const std::vector<double> scores = Score(open, random);
  std::vector<std::size_t> order(open.size());
  std::iota(order.begin(), order.end(), std::size_t{0});
  const auto count = std::min(static_cast<std::size_t>(config_.proposals), order.size());
  const auto better = [&](std::size_t a, std::size_t b) {
    return scores[a] != scores[b] ? scores[a] > scores[b] : a < b;
  };
  std::ranges::partial_sort(order, order.begin() + static_cast<std::ptrdiff_t>(count), better);
  for (const std::size_t i : std::span(order).first(count)) {
    ready_.push_back(candidates_->architecture(open[i]));
  }
}

// The logarithm of the expected improvement of each, over the best reward so far.
std::vector<double> Arch2VecBo::Score(std::span<const std::size_t> open, lode::Random random) {
  const std::size_t count =
      std::min(experience_.size(), static_cast<std::size_t>(config_.model_trials));
  const std::size_t first = experience_.size() - count;
  const std::size_t width = Padded(candidates_->dimensions());
  Rows known;
  known.Resize(count, width);
  for (std::size_t i = 0; i < count; ++i) {
    const std::size_t number = candidates_->NumberOf(experience_.architectures()[first + i]);
    std::copy_n(candidates_->vector(number), width, known.row(i));
  }
  const auto rewards = std::span(experience_.rewards()).subspan(first);
  const Dngo model(known, candidates_->dimensions(), rewards,
                   {static_cast<std::size_t>(config_.basis),
                    {static_cast<std::size_t>(config_.fit_epochs),
                     static_cast<std::size_t>(config_.fit_batch), config_.learning_rate}},
                   random);
  Rows unknown;
  unknown.Resize(open.size(), width);
  for (std::size_t i = 0; i < open.size(); ++i) {
    std::copy_n(candidates_->vector(open[i]), width, unknown.row(i));
  }
  const double best = *std::ranges::max_element(experience_.rewards());
  std::vector<double> scores;
  for (const Prediction& y : model.Predict(unknown)) {
    scores.push_back(lode::math::Log(y.deviation) +
                     lode::statistics::LogExpectedExcess((y.mean - best) / y.deviation));
  }
  return scores;
}

void Arch2VecBo::Tell(const lode::Trial& trial) {
  candidates_->Close(trial.architecture);
  if (const auto reward = reader_.Read(trial)) { experience_.Add(trial.architecture, *reward); }
}

}  // namespace arch2vec
