// A directory for one test.
#pragma once

#include <lode/testing.hpp>

namespace lode {

using test::TemporaryDirectory;

}  // namespace lode
