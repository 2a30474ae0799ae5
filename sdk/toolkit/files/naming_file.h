// Reports out of memory with the name of the file that needed it.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <lode/plugin.hpp>
#include <new>
#include <stdexcept>
#include <string>

namespace lode::files {

// Calls `body`, which reads the file at `path`. If memory runs out, throws a Error that
// begins with the path.
template <class Body>
auto NamingFile(const std::string& path, const Body& body) {
  try {
    return body();
  } catch (const std::bad_alloc&) {
    throw Error(LODE_E_NOMEM, path + ": out of memory");
  } catch (const std::length_error&) {
    throw Error(LODE_E_NOMEM, path + ": needs more memory than is possible");
  }
}

}  // namespace lode::files
