// What every component must hold, whatever its kind: its descriptor, and making instances.
#pragma once

#include <lode/plugin.h>

#include "core/verify/findings.h"
#include "core/verify/settings.h"

namespace lode::verify {

// [a-z][a-z0-9_]*
bool IsName(const char* text);

// Names with dots between them.
bool IsId(const char* text);

// Three numbers with dots between them.
bool IsVersion(const char* text);

// One line that starts with a capital and ends in a full stop.
bool IsSentence(const char* text);

// Ids, versions, sentences, parameters and presets: everything that can be said without an
// instance. Rules: "descriptor.*".
void CheckDescriptor(const lode_component& component, Findings& findings);

// Instances with `base`, with each parameter at its bounds, at each choice and beyond them, and with
// each preset; with hosts that offer little. A setting other than the base may be refused as
// invalid: rules between parameters are create()'s. Rules: "create.*", "error.message",
// "outputs.untouched".
void CheckCreation(const lode_component& component, const Setting& base, Findings& findings);

}  // namespace lode::verify
