// Sub-networks as text: the JSON of the Once-for-All authors' code.
#pragma once

#include <string>
#include <string_view>

#include "plugins/spaces/ofa/subnet.h"

namespace ofa {

// {"ks": [3, ...], "e": [3, ...], "d": [2, ...]} with kLayers, kLayers and kUnits numbers,
// including inactive layers; white space as here, as Python's json.dumps writes it.
std::string Format(const Subnet& subnet);

// The space's knowledge of the network around the choices; 0 means any.
struct Surroundings {
  double width = 0;
  std::int64_t resolution = 0;
};

// Reads what Format writes, with any white space and the keys in any order, and what the authors'
// code prints and others store: ' for ", tuples for lists, a comma after the last item, a name in
// front ("net_config = "), and the keys wid (None), r or image_size ([224] or 224) and width, which
// must agree with the space. Throws lode::InvalidError "column N: ..." for anything else, where N
// is the position of the first wrong byte, counted from 1. Takes time linear in the text.
Subnet Parse(std::string_view text, const Surroundings& around = {});

}  // namespace ofa
