// Any bytes in plan.json give a plan that reads back the same, or a HostError.
#include <algorithm>
#include <cstdint>
#include <cstdlib>
#include <string>

#include "core/plugin/error.h"
#include "core/store/run_plan.h"

using namespace lode::core;

namespace {

bool IsSame(const PlannedSearch& a, const PlannedSearch& b) {
  return a.directory == b.directory && a.point == b.point && a.pipeline == b.pipeline &&
         a.seeds == b.seeds;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  RunPlan plan;
  try {
    plan = ParsePlan(std::string(reinterpret_cast<const char*>(data), size), "F");
  } catch (const HostError&) { return 0; }
  // From here on an exception is a finding: the host must be able to read what it writes.
  if (!std::ranges::equal(ParsePlan(FormatPlan(plan), "F"), plan, IsSame)) { std::abort(); }
  return 0;
}
