/* A plugin that requires a host from the future. */
#include <lode/plugin.h>

static const lode_component* const components[] = {0};

const lode_plugin lode_plugin_v1 = {
    .struct_size = sizeof(lode_plugin),
    .abi_minor = 99,
    .id = "lode.test.too_new",
    .version = "1.0.0",
    .licence = "Apache-2.0",
    .build = "",
    .component_count = 0,
    .components = components,
};
