#include "core/plugin/fidelities.h"

#include <algorithm>
#include <vector>

#include "core/plugin/error.h"
#include "core/plugin/text.h"

namespace lode::core {

Fidelities ReadFidelities(const lode_fidelities& declared, const std::string& title) {
  if (declared.count > 0 && declared.values == nullptr) {
    throw DeclarationError(title + ": declares " + std::to_string(declared.count) +
                           " fidelities without their values");
  }
  try {
    return detail::ReadFidelities(declared);
  } catch (const InvalidError& e) {
    throw DeclarationError(title + ": its fidelities: " + e.what());
  }
}

Fidelities Intersection(const Fidelities& a, const Fidelities& b) {
  if (a.values().empty() && b.values().empty()) {
    return Fidelities::Range(std::max(a.lowest(), b.lowest()));
  }
  if (a.values().empty()) { return Intersection(b, a); }
  std::vector<double> common;
  std::ranges::copy_if(a.values(), std::back_inserter(common),
                       [&](double fidelity) { return b.Serves(fidelity); });
  return Fidelities::List(std::move(common));
}

std::string FormatFidelities(const Fidelities& fidelities) {
  if (fidelities.values().empty()) { return FormatNumber(fidelities.lowest()) + " to 1"; }
  std::string text;
  for (const double fidelity : fidelities.values()) {
    text += (text.empty() ? "" : ", ") + FormatNumber(fidelity);
  }
  return text;
}

}  // namespace lode::core
