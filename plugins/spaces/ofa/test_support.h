// Shared by the tests of this folder.
// SPDX-License-Identifier: Apache-2.0
#ifndef LODE_PLUGINS_SPACES_OFA_TEST_SUPPORT_H_
#define LODE_PLUGINS_SPACES_OFA_TEST_SUPPORT_H_

#include <cstdint>
#include <cstdlib>
#include <filesystem>
#include <lode/plugin.hpp>
#include <lode/testing.hpp>
#include <string_view>

#include "core/verify/test_host.h"
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

inline lode_value Text(lode_type type, std::string_view text) {
  lode_value value{};
  value.type = type;
  value.as.s = {text.data(), text.size()};
  return value;
}
inline lode_value Integer(std::int64_t i) {
  lode_value value{};
  value.type = LODE_T_INT;
  value.as.i = i;
  return value;
}

// A space as oracles see it.
class BoundSpace {
 public:
  explicit BoundSpace(std::string_view width = "1.0", std::int64_t resolution = 224,
                      const lode_component* component = lode::SpaceComponent<Space>("ofa", "1.0.0",
                                                                                    "Ofa."))
      : subject_(*component, {"ofa",
                              {Text(LODE_T_CHOICE, width), Integer(resolution),
                               Text(LODE_T_CHOICE, "separate")}}) {}
  lode_space handle() const { return subject_.space(); }
  lode::Space view() const { return lode::Space(handle()); }

 private:
  lode::verify::Subject subject_;
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

#endif  // LODE_PLUGINS_SPACES_OFA_TEST_SUPPORT_H_
