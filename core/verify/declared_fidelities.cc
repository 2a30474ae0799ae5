#include "core/verify/declared_fidelities.h"

#include <algorithm>

#include "core/plugin/error.h"
#include "core/plugin/fidelities.h"

namespace lode::verify {
namespace {

const lode_oracle_api& Api(const Subject& oracle) { return oracle.api<lode_oracle_api>(); }

}  // namespace

bool DeclaresFidelities(const lode_component& oracle) {
  return Has(*static_cast<const lode_oracle_api*>(oracle.api), &lode_oracle_api::fidelities);
}

std::optional<Fidelities> DeclaredBy(const Subject& oracle, Findings& findings) {
  Newer<lode_fidelities> declared;
  ErrorBuffer error;
  const lode_status status = Api(oracle).fidelities(oracle.get(), &declared.value, error.get());
  findings.Require(declared.intact(), "outputs.bounds",
                   "fidelities wrote past the fields of this version");
  if (!findings.Require(status == LODE_OK, "oracle.fidelities",
                        "cannot be read: " + error.message())) {
    return std::nullopt;
  }
  try {
    return core::ReadFidelities(declared.value, "it");
  } catch (const core::DeclarationError& e) {
    findings.Add("oracle.fidelities", e.what());
    return std::nullopt;
  }
}

void CheckUnboundFidelities(const Subject& oracle, Findings& findings) {
  Newer<lode_fidelities> declared;
  const Newer<lode_fidelities> before = declared;
  ErrorBuffer error;
  const lode_status status = Api(oracle).fidelities(oracle.get(), &declared.value, error.get());
  findings.Require(status == LODE_E_INVALID, "oracle.before_bind",
                   "fidelities before bind is not refused as invalid");
  findings.Require(declared.SameBytes(before), "outputs.untouched",
                   "fidelities failed and changed its output");
}

std::vector<double> Served(const Fidelities& fidelities) {
  if (!fidelities.values().empty()) { return fidelities.values(); }
  return {fidelities.lowest(), (fidelities.lowest() + 1) / 2, 1};
}

std::vector<double> NotServed(const Fidelities& fidelities) {
  const double lowest = fidelities.lowest();
  std::vector<double> others = {lowest / 2, (lowest + 1) / 2, 0.75};
  std::erase_if(others, [&](double fidelity) { return fidelities.Serves(fidelity); });
  return others;
}

}  // namespace lode::verify
