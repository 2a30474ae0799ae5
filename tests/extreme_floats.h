// Finite numbers at which arithmetic easily goes wrong.
#pragma once

#include <array>
#include <limits>

namespace lode {

inline constexpr std::array kExtremeFloats = {std::numeric_limits<float>::max(),
                                              std::numeric_limits<float>::lowest(),
                                              std::numeric_limits<float>::min(),
                                              -std::numeric_limits<float>::min(),
                                              std::numeric_limits<float>::denorm_min(),
                                              -std::numeric_limits<float>::denorm_min(),
                                              0.0f,
                                              -0.0f,
                                              1.0f,
                                              1.0f + std::numeric_limits<float>::epsilon(),
                                              -1.0f};

}  // namespace lode
