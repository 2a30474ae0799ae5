/* A plugin with a parameter of a type that no minor of major 1 has. */
#include "c_plugin.h"

static const lode_param params[] = {{
    .struct_size = sizeof(lode_param),
    .type = 42,
    .name = "angle",
    .doc = "An angle.",
    .unit = "",
}};

static lode_status create(const lode_host* host, const lode_value* values, lode_instance** out,
                          lode_error* error) {
  (void)host;
  (void)values;
  (void)out;
  (void)error;
  return LODE_E_INTERNAL;
}

static void destroy(lode_instance* instance) { (void)instance; }

static lode_status explore(lode_instance* instance, uint64_t step, bool* random,
                           lode_error* error) {
  (void)instance;
  (void)step;
  (void)random;
  (void)error;
  return LODE_E_INTERNAL;
}

static const lode_exploration_api api = {
    .struct_size = sizeof(lode_exploration_api),
    .explore = explore,
};

static const lode_component component =
    COMPONENT(LODE_EXPLORATION, "unknown_type", "Has a parameter of an unknown type.", params, &api,
              create, destroy);
static const lode_component* const components[] = {&component};

PLUGIN("lode.test.unknown_type", components);
