// The networks that EcoNAS has trained for the same share of the epochs.
#pragma once

#include <cstddef>
#include <cstdint>
#include <lode/plugin.hpp>
#include <vector>

namespace diff_econas {

struct Member {
  lode::Architecture architecture;
  double reward;        // the highest of its trainings
  std::uint64_t cycle;  // of its last training
};

// Ranked by reward; of equal rewards the one that joined first is better.
class Population {
 public:
  std::size_t size() const { return members_.size(); }

  void Join(Member member);
  // Removes the members whose last training was `lifetime` or more cycles before `cycle`.
  void Bury(std::uint64_t cycle, std::uint64_t lifetime);
  // Removes the best members, at most `count`, and returns them, the best first.
  std::vector<Member> TakeBest(std::size_t count);
  // Returns the best of floor(share * size) + 1 members, drawn with replacement.
  // REQUIRES: size() > 0.
  const Member& DrawMother(lode::Random random, double share) const;

 private:
  std::vector<Member> members_;  // best first
};

}  // namespace diff_econas
