// Architectures in tables.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <lode/plugin.hpp>

#include "toolkit/files/delimited_reader.h"

namespace lode::files {

// Returns the architecture in a field of the current line, in any notation that the space reads.
// Throws IoError with the field's place for another text.
inline Architecture ReadArchitecture(const DelimitedReader& line, std::size_t field,
                                     const Space& space) {
  try {
    return space.Parse(line.Text(field));
  } catch (const Error& e) {
    if (e.code() != LODE_E_INVALID) { throw; }
    line.FailAt(field, e.what());
  }
}

}  // namespace lode::files
