// Reads declared values out of a tree.
#pragma once

#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include "core/config/diagnostic.h"
#include "core/config/node.h"
#include "core/plugin/declaration.h"

namespace lode::core {

// The value of a declared parameter, checked; nullopt, with a diagnostic, if it is wrong. An
// integer is taken where a real number is wanted, never the reverse. Relative paths start at the
// directory of the file they are written in.
std::optional<Value> ReadValue(const ParamDeclaration& param, const Node& node,
                               Diagnostics& diagnostics);

// Whether an input file may be left out: it is not required, and "" by default.
bool MayBeNoFile(const ParamDeclaration& param);

// One value for each declared parameter, in order: written, or else its default. Keys that are not
// declared are diagnosed, except those in `other_keys`. `table` may be null: nothing was written;
// `where` is then the place to complain about. `title`: "optimizer 'rea'", "[budget]".
std::vector<Value> ReadTable(const std::vector<ParamDeclaration>& params, const Node* table,
                             const Position& where, const std::string& title,
                             const std::vector<std::string>& other_keys, Diagnostics& diagnostics);

// "; did you mean 'x'?", or "; it knows a, b, c", or "" if there is nothing helpful to say.
std::string Suggest(const std::string& word, const std::vector<std::string>& names);

}  // namespace lode::core
