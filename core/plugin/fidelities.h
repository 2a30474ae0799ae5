// Fidelities (lode/plugin.hpp has the type): reading them from components, combining them, and
// formatting them for messages.
#pragma once

#include <lode/plugin.hpp>
#include <string>

namespace lode::core {

// `title` names the component in messages. Throws DeclarationError if it is not a list or a range
// as the SDK defines them.
Fidelities ReadFidelities(const lode_fidelities& declared, const std::string& title);

// Returns the fidelities that are in both; 1 always is.
Fidelities Intersection(const Fidelities& a, const Fidelities& b);

// Formats a list as "0.06, 1" and a range as "0.1 to 1".
std::string FormatFidelities(const Fidelities& fidelities);

}  // namespace lode::core
