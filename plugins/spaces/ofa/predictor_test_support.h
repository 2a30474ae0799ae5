// Shared by the tests of predictors.
#pragma once

#include <zlib.h>

#include <algorithm>
#include <array>
#include <cstdint>
#include <map>
#include <sstream>
#include <string>
#include <vector>

#include "plugins/spaces/ofa/accuracy_predictor.h"
#include "plugins/spaces/ofa/space.h"
#include "plugins/spaces/ofa/subnet.h"
#include "plugins/spaces/ofa/test_support.h"

namespace ofa {

inline const std::string kShippedPredictor =
    LODE_SOURCE_DIR "/plugins/spaces/ofa/ofa_acc_predictor.safetensors";

inline double PredictOne(const AccuracyPredictor& predictor, const Subnet& subnet,
                         std::int64_t resolution) {
  double accuracy = 0;
  predictor.Predict({&subnet, 1}, resolution, {&accuracy, 1});
  return accuracy;
}

inline std::vector<Subnet> RandomSubnets(std::size_t count, std::uint64_t seed) {
  FixedStream stream(seed);
  const Space space(lode::Host(nullptr), {});
  std::vector<Subnet> subnets;
  while (subnets.size() < count) {
    lode::Architecture a(kCells);
    space.Sample(stream.random(), a);
    subnets.push_back(FromArchitecture(a));
  }
  return subnets;
}

// ---- measured accuracies

struct Measured {
  std::vector<Subnet> subnets;
  std::vector<double> accuracies;  // percent
};

inline std::string Unpacked(const std::string& path) {
  std::string text(1 << 20, '\0');
  const gzFile file = gzopen(path.c_str(), "rb");
  const int size = gzread(file, text.data(), static_cast<unsigned>(text.size()));
  gzclose(file);
  text.resize(static_cast<std::size_t>(std::max(size, 0)));
  return text;
}

template <std::size_t kCount>
std::array<std::uint8_t, kCount> Numbers(const std::string& list) {
  std::array<std::uint8_t, kCount> numbers{};
  for (std::size_t k = 0; k < kCount; ++k) {
    numbers[k] = static_cast<std::uint8_t>(list.at(2 * k) - '0');
  }
  return numbers;
}

// By resolution.
inline std::map<std::int64_t, Measured> ReadMeasured(const std::string& path) {
  std::map<std::int64_t, Measured> measured;
  std::istringstream lines(Unpacked(path));
  std::string line, index, resolution, d, ks, e, top1;
  std::getline(lines, line);
  while (std::getline(lines, line)) {
    std::istringstream(line) >> index >> resolution >> d >> ks >> e >> top1;
    Measured& m = measured[std::stoi(resolution)];
    m.subnets.push_back({Numbers<20>(ks), Numbers<20>(e), Numbers<5>(d)});
    m.accuracies.push_back(100 * std::stod(top1));
  }
  return measured;
}

}  // namespace ofa
