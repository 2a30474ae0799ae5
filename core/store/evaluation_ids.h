// Which evaluations of run.db are of known trials, and which confirm the best, as SQL.
#pragma once

#include <string>

#include "core/search/trial.h"

namespace lode::core {

// The limits of the ranges that trial.h defines.
inline const std::string kFirstKnown = "1 << " + std::to_string(kKnownBit);
inline const std::string kFirstRepeat = "1 << " + std::to_string(kRepeatBit);

// Returns the condition that a column has the ID of a known trial.
inline std::string IsKnown(const std::string& id) {
  return id + " >= " + kFirstKnown + " AND " + id + " < " + kFirstRepeat;
}

// The same for a measurement that confirms the best.
inline std::string IsRepeat(const std::string& id) { return id + " >= " + kFirstRepeat; }

}  // namespace lode::core
