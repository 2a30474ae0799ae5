/* The optimizer "my_component": a hill climber, called (1+1) in evolution strategies. Proposes a
 * mutation of the best architecture so far, and restarts when that no longer helps. */
#include <lode/plugin.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const lode_param params[] = {
    {.struct_size = sizeof(lode_param),
     .type = LODE_T_INT,
     .name = "patience",
     .doc = "Number of trials in a row without improvement after which it restarts.",
     .unit = "trials",
     .default_value = {.type = LODE_T_INT, .as.i = 50},
     .min = 1,
     .max = HUGE_VAL},
};

/* The state of the climb, as save writes it. */
typedef struct climb {
  double reward;     /* of the best */
  uint64_t failures; /* trials in a row without improvement */
  uint64_t cells;    /* of the best; 0 if there is none yet */
} climb;

struct lode_instance {
  const lode_host* host;
  uint64_t patience;
  lode_space space;
  uint32_t cells; /* 0 before bind */
  climb climb;
  uint8_t* best; /* cells bytes */
};

static lode_status fail(lode_error* error, lode_status code, const char* what) {
  if (error != NULL) {
    error->code = code;
    snprintf(error->message, sizeof error->message, "%s", what);
  }
  return code;
}

static lode_status bind(lode_instance* optimizer, lode_space space, lode_error* error) {
  if (!LODE_HAS(space.api, mutate)) {
    return fail(error, LODE_E_UNSUPPORTED, "the space has no mutate");
  }
  uint32_t cells = 0;
  for (uint32_t m = 0; m < space.api->matrix_count(space.instance); ++m) {
    lode_matrix matrix = {.struct_size = sizeof matrix};
    const lode_status status = space.api->matrix(space.instance, m, &matrix, error);
    if (status != LODE_OK) { return status; }
    cells += matrix.rows * matrix.columns;
  }
  uint8_t* best = malloc(cells);
  if (best == NULL) { return fail(error, LODE_E_NOMEM, "out of memory"); }
  optimizer->space = space;
  optimizer->cells = cells;
  optimizer->best = best;
  return LODE_OK;
}

/* The host restarts the random stream at every call. */
static lode_status ask(lode_instance* optimizer, lode_proposal* out, lode_error* error) {
  if (optimizer->cells == 0) { return fail(error, LODE_E_INVALID, "ask before bind"); }
  if (!LODE_HAS(optimizer->host, random.fill)) {
    return fail(error, LODE_E_UNSUPPORTED, "the host gives no random numbers");
  }
  const lode_space space = optimizer->space;
  const lode_random random = optimizer->host->random;
  const lode_status status =
      optimizer->climb.cells == 0
          ? space.api->sample(space.instance, random, out->architecture, error)
          : space.api->mutate(space.instance, random, optimizer->best, out->architecture, error);
  if (status == LODE_OK) { out->kind = LODE_PROPOSES_ARCHITECTURE; }
  return status;
}

static void tell_one(lode_instance* optimizer, const lode_trial* trial) {
  climb* climb = &optimizer->climb;
  const bool failed = (trial->flags & LODE_TRIAL_FAILED) != 0;
  if (!failed && (climb->cells == 0 || trial->reward > climb->reward)) {
    *climb = (struct climb){trial->reward, 0, optimizer->cells};
    memcpy(optimizer->best, trial->architecture, optimizer->cells);
  } else if (++climb->failures >= optimizer->patience) {
    *climb = (struct climb){0, 0, 0};
  }
}

/* Called with every trial, whoever proposed its architecture. */
static lode_status tell(lode_instance* optimizer, const lode_trial* trials, uint32_t count,
                        lode_error* error) {
  if (optimizer->cells == 0) { return fail(error, LODE_E_INVALID, "tell before bind"); }
  for (uint32_t i = 0; i < count; ++i) { tell_one(optimizer, LODE_AT(trials, i)); }
  return LODE_OK;
}

/* Optional, save and load: they carry what was learned from one search to another. */
static lode_status save(const lode_instance* optimizer, lode_sink sink, lode_error* error) {
  const climb* climb = &optimizer->climb;
  if (sink.write(sink.ctx, climb, sizeof *climb) != LODE_OK ||
      sink.write(sink.ctx, optimizer->best, climb->cells) != LODE_OK) {
    return fail(error, LODE_E_IO, "writing the saved state failed");
  }
  return LODE_OK;
}

static bool read_all(lode_source source, void* data, size_t size) {
  for (char* at = data; size > 0;) {
    const int64_t got = source.read(source.ctx, at, size);
    if (got <= 0 || (size_t)got > size) { return false; }
    at += got;
    size -= (size_t)got;
  }
  return true;
}

static lode_status ignore(void* ctx, const void* data, size_t size) {
  (void)ctx;
  (void)data;
  (void)size;
  return LODE_OK;
}

/* Reads the best of a climb; format refuses bytes that are not an architecture of the space. */
static lode_status load_best(const lode_instance* optimizer, lode_source source, size_t cells,
                             uint8_t* best, lode_error* error) {
  const lode_space space = optimizer->space;
  const lode_sink sink = {NULL, ignore};
  if (!read_all(source, best, cells)) {
    return fail(error, LODE_E_IO, "the saved state ends too early");
  }
  return cells == 0 ? LODE_OK : space.api->format(space.instance, best, sink, error);
}

static lode_status load(lode_instance* optimizer, lode_source source, lode_error* error) {
  climb loaded;
  if (optimizer->cells == 0) { return fail(error, LODE_E_INVALID, "load before bind"); }
  if (!read_all(source, &loaded, sizeof loaded)) {
    return fail(error, LODE_E_IO, "the saved state ends too early");
  }
  if (!isfinite(loaded.reward) || (loaded.cells != 0 && loaded.cells != optimizer->cells)) {
    return fail(error, LODE_E_INVALID, "the saved state belongs to another optimizer or space");
  }
  uint8_t* best = malloc(optimizer->cells);
  if (best == NULL) { return fail(error, LODE_E_NOMEM, "out of memory"); }
  const lode_status status = load_best(optimizer, source, loaded.cells, best, error);
  if (status == LODE_OK) {
    optimizer->climb = loaded;
    memcpy(optimizer->best, best, loaded.cells);
  }
  free(best);
  return status;
}

/* `values` has one value for each of params, of its type. The host has checked the bounds, but
 * other callers may not have. */
static lode_status create(const lode_host* host, const lode_value* values, lode_instance** out,
                          lode_error* error) {
  if (values[0].as.i < 1) { return fail(error, LODE_E_INVALID, "patience is below 1"); }
  lode_instance* optimizer = calloc(1, sizeof *optimizer);
  if (optimizer == NULL) { return fail(error, LODE_E_NOMEM, "out of memory"); }
  optimizer->host = host;
  optimizer->patience = (uint64_t)values[0].as.i;
  *out = optimizer;
  return LODE_OK;
}

static void destroy(lode_instance* optimizer) {
  free(optimizer->best);
  free(optimizer);
}

static const lode_optimizer_api api = {
    .struct_size = sizeof(lode_optimizer_api),
    .bind = bind,
    .ask = ask,
    .tell = tell,
};

static const lode_component component = {
    .struct_size = sizeof(lode_component),
    .kind = LODE_OPTIMIZER,
    .id = "my_component",
    .version = "1.0.0",
    .summary = "Climbs hills by mutation.",
    .doc = "",
    .capabilities = LODE_CAP_EXPLORES,
    .param_count = sizeof params / sizeof params[0],
    .params = params,
    .api = &api,
    .create = create,
    .destroy = destroy,
    .save = save,
    .load = load,
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
