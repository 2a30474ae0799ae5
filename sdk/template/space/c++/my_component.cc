#include "my_component.h"

LODE_PLUGIN("example.my_component", "1.0.0", "Apache-2.0",
            lode::SpaceComponent<MyComponent>("my_component", "1.0.0", "A chain of layers."));
