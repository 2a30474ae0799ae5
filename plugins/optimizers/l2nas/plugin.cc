#include "plugins/optimizers/l2nas/l2nas.h"

LODE_PLUGIN("lode.l2nas", "1.0.0", "Apache-2.0", l2nas::Component());
