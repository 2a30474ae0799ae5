#include "my_component.h"

LODE_PLUGIN("example.my_component", "1.0.0", "Apache-2.0",
            lode::ExplorationComponent<MyComponent>("my_component", "1.0.0",
                                                    "Takes a random action at fixed intervals."));
