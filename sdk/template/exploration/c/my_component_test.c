/* Unit tests of my_component, through the plugin's table. */
#include <lode/plugin.h>
#include <stdio.h>

static int failures;
#define EXPECT(condition)                                                     \
  do {                                                                        \
    if (!(condition)) {                                                       \
      fprintf(stderr, "%s:%d: not so: %s\n", __FILE__, __LINE__, #condition); \
      ++failures;                                                             \
    }                                                                         \
  } while (0)

/* Random words that are all 0: the lowest number of every draw. */
static void zeros(void* ctx, uint64_t* out, size_t count) {
  (void)ctx;
  for (size_t i = 0; i < count; ++i) { out[i] = 0; }
}

int main(void) {
  const lode_component* component = lode_plugin_v1.components[0];
  const lode_exploration_api* api = component->api;
  const lode_host host = {.struct_size = sizeof host, .random.fill = zeros};
  const lode_value values[] = {{.type = LODE_T_INT, .as.i = 3},
                               {.type = LODE_T_REAL, .as.r = 0.25}};
  lode_instance* strategy = NULL;
  EXPECT(component->create(&host, values, &strategy, NULL) == LODE_OK);
  for (uint64_t step = 0; step < 9; ++step) {
    bool random = false;
    EXPECT(api->explore(strategy, step, &random, NULL) == LODE_OK);
    EXPECT(random == (step == 0 || step == 3 || step == 6));
  }
  float action[2] = {0.5f, 1};
  EXPECT(api->perturb(strategy, 1, action, 2, NULL) == LODE_OK);
  EXPECT(action[0] == 0.25f && action[1] == 0.75f);
  component->destroy(strategy);
  return failures > 0;
}
