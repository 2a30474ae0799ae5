// Genotypes for tests.
#pragma once

#include <cstdint>
#include <lode/testing.hpp>

#include "plugins/spaces/darts/genotype.h"

namespace darts {

inline Genotype DrawGenotype(lode::test::FixedStream& stream) {
  const auto draw = [&] {
    return CellFromIndex(static_cast<std::uint32_t>(stream.random().Below(kCellCount)));
  };
  return {draw(), draw()};
}

inline lode::Architecture Of(const Genotype& genotype) {
  lode::Architecture a(kCells);
  ToArchitecture(genotype, a);
  return a;
}

}  // namespace darts
