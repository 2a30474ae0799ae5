/* Reads plugins like a host of the pretended next minor (next_minor_test.py): its headers have two
 * additions, lode_space_api.rank and lode_metric.symbol. Prints what it finds in each space.
 *
 * usage: next_reader PLUGIN... */
#include <dlfcn.h>
#include <inttypes.h>
#include <lode/plugin.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* Returns what an older plugin that is bound to the space gets when it asks for a metric: its
 * struct ends where minor 0's ends. */
static const char* metric_for_old_caller(const lode_space_api* api, const lode_instance* instance) {
  lode_metric metric;
  memset(&metric, 0x5a, sizeof metric);
  const lode_metric before = metric;
  metric.struct_size = offsetof(lode_metric, symbol);
  if (!LODE_HAS(api, metric) || api->metric(instance, 0, &metric, NULL) != LODE_OK) {
    return "none";
  }
  const bool kept = metric.struct_size == offsetof(lode_metric, symbol) &&
                    memcmp(&metric.symbol, &before.symbol, sizeof metric.symbol) == 0;
  return kept ? "in bounds" : "OUT OF BOUNDS";
}

static void read_space(const lode_plugin* plugin, const lode_component* c) {
  const lode_host host = {.struct_size = sizeof host, .abi_minor = LODE_ABI_MINOR};
  lode_value* values = calloc(c->param_count + 1, sizeof *values);
  lode_instance* instance = NULL;
  if (values == NULL) { abort(); }
  for (uint32_t i = 0; i < c->param_count; ++i) {
    values[i] = LODE_AT(c->params, i)->default_value;
  }
  if (c->create(&host, values, &instance, NULL) == LODE_OK) {
    const lode_space_api* api = c->api;
    printf("%s for 1.%" PRIu32 ": rank ", c->id, plugin->abi_minor);
    if (LODE_HAS(api, rank)) {
      printf("%" PRIu32, api->rank(instance));
    } else {
      printf("%s", LODE_REACHES(api, rank) ? "NULL" : "absent");
    }
    printf(", metric %s\n", metric_for_old_caller(api, instance));
    c->destroy(instance);
  }
  free(values);
}

int main(int argc, char** argv) {
  for (int i = 1; i < argc; ++i) {
    void* library = dlopen(argv[i], RTLD_NOW | RTLD_LOCAL);
    const lode_plugin* plugin = library != NULL ? dlsym(library, LODE_ENTRY_SYMBOL) : NULL;
    if (plugin == NULL) {
      fprintf(stderr, "%s: %s\n", argv[i], dlerror());
      return 1;
    }
    for (uint32_t k = 0; k < plugin->component_count; ++k) {
      if (plugin->components[k]->kind == LODE_SPACE) { read_space(plugin, plugin->components[k]); }
    }
  }
  return 0;
}
