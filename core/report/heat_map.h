// Heat maps of the cells of a space's matrices, as in Figure 2 of L2NAS's paper.
#pragma once

#include <lode/plugin.hpp>
#include <string>
#include <vector>

namespace lode::core {

// One map for each matrix.
struct HeatMap {
  std::string title;
  std::vector<double> shares;  // of each cell, in [0, 1], in the order of an architecture's cells
  lode::Architecture marked;   // its ones get an X
};

// Returns the maps side by side as a self-contained SVG: rows of a matrix are columns of its map,
// darker is higher, and bars separate rows that lead to different nodes, as the labels "0->1" and
// "0->2" do. Labels are printable.
std::string FormatHeatMaps(const std::vector<lode::Matrix>& matrices,
                           const std::vector<HeatMap>& maps);

}  // namespace lode::core
