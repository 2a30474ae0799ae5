// The layers of all sub-networks, one by one, for a table of their latencies.
#pragma once

#include <functional>
#include <string>
#include <vector>

#include "plugins/spaces/ofa/cost.h"
#include "toolkit/training/measured_latency.h"

namespace ofa {

// A layer, or a part of the network around the layers.
struct SingleLayer {
  std::string key;  // in a latency table
  Map input;
  // Makes it with random weights, in the plain form, as the networks of sub-networks have it.
  std::function<lode::training::TimedNetwork()> make;
};

// Returns what the sub-networks of a network consist of: for each key of a latency table one.
std::vector<SingleLayer> SingleLayersOf(const Network& network);

}  // namespace ofa
