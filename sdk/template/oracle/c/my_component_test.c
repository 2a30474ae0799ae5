/* Unit tests of my_component, through the plugin's table. */
#include <lode/plugin.h>
#include <stdio.h>
#include <string.h>

static int failures;
#define EXPECT(condition)                                                     \
  do {                                                                        \
    if (!(condition)) {                                                       \
      fprintf(stderr, "%s:%d: not so: %s\n", __FILE__, __LINE__, #condition); \
      ++failures;                                                             \
    }                                                                         \
  } while (0)

/* A space with only what the tests need: one row of CELLS values, written as the digit of its 1. */
enum { CELLS = 3 };

static uint32_t matrix_count(const lode_instance* space) {
  (void)space;
  return 1;
}
static lode_status matrix(const lode_instance* space, uint32_t index, lode_matrix* out,
                          lode_error* error) {
  (void)space;
  (void)index;
  (void)error;
  out->rows = 1;
  out->columns = CELLS;
  return LODE_OK;
}
static lode_status format(const lode_instance* space, const uint8_t* architecture, lode_sink sink,
                          lode_error* error) {
  (void)space;
  (void)error;
  for (char digit = '0'; digit < '0' + CELLS; ++digit) {
    if (architecture[digit - '0'] == 1) { return sink.write(sink.ctx, &digit, 1); }
  }
  return LODE_E_INVALID;
}
static lode_status parse(const lode_instance* space, lode_str text, uint8_t* architecture,
                         lode_error* error) {
  (void)space;
  (void)error;
  if (text.size != 1 || text.data[0] < '0' || text.data[0] >= '0' + CELLS) {
    return LODE_E_INVALID;
  }
  memset(architecture, 0, CELLS);
  architecture[text.data[0] - '0'] = 1;
  return LODE_OK;
}

static const lode_space_api space_api = {
    .struct_size = sizeof(lode_space_api),
    .matrix_count = matrix_count,
    .matrix = matrix,
    .format = format,
    .parse = parse,
};

/* Returns the metric of the oracle for `target` for the architecture with the 1 in `cell`; -1 if
 * bind fails. */
static double similarity(const char* target, int cell) {
  const lode_component* component = lode_plugin_v1.components[0];
  const lode_oracle_api* api = component->api;
  const lode_space space = {&space_api, NULL};
  const lode_value value = {.type = LODE_T_STRING, .as.s = {target, strlen(target)}};
  uint8_t architecture[CELLS] = {0};
  architecture[cell] = 1;
  double metric = -1;
  lode_query query = {
      .struct_size = sizeof query, .architecture = architecture, .fidelity = 1, .metrics = &metric};
  lode_instance* oracle = NULL;
  EXPECT(component->create(NULL, &value, &oracle, NULL) == LODE_OK);
  if (api->bind(oracle, space, NULL) == LODE_OK) {
    EXPECT(api->evaluate(oracle, &query, 1, NULL) == LODE_OK);
    EXPECT(query.status == LODE_OK);
  }
  component->destroy(oracle);
  return metric;
}

int main(void) {
  EXPECT(similarity("1", 1) == 100);
  EXPECT(similarity("1", 2) == 0);
  EXPECT(similarity("7", 1) == -1);
  return failures > 0;
}
