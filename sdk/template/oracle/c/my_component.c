/* The oracle "my_component": how much an architecture has in common with a target. Works for any
 * space. */
#include <lode/plugin.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const lode_param params[] = {
    {.struct_size = sizeof(lode_param),
     .type = LODE_T_STRING,
     .name = "target",
     .doc = "The target as the space writes it; if empty, the architecture of the zero action.",
     .unit = "",
     .default_value = {.type = LODE_T_STRING, .as.s = {"", 0}}},
};

struct lode_instance {
  char* text; /* of the target; its size is text_size */
  size_t text_size;
  lode_space space;
  uint32_t cells;
  uint8_t* target; /* cells bytes; NULL before bind */
};

static lode_status fail(lode_error* error, lode_status code, const char* what) {
  if (error != NULL) {
    error->code = code;
    snprintf(error->message, sizeof error->message, "%s", what);
  }
  return code;
}

static uint32_t metric_count(const lode_instance* oracle) {
  (void)oracle;
  return 1;
}

static lode_status metric(const lode_instance* oracle, uint32_t index, lode_metric* out,
                          lode_error* error) {
  (void)oracle;
  if (index > 0) { return fail(error, LODE_E_INVALID, "there is only one metric"); }
  out->direction = LODE_MAXIMIZE;
  out->split = LODE_SPLIT_NONE;
  out->flags = 0;
  out->name = "similarity";
  out->unit = "percent";
  out->doc = "Percentage of the target's ones that the architecture has.";
  out->dataset = "";
  out->epochs = 0;
  return LODE_OK;
}

static lode_status count_cells(lode_space space, uint32_t* cells, lode_error* error) {
  *cells = 0;
  for (uint32_t m = 0; m < space.api->matrix_count(space.instance); ++m) {
    lode_matrix matrix = {.struct_size = sizeof matrix};
    const lode_status status = space.api->matrix(space.instance, m, &matrix, error);
    if (status != LODE_OK) { return status; }
    *cells += matrix.rows * matrix.columns;
  }
  return LODE_OK;
}

static lode_status find_target(const lode_instance* oracle, lode_space space, uint32_t cells,
                               uint8_t* target, lode_error* error) {
  if (oracle->text_size > 0) {
    const lode_str text = {oracle->text, oracle->text_size};
    return space.api->parse(space.instance, text, target, error);
  }
  float* zeros = calloc(cells, sizeof *zeros);
  if (zeros == NULL) { return fail(error, LODE_E_NOMEM, "out of memory"); }
  const lode_status status = space.api->discretize(space.instance, zeros, target, error);
  free(zeros);
  return status;
}

static lode_status bind(lode_instance* oracle, lode_space space, lode_error* error) {
  uint32_t cells = 0;
  lode_status status = count_cells(space, &cells, error);
  if (status != LODE_OK) { return status; }
  uint8_t* target = malloc(cells);
  if (target == NULL) { return fail(error, LODE_E_NOMEM, "out of memory"); }
  status = find_target(oracle, space, cells, target, error);
  if (status != LODE_OK) {
    free(target);
    return status;
  }
  oracle->space = space;
  oracle->cells = cells;
  oracle->target = target;
  return LODE_OK;
}

static lode_status ignore(void* ctx, const void* data, size_t size) {
  (void)ctx;
  (void)data;
  (void)size;
  return LODE_OK;
}

static lode_status evaluate_one(const lode_instance* oracle, lode_query* query) {
  if (query->fidelity < 1) {
    return fail(query->error, LODE_E_UNSUPPORTED, "this metric has no cheaper form");
  }
  /* format refuses bytes that are not an architecture of the space */
  const lode_sink sink = {NULL, ignore};
  const lode_status status =
      oracle->space.api->format(oracle->space.instance, query->architecture, sink, query->error);
  if (status != LODE_OK) { return status; }
  double ones = 0, shared = 0;
  for (uint32_t cell = 0; cell < oracle->cells; ++cell) {
    ones += oracle->target[cell];
    shared += oracle->target[cell] & query->architecture[cell];
  }
  query->metrics[0] = 100 * shared / ones;
  return LODE_OK;
}

/* Called from several threads at once, as LODE_CAP_CONCURRENT says, so it changes nothing. */
static lode_status evaluate(lode_instance* oracle, lode_query* queries, uint32_t count,
                            lode_error* error) {
  if (oracle->target == NULL) { return fail(error, LODE_E_INVALID, "evaluate before bind"); }
  for (uint32_t i = 0; i < count; ++i) {
    lode_query* query = LODE_AT(queries, i);
    query->status = evaluate_one(oracle, query);
  }
  return LODE_OK;
}

static void destroy(lode_instance* oracle) {
  free(oracle->target);
  free(oracle->text);
  free(oracle);
}

/* `values` has one value for each of params, of its type; it is borrowed for the call. */
static lode_status create(const lode_host* host, const lode_value* values, lode_instance** out,
                          lode_error* error) {
  (void)host;
  const lode_str text = values[0].as.s;
  lode_instance* oracle = calloc(1, sizeof *oracle);
  char* copy = malloc(text.size + 1);
  if (oracle == NULL || copy == NULL) {
    free(oracle);
    free(copy);
    return fail(error, LODE_E_NOMEM, "out of memory");
  }
  if (text.size > 0) { memcpy(copy, text.data, text.size); }
  oracle->text = copy;
  oracle->text_size = text.size;
  *out = oracle;
  return LODE_OK;
}

static const lode_oracle_api api = {
    .struct_size = sizeof(lode_oracle_api),
    .metric_count = metric_count,
    .metric = metric,
    .bind = bind,
    .evaluate = evaluate,
};

static const lode_component component = {
    .struct_size = sizeof(lode_component),
    .kind = LODE_ORACLE,
    .id = "my_component",
    .version = "1.0.0",
    .summary = "Compares architectures with a target.",
    .doc = "",
    .capabilities = LODE_CAP_CONCURRENT,
    .param_count = sizeof params / sizeof params[0],
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
