// The words of a command: placeholders, the program's file, the environment.
#pragma once

#include <map>
#include <string>
#include <string_view>
#include <vector>

namespace command {

using Values = std::map<std::string, std::string>;

// Returns `text` with each {name} replaced by its value; braces around anything but a-z and _ are
// left unchanged. Throws lode::InvalidError for a name without a value. REQUIRES: values is not
// empty.
std::string Expand(std::string_view text, const Values& values);

// Returns this process's environment with `changes`, each "NAME=VALUE". Throws lode::InvalidError
// for any other form.
std::vector<std::string> MakeEnvironment(const std::vector<std::string>& changes);

// Returns the absolute path of the program `name` in that environment: looked up in PATH, or an
// absolute path. Throws lode::InvalidError for a relative path, and lode::IoError, with the nearest
// name, if there is no such program.
std::string FindProgram(const std::string& name, const std::vector<std::string>& environment);

}  // namespace command
