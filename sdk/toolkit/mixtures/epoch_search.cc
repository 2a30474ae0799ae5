#include "toolkit/mixtures/epoch_search.h"

namespace lode::mixtures {

void EpochSearch::Connect(RelaxedNetwork& network) {
  RequireFeatures(network.Info());
  network_ = &network;
}

Action EpochSearch::Ask() {
  if (epoch_ == 0) {
    logits_->Initialize(host_.Random(), kDeviation);
    network_->Restart({.seed = host_.Random().Next()});
  }
  const std::uint64_t batches = network_->Info().training_batches;
  RelaxedResult sum;
  for (std::uint64_t batch = epoch_ * batches; batch < (epoch_ + 1) * batches; ++batch) {
    host_.ThrowIfCancelled();
    const RelaxedResult result = Train(batch);
    sum.loss += result.loss;
    sum.accuracy += result.accuracy;
  }
  host_.Record("training_loss", sum.loss / static_cast<double>(batches));
  host_.Record("training_accuracy", sum.accuracy / static_cast<double>(batches));
  ++epoch_;
  const Mixture mixture = logits_->Softmax();
  return {mixture.begin(), mixture.end()};
}

void EpochSearch::Save(Writer& writer) const {
  writer.Value(epoch_);
  logits_->Save(writer);
}

void EpochSearch::Load(Reader& reader) {
  const auto epoch = reader.Value<std::uint64_t>();
  logits_->Load(reader);
  epoch_ = epoch;
}

}  // namespace lode::mixtures
