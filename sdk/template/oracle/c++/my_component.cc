#include "my_component.h"

LODE_PLUGIN("example.my_component", "1.0.0", "Apache-2.0",
            lode::OracleComponent<MyComponent>("my_component", "1.0.0",
                                               "Compares architectures with a target.", "",
                                               LODE_CAP_CONCURRENT));
