#include "plugins/optimizers/diff_mdenas/distribution.h"

#include <algorithm>
#include <cmath>
#include <utility>

namespace diff_mdenas {

using lode::mixtures::Group;

Distribution::Distribution(lode::mixtures::Groups edges) : edges_(std::move(edges)) {
  for (const Group& edge : edges_) {
    probabilities_.insert(probabilities_.end(), edge.size, 1 / static_cast<double>(edge.size));
  }
  accuracies_.resize(probabilities_.size());
  epochs_.resize(probabilities_.size());
}

lode::mixtures::Mixture Distribution::Draw(lode::Random random) const {
  lode::mixtures::Mixture sample(probabilities_.size());
  for (const Group& edge : edges_) {
    double rest = random.Uniform();
    std::size_t last = edge.first;  // that is possible, if rounding leaves a rest
    for (std::size_t c = edge.first; c < edge.first + edge.size && rest >= 0; ++c) {
      if (probabilities_[c] == 0) { continue; }
      last = c;
      rest -= probabilities_[c];
    }
    sample[last] = 1;
  }
  return sample;
}

void Distribution::Record(std::span<const double> sample, double accuracy) {
  for (std::size_t c = 0; c < sample.size(); ++c) {
    if (sample[c] == 0) { continue; }
    ++epochs_[c];
    accuracies_[c] = accuracy;
  }
}

void Distribution::Update(double rate) {
  for (const Group& edge : edges_) {
    const std::size_t end = edge.first + edge.size;
    for (std::size_t i = edge.first; i < end; ++i) {
      for (std::size_t j = edge.first; j < end; ++j) {
        if (!(epochs_[i] < epochs_[j] && accuracies_[i] > accuracies_[j])) { continue; }
        const double moved = std::min(rate, probabilities_[j]);
        probabilities_[i] += moved;
        probabilities_[j] -= moved;
      }
    }
  }
}

void Distribution::Save(lode::Writer& writer) const {
  writer.Values(std::span(probabilities_));
  writer.Values(std::span(accuracies_));
  writer.Values(std::span(epochs_));
}

void Distribution::Load(lode::Reader& reader) {
  Distribution read = *this;
  reader.Values(std::span(read.probabilities_));
  reader.Values(std::span(read.accuracies_));
  reader.Values(std::span(read.epochs_));
  if (!read.IsSound()) { throw lode::IoError("the saved distribution is damaged"); }
  *this = std::move(read);
}

bool Distribution::IsSound() const {
  const auto fraction = [](double x) { return x >= 0 && x <= 1 + 1e-9; };
  return std::ranges::all_of(accuracies_, fraction) &&
         std::ranges::all_of(probabilities_, fraction) &&
         std::ranges::all_of(edges_, [&](const Group& edge) {
           double sum = 0;
           for (std::size_t c = 0; c < edge.size; ++c) { sum += probabilities_[edge.first + c]; }
           return std::abs(sum - 1) < 1e-6;
         });
}

}  // namespace diff_mdenas
