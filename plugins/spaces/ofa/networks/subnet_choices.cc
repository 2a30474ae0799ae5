#include "plugins/spaces/ofa/networks/subnet_choices.h"

#include <random>

namespace ofa {
namespace {

// Chooses each value by a function of its choices.
template <class Choose>
Subnet Chosen(const SubnetChoices& choices, const Choose& choose) {
  Subnet subnet;
  const auto fill = [&](auto& values, const std::vector<std::uint8_t>& from) {
    for (auto& value : values) { value = choose(from); }
  };
  fill(subnet.kernel, choices.kernels);
  fill(subnet.expand, choices.expands);
  fill(subnet.depth, choices.depths);
  return subnet;
}

}  // namespace

Subnet SubnetChoices::Largest() const {
  return Chosen(*this, [](const auto& from) { return from.back(); });
}

Subnet SubnetChoices::Smallest() const {
  return Chosen(*this, [](const auto& from) { return from.front(); });
}

Subnet SubnetChoices::Draw(std::uint64_t seed, std::uint64_t number) const {
  std::seed_seq words{seed & 0xffffffffU, seed >> 32, number & 0xffffffffU, number >> 32};
  std::mt19937 random(words);
  // 2^32 over 3 leaves a bias of 2e-10.
  return Chosen(*this, [&](const auto& from) { return from[random() % from.size()]; });
}

}  // namespace ofa
