// The contract of every component, whatever its kind: its descriptor, and the creation of
// instances.
#pragma once

#include <lode/plugin.h>

#include "core/verify/findings.h"
#include "core/verify/settings.h"

namespace lode::verify {

// Returns whether the text is [a-z][a-z0-9_]*.
bool IsName(const char* text);

// Returns whether the text is names with dots between them.
bool IsId(const char* text);

// Returns whether the text is three numbers with dots between them.
bool IsVersion(const char* text);

// Returns whether the text is one line that starts with a capital letter and ends with a period.
bool IsSentence(const char* text);

// Checks IDs, versions, sentences, parameters and presets: everything that does not need an
// instance. Rules: "descriptor.*".
void CheckDescriptor(const lode_component& component, Findings& findings);

// Creates instances with `base`, with each parameter at its bounds, at each choice and beyond them,
// and with each preset; and with hosts that offer little. A setting other than the base may be
// refused as invalid, because create() may have rules between parameters. Rules: "create.*",
// "error.message", "outputs.untouched".
void CheckCreation(const lode_component& component, const Setting& base, Findings& findings);

}  // namespace lode::verify
