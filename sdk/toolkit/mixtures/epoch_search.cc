#include "toolkit/mixtures/epoch_search.h"

namespace lode::mixtures {

void EpochSearch::Connect(RelaxedNetwork& network) {
  RequireFeatures(network.Info());
  network_ = &network;
}

Action EpochSearch::Ask() {
  BeginEpoch();
  const std::uint64_t batches = network_->Info().training_batches;
  const std::uint64_t first = network_epoch() * batches;
  RelaxedResult sum;
  for (std::uint64_t batch = first; batch < first + batches; ++batch) {
    host_.ThrowIfCancelled();
    const RelaxedResult result = Train(batch);
    sum.loss += result.loss;
    sum.accuracy += result.accuracy;
  }
  host_.Record("training_loss", sum.loss / static_cast<double>(batches));
  host_.Record("training_accuracy", sum.accuracy / static_cast<double>(batches));
  Action proposed = Propose();
  ++epoch_;
  return proposed;
}

void EpochSearch::Restart(RelaxedStart start) {
  start.seed = random().Next();
  network_->Restart(start);
  restarted_ = epoch_;
}

RelaxedResult EpochSearch::Step(std::uint64_t batch, std::span<const double> mixture) {
  return network_->Step({.number = batch, .mixture = mixture});
}

Mixture EpochSearch::GradientAt(lode_split split, std::uint64_t batch,
                                std::span<const double> mixture, Absent absent) {
  Mixture gradient(mixture.size());
  network_->Measure({.split = split,
                     .number = batch,
                     .mixture = mixture,
                     .gradient = std::span(gradient),
                     .absent = absent});
  return gradient;
}

void EpochSearch::Save(Writer& writer) const {
  writer.Value(epoch_);
  writer.Value(restarted_);
  SaveState(writer);
}

void EpochSearch::Load(Reader& reader) {
  const auto epoch = reader.Value<std::uint64_t>();
  const auto restarted = reader.Value<std::uint64_t>();
  if (restarted > epoch) { throw IoError("the saved epochs are damaged"); }
  LoadState(reader);
  epoch_ = epoch;
  restarted_ = restarted;
}

}  // namespace lode::mixtures
