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
static lode_status sample(const lode_instance* space, lode_random random, uint8_t* architecture,
                          lode_error* error) {
  (void)space;
  (void)random;
  (void)error;
  const uint8_t first[CELLS] = {1, 0, 0};
  memcpy(architecture, first, CELLS);
  return LODE_OK;
}
/* Moves the 1 to the next cell. */
static lode_status mutate(const lode_instance* space, lode_random random, const uint8_t* parent,
                          uint8_t* child, lode_error* error) {
  (void)space;
  (void)random;
  (void)error;
  for (int cell = 0; cell < CELLS; ++cell) { child[(cell + 1) % CELLS] = parent[cell]; }
  return LODE_OK;
}

static const lode_space_api space_api = {
    .struct_size = sizeof(lode_space_api),
    .matrix_count = matrix_count,
    .matrix = matrix,
    .format = format,
    .sample = sample,
    .mutate = mutate,
};

static void zeros(void* ctx, uint64_t* out, size_t count) {
  (void)ctx;
  for (size_t i = 0; i < count; ++i) { out[i] = 0; }
}

static const lode_component* component;
static const lode_optimizer_api* api;
static lode_instance* optimizer;

/* Returns the cell of the next proposal's 1. */
static int ask(void) {
  uint8_t architecture[CELLS] = {0};
  lode_proposal proposal = {.struct_size = sizeof proposal, .architecture = architecture};
  EXPECT(api->ask(optimizer, &proposal, NULL) == LODE_OK);
  EXPECT(proposal.kind == LODE_PROPOSES_ARCHITECTURE);
  return architecture[0] == 1 ? 0 : architecture[1] == 1 ? 1 : 2;
}

static void tell(int cell, double reward) {
  uint8_t architecture[CELLS] = {0};
  architecture[cell] = 1;
  const lode_trial trial = {
      .struct_size = sizeof trial, .architecture = architecture, .reward = reward};
  EXPECT(api->tell(optimizer, &trial, 1, NULL) == LODE_OK);
}

/* A file in memory. */
typedef struct file {
  char bytes[200];
  size_t size, position;
} file;

static lode_status write_file(void* ctx, const void* data, size_t size) {
  file* out = ctx;
  memcpy(out->bytes + out->size, data, size);
  out->size += size;
  return LODE_OK;
}
static int64_t read_file(void* ctx, void* data, size_t size) {
  file* in = ctx;
  const size_t rest = in->size - in->position;
  const size_t taken = size < rest ? size : rest;
  memcpy(data, in->bytes + in->position, taken);
  in->position += taken;
  return (int64_t)taken;
}

static void test_climb(void) {
  EXPECT(ask() == 0); /* a sample */
  tell(0, 1);
  EXPECT(ask() == 1); /* a mutation of the best */
  tell(1, 2);
  EXPECT(ask() == 2);
  tell(2, 0);
  EXPECT(ask() == 2);
  for (int n = 0; n < 2; ++n) { tell(2, 0); }
  EXPECT(ask() == 0); /* three trials in a row did not help: a sample */
}

static void test_save_and_load(void) {
  file saved = {.size = 0};
  const lode_sink sink = {&saved, write_file};
  const lode_source source = {&saved, read_file};
  tell(1, 5);
  EXPECT(component->save(optimizer, sink, NULL) == LODE_OK);
  tell(0, 6);
  EXPECT(ask() == 1);
  --saved.size; /* loading a truncated file changes nothing */
  EXPECT(component->load(optimizer, source, NULL) != LODE_OK);
  EXPECT(ask() == 1);
  ++saved.size;
  saved.position = 0;
  EXPECT(component->load(optimizer, source, NULL) == LODE_OK);
  EXPECT(ask() == 2);
}

int main(void) {
  const lode_host host = {.struct_size = sizeof host, .random.fill = zeros};
  const lode_value patience = {.type = LODE_T_INT, .as.i = 3};
  const lode_space space = {&space_api, NULL};
  component = lode_plugin_v1.components[0];
  api = component->api;
  EXPECT(component->create(&host, &patience, &optimizer, NULL) == LODE_OK);
  EXPECT(api->bind(optimizer, space, NULL) == LODE_OK);
  test_climb();
  test_save_and_load();
  component->destroy(optimizer);
  return failures > 0;
}
