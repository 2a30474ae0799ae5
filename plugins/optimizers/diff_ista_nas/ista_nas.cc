#include "plugins/optimizers/diff_ista_nas/ista_nas.h"

#include <cmath>
#include <utility>

namespace diff_ista_nas {

lode::Params<IstaNas::Config> IstaNas::Parameters() {
  return {{"dimensions", &Config::dimensions,
           "The most numbers to which the mixture of a node is compressed.", lode::Range{1, 1000}},
          {"penalty", &Config::penalty, "Weight of the codes' L1 norm in sparse coding.",
           lode::Range{0, 1e6, true}},
          {"learning_rate", &Config::learning_rate,
           "Adam's learning rate for the compressed mixture.", lode::Range{0, 10, true}},
          {"weight_decay", &Config::weight_decay, "Weight decay of the compressed mixture.",
           lode::Range{0, 1}}};
}

void IstaNas::Bind(const lode::Space& space) {
  codes_.emplace(space, static_cast<std::size_t>(config_.dimensions), config_.penalty);
  adam_.emplace(codes_->compressed().size(),
                lode::mixtures::AdamConfig{config_.learning_rate, config_.weight_decay});
}

void IstaNas::BeginEpoch() {
  if (epoch() > 0) { return; }
  codes_->Initialize(random(), kDeviation);
  codes_->Recover();
  Restart();
}

lode::RelaxedResult IstaNas::Train(std::uint64_t batch) {
  const lode::mixtures::Mixture gradient = GradientAt(LODE_SPLIT_VALIDATION, batch, codes_->Mix());
  adam_->Descend(codes_->Backpropagate(gradient), codes_->compressed());
  return Step(batch, codes_->Mix());
}

lode::Action IstaNas::Propose() {
  codes_->Recover();
  lode::Action action;
  for (const double code : codes_->codes()) {
    action.push_back(static_cast<float>(std::abs(code)));
  }
  return action;
}

void IstaNas::SaveState(lode::Writer& writer) const {
  codes_->Save(writer);
  adam_->Save(writer);
}

void IstaNas::LoadState(lode::Reader& reader) {
  SparseCodes codes = *codes_;
  codes.Load(reader);
  adam_->Load(reader);
  codes_ = std::move(codes);
}

}  // namespace diff_ista_nas
