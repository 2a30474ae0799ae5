// A relaxed network for optimizers that train one.
#pragma once

#include <cstdint>
#include <lode/plugin.hpp>
#include <lode/quadratic_network.hpp>
#include <memory>

#include "core/verify/findings.h"
#include "core/verify/test_host.h"

namespace lode::verify {

// The quadratic network, started, and its handle.
struct LentNetwork {
  explicit LentNetwork(const Space& space)
      : network(space.matrices()), handle(network, space.cells()) {
    network.Restart({});
  }

  test::QuadraticNetwork network;
  RelaxedHandle handle;
};

inline bool TrainsNetwork(const lode_component& component) {
  return component.kind == LODE_OPTIMIZER &&
         Has(*static_cast<const lode_optimizer_api*>(component.api), &lode_optimizer_api::connect);
}

// Gives a bound optimizer a network of its own, if it trains one. Returns the network, or null.
inline LentNetwork* LendNetwork(Subject& subject, lode_space space, Findings& findings) {
  if (!TrainsNetwork(subject.component())) { return nullptr; }
  const auto lent = std::make_shared<LentNetwork>(Space(space));
  subject.Keep(lent);
  ErrorBuffer error;
  const lode_status status =
      subject.api<lode_optimizer_api>().connect(subject.get(), lent->handle.handle(), error.get());
  findings.Require(status == LODE_OK, "optimizer.connect",
                   "refuses a network that has everything: " + error.message());
  return lent.get();
}

}  // namespace lode::verify
