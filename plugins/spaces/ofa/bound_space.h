// Checks that the oracles of the space ofa make of the space they are bound to.
#pragma once

#include <cstdint>
#include <lode/plugin.hpp>
#include <string>

namespace ofa {

// Throws lode::UnsupportedError unless `space` has the two matrices of ofa, labels included; `what`
// names the thing made for them ("the table").
void RequireOfa(const lode::Space& space, const std::string& what);

// Throws lode::UnsupportedError if the space measures its networks at a different width or
// resolution, because its metrics and the oracle's would describe different networks.
void RequireSameNetworks(const lode::Space& space, const std::string& width,
                         std::int64_t resolution);

// The same for the width alone: throws unless the space's smallest network has its parameters.
void RequireSameWidth(const lode::Space& space, const std::string& width);

}  // namespace ofa
