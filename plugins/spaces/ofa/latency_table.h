// Latencies of single layers on a device, in the form published by the Once-for-All authors
// (`{resolution}_lookup_table.yaml` for each device): a YAML map from a layer's key to a map with
// its `mean` in ms.
//
//   Conv-input:224x224x3-output:112x112x16                     the first convolution
//   expanded_conv-input:112x112x16-output:56x56x24-expand:48-kernel:3-stride:2-idskip:0-se:0-hs:0
//   Conv_1-input:7x7x160-output:7x7x960                        final expansion
//   AvgPool2D-input:7x7x960-output:1x1x960                     mean over the pixels
//   Conv_2-input:1x1x960-output:1x1x1280                       feature mix
//   Logits-input:1x1x1280-output:1000                          classifier
//
// Maps are height x width x channels; `expand` is the number of expanded channels (not the ratio),
// `idskip` whether there is a shortcut, `se` squeeze-and-excitation, `hs` h-swish.
#pragma once

#include <string>
#include <unordered_map>

#include "plugins/spaces/ofa/cost.h"
#include "plugins/spaces/ofa/layer_sum.h"

namespace ofa {

using LatencyTable = std::unordered_map<std::string, double>;  // ms by key

// Reads a file of at most 16 MiB. Throws lode::IoError as ParseLatencyTable does, and if the file
// cannot be read.
LatencyTable ReadLatencyTable(const std::string& path);

// Throws lode::IoError "NAME:line:column: ..." unless the text is one YAML document, a map with
// distinct keys whose values are maps with a finite `mean` >= 0; other fields of these are ignored.
LatencyTable ParseLatencyTable(const std::string& text, const std::string& name);

// Writes what ParseLatencyTable reads, in the order of the keys; `heading`, a line, says where the
// latencies are from.
std::string FormatLatencyTable(const LatencyTable& table, const std::string& heading);

// Returns the key of the first block or of a layer.
std::string LatencyKey(const InvertedResidual& layer);

// The keys of what is outside the layers, except for the first block's.
struct KeysOfRest {
  explicit KeysOfRest(const Network& network);
  std::string first_conv, final_expand, pool, feature_mix, classifier;
};

// Returns the latencies of a network's sub-networks, in ms. If any of them would need a key that
// the table lacks, throws lode::IoError that starts with `name` and contains the first such key,
// their number, and the most similar key of the table.
LayerSum<double> SumLatencies(const Network& network, const LatencyTable& table,
                              const std::string& name);

}  // namespace ofa
