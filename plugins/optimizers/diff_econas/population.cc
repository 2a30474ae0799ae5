#include "plugins/optimizers/diff_econas/population.h"

#include <algorithm>
#include <functional>
#include <iterator>
#include <utility>

namespace diff_econas {

void Population::Join(Member member) {
  const auto place =
      std::ranges::upper_bound(members_, member.reward, std::greater<>(), &Member::reward);
  members_.insert(place, std::move(member));
}

void Population::Bury(std::uint64_t cycle, std::uint64_t lifetime) {
  std::erase_if(members_, [&](const Member& m) { return cycle - m.cycle >= lifetime; });
}

std::vector<Member> Population::TakeBest(std::size_t count) {
  const auto end = members_.begin() + static_cast<std::ptrdiff_t>(std::min(count, members_.size()));
  std::vector<Member> best(std::make_move_iterator(members_.begin()), std::make_move_iterator(end));
  members_.erase(members_.begin(), end);
  return best;
}

const Member& Population::DrawMother(lode::Random random, double share) const {
  const auto draws = static_cast<std::size_t>(share * static_cast<double>(size())) + 1;
  std::size_t best = size() - 1;
  for (std::size_t i = 0; i < draws; ++i) {
    best = std::min<std::size_t>(best, random.Below(size()));
  }
  return members_[best];
}

}  // namespace diff_econas
