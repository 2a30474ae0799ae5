// An L2NAS instance for tests.
#pragma once

#include <gtest/gtest.h>

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <lode/testing.hpp>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "plugins/optimizers/l2nas/l2nas.h"

namespace l2nas {

using lode::test::Instance;
using lode::test::Phase;
using lode::test::Values;

inline Values Defaults() { return *Component(); }

// An instance accessed through its table, bound to a space.
class Search {
 public:
  explicit Search(const lode::Space& space, const Values& values = Defaults(),
                  std::uint64_t seed = 1)
      : space_(space), instance_(values, seed) {
    instance_.host().Enter(0, Phase::kSetup);
    EXPECT_EQ(Api().bind(instance_.get(), space.handle(), nullptr), LODE_OK);
  }

  struct Proposed {
    bool is_action;
    lode::Action action;
    lode::Architecture architecture;  // if an action: what it is discretized to
  };
  Proposed Propose(std::uint64_t step, std::uint64_t attempt = 0) {
    Proposed p{false, lode::Action(space_.cells()), lode::Architecture(space_.cells())};
    lode_proposal proposal = lode::test::ProposalInto(p.action.data(), p.architecture.data());
    instance_.host().Enter(step, Phase::kAsk, attempt);
    EXPECT_EQ(Api().ask(instance_.get(), &proposal, nullptr), LODE_OK);
    p.is_action = proposal.kind == LODE_PROPOSES_ACTION;
    if (p.is_action) { p.architecture = space_.Discretize(p.action); }
    return p;
  }

  std::vector<float> Ask(std::uint64_t step) {
    const Proposed p = Propose(step);
    EXPECT_TRUE(p.is_action);
    return p.action;
  }

  // `action` may be null if an architecture was proposed.
  void Tell(std::uint64_t step, const std::vector<float>* action,
            const lode::Architecture& architecture, double reward, std::uint32_t flags = 0) {
    const lode_trial trial = lode::test::TrialOf(
        step, flags, action != nullptr ? action->data() : nullptr, architecture.data(), reward);
    instance_.host().Enter(step, Phase::kTell);
    EXPECT_EQ(Api().tell(instance_.get(), &trial, 1, nullptr), LODE_OK);
  }

  std::string Save() const {
    std::string bytes;
    EXPECT_EQ(Component()->save(instance_.get(), lode::detail::SinkInto(bytes), nullptr), LODE_OK);
    return bytes;
  }

  // Returns the error, or "" on success.
  std::string Load(std::string_view bytes) {
    const lode_source source{&bytes, [](void* ctx, void* data, std::size_t size) -> std::int64_t {
                               auto& rest = *static_cast<std::string_view*>(ctx);
                               const std::size_t n = std::min(size, rest.size());
                               std::memcpy(data, rest.data(), n);
                               rest.remove_prefix(n);
                               return static_cast<std::int64_t>(n);
                             }};
    lode::test::ErrorBuffer error;
    const lode_status status = Component()->load(instance_.get(), source, error.get());
    if (status == LODE_OK) { return ""; }
    EXPECT_EQ(error.Fault(status), "");
    return error.message();
  }

  const std::vector<std::pair<std::string, double>>& records() {
    return instance_.host().records();
  }

 private:
  const lode_optimizer_api& Api() const { return instance_.api<lode_optimizer_api>(); }

  lode::Space space_;
  Instance instance_;
};

}  // namespace l2nas
