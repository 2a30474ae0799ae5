#include "my_component.h"

LODE_PLUGIN("example.my_component", "1.0.0", "Apache-2.0",
            lode::OptimizerComponent<MyComponent>("my_component", "1.0.0",
                                                  "Climbs hills by mutation.", "",
                                                  LODE_CAP_EXPLORES));
