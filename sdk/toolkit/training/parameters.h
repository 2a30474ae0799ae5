// Shared by oracles that have parameters in common.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <lode/plugin.hpp>

namespace lode::training {

// Returns a function that appends to an oracle's parameters one that is a member of Base, from
// which the oracle's Config C derives: add("epochs", &Base::epochs, "Passes over the training
// images.", Range{1, 100}).
template <class Base, class C>
auto Appender(Params<C>& params) {
  return [&params]<class T>(const char* name, T Base::*member, const char* doc, auto... allowed) {
    T C::*of_oracle = member;
    params.emplace_back(name, of_oracle, doc, allowed...);
  };
}

}  // namespace lode::training
