#include "core/verify/space_contract.h"

#include <vector>

#include "core/verify/space_parts.h"
#include "core/verify/space_probe.h"

namespace lode::verify {
namespace {

void CheckParts(SpaceProbe& space, bool draws, Findings& findings) {
  CheckShape(space, findings);
  if (space.cells() == 0) { return; }
  const std::vector<Bytes> samples = CheckDecoding(space, findings);
  if (samples.size() < kSampleCount) { return; }
  CheckTexts(space, samples, findings);
  CheckVariation(space, samples, findings);
  CheckGraph(space, samples, findings);
  if (draws) {
    CheckSampleDraws(space, samples, findings);
    CheckVariationDraws(space, samples, findings);
  }
  CheckSpaceMetrics(space, samples, findings);
  CheckThreads(space, findings);
}

}  // namespace

void CheckSpace(const lode_component& component, const Setting& setting, bool draws,
                Findings& findings) {
  Subject subject(component, setting);
  if (findings.Require(subject.created(), "create.defaults", subject.error().message())) {
    SpaceProbe space(subject.space(), findings);
    CheckParts(space, draws, findings);
  }
}

}  // namespace lode::verify
