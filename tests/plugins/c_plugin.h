/* How the tests' plugins in C are declared. */
#pragma once

#include <lode/plugin.h>

#define INT_PARAM(key, sentence, fallback, least, most)                                      \
  {                                                                                          \
    .struct_size = sizeof(lode_param), .type = LODE_T_INT, .name = key, .doc = sentence,     \
    .unit = "", .default_value = {LODE_T_INT, 0, {.i = fallback}}, .min = least, .max = most \
  }

/* The initializer of a component: `params` is an array, `...` sets optional functions. */
#define COMPONENT(kind_, id_, sentence, params_, api_, create_, destroy_, ...)             \
  {                                                                                        \
    .struct_size = sizeof(lode_component), .kind = kind_, .id = id_, .version = "1.0.0",   \
    .summary = sentence, .doc = "", .param_count = sizeof(params_) / sizeof((params_)[0]), \
    .params = params_, .api = api_, .create = create_, .destroy = destroy_, __VA_ARGS__    \
  }

/* The library's plugin, whose components are those of `list`, an array of pointers. */
#define PLUGIN(id_, list)                                  \
  LODE_EXPORT const lode_plugin lode_plugin_v1 = {         \
      .struct_size = sizeof(lode_plugin),                  \
      .abi_minor = LODE_TARGET_MINOR,                      \
      .id = id_,                                           \
      .version = "1.0.0",                                  \
      .licence = "Apache-2.0",                             \
      .build = __VERSION__,                                \
      .component_count = sizeof(list) / sizeof((list)[0]), \
      .components = list,                                  \
  }
