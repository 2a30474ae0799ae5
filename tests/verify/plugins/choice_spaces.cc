// Spaces of independent decisions, as lode/choices.hpp makes them.
#include <lode/testing.hpp>

#include "sdk/mixed_space.h"

LODE_PLUGIN("choice_spaces", "1.0.0", "Apache-2.0",
            lode::SpaceComponent<MixedSpace>("mixed", "1.0.0", "Decisions of all kinds."),
            lode::SpaceComponent<lode::test::TinySpace>("tiny", "1.0.0", "Four decisions."));
