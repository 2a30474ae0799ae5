#include "toolkit/mixtures/logits.h"

namespace lode::mixtures {

void Logits::Initialize(Random random, double deviation) {
  for (double& value : values_) { value = deviation * random.Normal(); }
  adam_ = Adam(values_.size(), config_);
}

void Logits::Subtract(std::span<const double> amounts, double rate) {
  for (std::size_t c = 0; c < values_.size(); ++c) { values_[c] -= rate * amounts[c]; }
}

void Logits::Save(Writer& writer) const {
  writer.Values(std::span(values_));
  adam_.Save(writer);
}

void Logits::Load(Reader& reader) {
  std::vector<double> values(values_.size());
  ReadTrained(reader, values);
  adam_.Load(reader);
  values_ = std::move(values);
}

}  // namespace lode::mixtures
