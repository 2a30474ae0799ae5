#include <lode/plugin.hpp>

namespace l2nas {
const lode_component* Component();
}

LODE_PLUGIN("lode.l2nas", "1.0.0", "Apache-2.0", l2nas::Component());
