// The truly best architectures of a space that is small enough to be listed.
#pragma once

#include <cstddef>
#include <lode/plugin.hpp>
#include <optional>
#include <vector>

#include "core/run/load_pipeline.h"

namespace lode::core {

// Spaces with more architectures are not listed.
inline constexpr std::size_t kMostListed = 100'000;

// Returns all architectures of the space if each row of its matrices is a free choice: then the
// product of the numbers of columns is the space's size. None for other and for larger spaces.
std::optional<std::vector<lode::Architecture>> ListSpace(const lode::Space& space,
                                                         std::size_t most = kMostListed);

// Returns the architectures with the best rewards, the best first, at most `count`, if the space
// can be listed and oracles answer at almost no cost: they know their optimum, are not noisy, and
// neither prepare nor load LibTorch. Otherwise none. Throws HostError.
std::optional<std::vector<lode::Architecture>> TrueBest(const lode::Space& space,
                                                        const LoadedPipeline& loaded,
                                                        std::size_t count);

}  // namespace lode::core
