// Reads declared values from a tree.
#pragma once

#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include "core/config/diagnostic.h"
#include "core/config/node.h"
#include "core/plugin/declaration.h"

namespace lode::core {

// Returns the checked value of a declared parameter; nullopt, with a diagnostic, if it is wrong.
// Accepts an integer for a real number, never the reverse. Relative paths start at the directory of
// the file that contains them.
std::optional<Value> ReadValue(const ParamDeclaration& param, const Node& node,
                               Diagnostics& diagnostics);

// Returns why a file cannot be read, or "".
std::string CheckInputFile(const std::filesystem::path& file);

// Returns whether a choice may also be written as a boolean: "true" is one of its words.
bool TakesBoolean(const ParamDeclaration& param);

// Returns whether an input file may be left out: it is not required, and its default is "".
bool MayBeEmptyPath(const ParamDeclaration& param);

// Returns one value for each declared parameter, in order: written, or else its default. Diagnoses
// undeclared keys, except those in `other_keys`. `table` may be null if nothing was written;
// `where` is then the place for reports. `title` is "optimizer 'rea'" or "[budget]".
std::vector<Value> ReadTable(const std::vector<ParamDeclaration>& params, const Node* table,
                             const Position& where, const std::string& title,
                             const std::vector<std::string>& other_keys, Diagnostics& diagnostics);

// Returns "; did you mean 'x'?", or "; there is a, b, c", or "" if there is nothing helpful to say.
std::string Suggest(const std::string& word, const std::vector<std::string>& names);

}  // namespace lode::core
