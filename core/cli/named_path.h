// NAME=PATH on the command line.
#pragma once

#include <filesystem>
#include <string>
#include <system_error>

#include "core/compare/given_runs.h"

namespace lode::cli {

// Splits NAME=PATH, unless a file or a directory is called so.
inline core::GivenDirectory NamedPath(const std::string& subject) {
  const std::size_t equals = subject.find('=');
  std::error_code error;
  const bool has_name = equals != std::string::npos && equals > 0 && subject.find('/') > equals &&
                        !std::filesystem::exists(subject, error);
  return has_name ? core::GivenDirectory{subject.substr(0, equals), subject.substr(equals + 1)}
                  : core::GivenDirectory{"", subject};
}

}  // namespace lode::cli
