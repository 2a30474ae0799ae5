/* The exploration strategy "my_component": a random action at fixed intervals, noise on the
 * others. */
#include <lode/plugin.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>

enum { PERIOD, NOISE, PARAMS };

static const lode_param params[PARAMS] = {
    [PERIOD] = {.struct_size = sizeof(lode_param),
                .type = LODE_T_INT,
                .name = "period",
                .doc = "Steps from one random action to the next.",
                .unit = "steps",
                .default_value = {.type = LODE_T_INT, .as.i = 4},
                .min = 1,
                .max = HUGE_VAL},
    [NOISE] = {.struct_size = sizeof(lode_param),
               .type = LODE_T_REAL,
               .name = "noise",
               .doc = "Largest change of a cell of an action, in either direction.",
               .unit = "",
               .default_value = {.type = LODE_T_REAL, .as.r = 0.01},
               .min = 0,
               .max = 1},
};

struct lode_instance {
  const lode_host* host;
  uint64_t period;
  double noise;
};

static lode_status fail(lode_error* error, lode_status code, const char* what) {
  if (error != NULL) {
    error->code = code;
    snprintf(error->message, sizeof error->message, "%s", what);
  }
  return code;
}

/* One of the two functions would be enough. */
static lode_status explore(lode_instance* strategy, uint64_t step, bool* random,
                           lode_error* error) {
  (void)error;
  *random = step % strategy->period == 0;
  return LODE_OK;
}

/* The host restarts the random stream at every call. */
static lode_status perturb(lode_instance* strategy, uint64_t step, float* action, uint32_t cells,
                           lode_error* error) {
  (void)step;
  if (!LODE_HAS(strategy->host, random.fill)) {
    return fail(error, LODE_E_UNSUPPORTED, "the host gives no random numbers");
  }
  const lode_random random = strategy->host->random;
  for (uint32_t cell = 0; cell < cells; ++cell) {
    uint64_t word = 0;
    random.fill(random.ctx, &word, 1);
    const double uniform = (double)(word >> 11) * 0x1p-53; /* on [0, 1) */
    action[cell] += (float)(strategy->noise * (2 * uniform - 1));
  }
  return LODE_OK;
}

/* `values` has one value for each of params, of its type. The host has checked the bounds, but
 * other callers may not have. */
static lode_status create(const lode_host* host, const lode_value* values, lode_instance** out,
                          lode_error* error) {
  if (values[PERIOD].as.i < 1) { return fail(error, LODE_E_INVALID, "period is below 1"); }
  if (!(values[NOISE].as.r >= 0 && values[NOISE].as.r <= 1)) {
    return fail(error, LODE_E_INVALID, "noise is not in [0, 1]");
  }
  lode_instance* strategy = malloc(sizeof *strategy);
  if (strategy == NULL) { return fail(error, LODE_E_NOMEM, "out of memory"); }
  strategy->host = host;
  strategy->period = (uint64_t)values[PERIOD].as.i;
  strategy->noise = values[NOISE].as.r;
  *out = strategy;
  return LODE_OK;
}

static void destroy(lode_instance* strategy) { free(strategy); }

static const lode_exploration_api api = {
    .struct_size = sizeof(lode_exploration_api),
    .explore = explore,
    .perturb = perturb,
};

static const lode_component component = {
    .struct_size = sizeof(lode_component),
    .kind = LODE_EXPLORATION,
    .id = "my_component",
    .version = "1.0.0",
    .summary = "Takes a random action at fixed intervals.",
    .doc = "",
    .param_count = PARAMS,
    .params = params,
    .api = &api,
    .create = create,
    .destroy = destroy,
};

static const lode_component* const components[] = {&component};

const lode_plugin lode_plugin_v1 = {
    .struct_size = sizeof(lode_plugin),
    .abi_minor = LODE_TARGET_MINOR,
    .id = "example.my_component",
    .version = "1.0.0",
    .licence = "Apache-2.0",
    .build = "cc " __VERSION__,
    .component_count = 1,
    .components = components,
};
