// Shared by the tests of this folder.
#pragma once

#include <cstdint>
#include <cstdlib>
#include <filesystem>
#include <lode/plugin.hpp>
#include <lode/testing.hpp>
#include <string_view>

#include "plugins/spaces/ofa/space.h"
#include "plugins/spaces/ofa/subnet.h"

namespace ofa {

using lode::test::FixedStream;

// The sub-network with the same choices everywhere.
inline Subnet Uniform(std::uint8_t kernel, std::uint8_t expand, std::uint8_t depth) {
  Subnet subnet;
  subnet.kernel.fill(kernel);
  subnet.expand.fill(expand);
  subnet.depth.fill(depth);
  return subnet;
}

inline lode::Architecture Of(const Subnet& subnet) {
  lode::Architecture architecture(kCells);
  ToArchitecture(subnet, architecture);
  return architecture;
}

// A space as oracles see it.
class BoundSpace : public lode::test::SpaceInstance {
 public:
  explicit BoundSpace(std::string_view width = "1.0", std::int64_t resolution = 224,
                      const lode_component* component = lode::SpaceComponent<Space>("ofa", "1.0.0",
                                                                                    "Ofa."))
      : SpaceInstance(lode::test::Values(*component)
                          .Set("width", width)
                          .Set("resolution", resolution)
                          .Set("crossover", "separate")) {}
  lode::Space view() const { return space(); }
};

// Data for tests outside the project's tree; it may be missing.
inline std::filesystem::path SharedData() {
  const char* data = std::getenv("LODE_DATA");
  return data != nullptr ? data : LODE_SOURCE_DIR "/../shared/data";
}
inline std::filesystem::path ReferenceFile(const char* name) {
  return SharedData() / ".." / "reference" / name;
}

}  // namespace ofa
