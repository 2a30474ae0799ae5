// Measured architectures that a predictor is fitted to.
#pragma once

#include <cstddef>
#include <lode/plugin.hpp>
#include <string>
#include <string_view>
#include <vector>

namespace predictor {

// One architecture and what was measured.
struct Sample {
  lode::Architecture architecture;  // the canonical one, where the space has it
  std::vector<double> inputs;       // the other inputs of the predictor
  std::vector<double> values;       // of each metric
};

// Where a table has the data that is read from it.
struct Layout {
  std::string key;                   // the column of the architectures
  std::vector<std::string> inputs;   // the columns of the other inputs
  std::vector<std::string> metrics;  // the columns of the metrics
};

// Reads a table's text (see toolkit/files/delimited_reader.h): an architecture in each line, in a
// form that the space reads, which other lines may repeat. Lines without a number for a metric are
// left out: failed trials. Throws lode::IoError with a message that begins with `name`, line and
// column, and lode::CancelledError.
std::vector<Sample> ReadSamples(std::string_view text, const std::string& name,
                                const Layout& layout, const lode::Space& space,
                                const lode::Host& host);

struct Division {
  std::vector<Sample> fitted, held_out;
};

// Holds out a share of the distinct architectures, drawn at random, with all of their samples;
// rounded, but at least one architecture is fitted.
Division Divide(std::vector<Sample> samples, double share, lode::Random random);

}  // namespace predictor
