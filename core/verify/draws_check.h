// What the checks of probabilities share.
#pragma once

#include <cmath>
#include <cstdint>
#include <lode/math.hpp>
#include <string>
#include <string_view>
#include <vector>

#include "core/verify/chance.h"
#include "core/verify/space_check.h"

namespace lode::verify {

constexpr std::uint64_t kDraws = 8'000;

class DrawsCheck : public SpaceCheck {
 public:
  DrawsCheck(SpaceProbe& space, const std::vector<Bytes>& samples, Findings& findings)
      : SpaceCheck(space, samples, findings), rows_are_choices_(RowsAreChoices()) {
    double product = 0;
    for (const Row& row : space.rows()) { product += math::Log10(static_cast<double>(row.size)); }
    is_product_ = rows_are_choices_ && std::abs(product - space.Log10Size()) < 1e-6;
  }

 protected:
  std::string Title(std::size_t row) const { return "row " + std::to_string(row); }

  const Bytes& Sample(std::uint64_t i) const { return samples_[i % samples_.size()]; }

  // Calls draw(random, out, i) `draws` times and passes each result to count(out, i).
  template <class Draw, class Count>
  void Repeat(std::uint64_t draws, const char* stream_name, Draw&& draw, Count&& count) {
    test::RandomStream stream(1, stream_name);
    Bytes out(space_.cells());
    for (std::uint64_t i = 0; i < draws; ++i) {
      if (i % 64 == 0) { findings_.Beat(); }
      if (draw(stream.handle(), out.data(), i) != LODE_OK) {
        return;  // other checks report it
      }
      count(out, i);
    }
  }

  void CheckShares(const std::vector<double>& counts, const std::string& title,
                   std::string_view rule, double draws = kDraws) {
    for (std::size_t c = 0; c < counts.size(); ++c) {
      Require(
          MayBe(counts[c], draws, 1.0 / static_cast<double>(counts.size())), rule,
          title + std::to_string(c) + " has a frequency of " + std::to_string(counts[c] / draws));
    }
  }

  std::vector<Bytes> NeighboursOf(const Bytes& parent) {
    return silent_.Neighbours(parent).value_or(std::vector<Bytes>{});
  }

  const bool rows_are_choices_;
  bool is_product_ = false;  // every combination of choices is an architecture

 private:
  Findings ignored_;  // other checks report them
  SpaceProbe silent_{{&space_.api(), space_.instance()}, ignored_};
};

}  // namespace lode::verify
