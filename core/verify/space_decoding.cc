#include <array>
#include <limits>
#include <lode/plugin.hpp>
#include <string>
#include <utility>
#include <vector>

#include "core/verify/space_check.h"
#include "core/verify/space_parts.h"

namespace lode::verify {
namespace {

constexpr float kHuge = 3e38f;
constexpr float kDenormal = std::numeric_limits<float>::denorm_min();
constexpr float kInfinity = std::numeric_limits<float>::infinity();
constexpr float kNoNumber = std::numeric_limits<float>::quiet_NaN();

class DecodingContract : public SpaceCheck {
 public:
  DecodingContract(SpaceProbe& space, Findings& findings) : SpaceCheck(space, drawn_, findings) {}

  std::vector<Bytes> Check() {
    Do("discretizing actions", &DecodingContract::CheckDiscretize);
    Do("discretizing actions that are not finite", &DecodingContract::CheckNotFinite);
    Do("sampling", &DecodingContract::CheckSample);
    return std::move(drawn_);
  }

 private:
  std::vector<std::vector<float>> Actions() const {
    const std::size_t n = space_.cells();
    std::vector<std::vector<float>> list;
    for (const float fill :
         {0.0f, -0.0f, 0.5f, 1.0f, -1.0f, kHuge, -kHuge, kDenormal, -kDenormal}) {
      list.emplace_back(n, fill);
    }
    test::RandomStream stream(1, "actions");
    const Random random(stream.handle());
    for (const double scale : {1.0, 1e-42, 6e38}) {
      for (int i = 0; i < 200; ++i) {
        auto& action = list.emplace_back(n);
        const double shift = i % 2 == 0 ? 0 : -0.5;
        for (float& cell : action) {
          cell = static_cast<float>(scale * (random.Uniform() / 2 + shift / 2));
        }
      }
    }
    static constexpr std::array kSpecial = {0.0f, -0.0f, 1.0f, -1.0f, kHuge, -kHuge, kDenormal};
    for (int i = 0; i < 500; ++i) {
      auto& action = list.emplace_back(n);
      for (float& cell : action) { cell = kSpecial[random.Below(kSpecial.size())]; }
    }
    return list;
  }

  void CheckDiscretize() {
    for (const std::vector<float>& action : Actions()) {
      const std::vector<float> before = action;
      const auto architecture = space_.Discretize(action);
      if (!Require(architecture.has_value(), "space.discretize", "refuses a finite action")) {
        continue;
      }
      Require(SameBits(before, action), "space.discretize", "changes the action");
      if (Require(space_.IsValid(*architecture), "space.discretize.valid",
                  "gives bytes that are not an architecture: " + Text(*architecture))) {
        CheckIdempotent(*architecture);
      }
    }
  }

  void CheckIdempotent(const Bytes& architecture) {
    const std::vector<float> as_action(architecture.begin(), architecture.end());
    const auto again = space_.Discretize(as_action);
    Require(again == architecture, "space.discretize.idempotent",
            Text(architecture) + " as an action becomes " + (again ? Text(*again) : "an error"));
  }

  void CheckNotFinite() {
    for (const float bad : {kNoNumber, kInfinity, -kInfinity}) {
      for (const std::size_t cell : {std::size_t{0}, space_.cells() / 2, space_.cells() - 1}) {
        std::vector<float> action(space_.cells(), 0.25f);
        action[cell] = bad;
        const bool refused = !space_.Discretize(action) && space_.status() == LODE_E_INVALID;
        Require(refused, "space.discretize.finite",
                "does not refuse " + std::to_string(bad) + " in cell " + std::to_string(cell) +
                    " as invalid");
      }
    }
  }

  void CheckSample() {
    for (std::uint64_t seed = 0; seed < kSampleCount; ++seed) {
      const auto architecture = space_.Sample(seed);
      if (!Require(architecture.has_value(), "space.sample", "fails")) { return; }
      if (!Require(space_.IsValid(*architecture), "space.sample",
                   "gives bytes that are not an architecture")) {
        return;
      }
      drawn_.push_back(*architecture);
    }
    for (const Bytes& sample : drawn_) { CheckIdempotent(sample); }
    const BytesSet distinct(drawn_.begin(), drawn_.end());
    Require(space_.Log10Size() < 0.3 || distinct.size() > 1, "space.sample",
            "always draws the same architecture");
  }

  std::vector<Bytes> drawn_;
};

}  // namespace

std::vector<Bytes> CheckDecoding(SpaceProbe& space, Findings& findings) {
  return DecodingContract(space, findings).Check();
}

}  // namespace lode::verify
