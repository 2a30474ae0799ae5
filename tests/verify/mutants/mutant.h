/* A component that is sound, or has one of many faults, selected by the environment variable
 * LODE_MUTANT ("space:12") when the plugin is loaded. core/verify/tests/mutation_test.cc has the
 * list. */
#pragma once

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "tests/plugins/c_plugin.h"

static int fault;

__attribute__((constructor)) static void read_fault(void) {
  const char* text = getenv("LODE_MUTANT");
  const size_t kind = strlen(MUTANT_KIND);
  if (text != NULL && strncmp(text, MUTANT_KIND, kind) == 0 && text[kind] == ':') {
    fault = atoi(text + kind + 1);
  }
}

static lode_status fail(lode_error* error, lode_status status, const char* what) {
  if (error != NULL) {
    error->code = status;
    snprintf(error->message, sizeof error->message, "%s", what);
  }
  return status;
}

/* Sums up the cells of a space's matrices. */
static inline lode_status count_cells(lode_space space, uint32_t* cells, lode_error* error) {
  *cells = 0;
  const uint32_t count = space.api->matrix_count(space.instance);
  for (uint32_t i = 0; i < count; ++i) {
    lode_matrix matrix = {.struct_size = sizeof matrix};
    const lode_status status = space.api->matrix(space.instance, i, &matrix, error);
    if (status != LODE_OK) { return status; }
    *cells += matrix.rows * matrix.columns;
  }
  return LODE_OK;
}

/* Uniform on 0 .. n-1: words beyond the last whole multiple of n are redrawn. */
static inline uint32_t below(lode_random random, uint64_t n) {
  uint64_t word = 0;
  do { random.fill(random.ctx, &word, 1); } while (word >= UINT64_MAX - UINT64_MAX % n);
  return (uint32_t)(word % n);
}

static inline double uniform(lode_random random) {
  uint64_t word = 0;
  random.fill(random.ctx, &word, 1);
  return (double)(word >> 11) * 0x1p-53;
}

/* Declares `component`, the only one of the library. */
#define MUTANT(kind, sentence, ...)                                                    \
  static lode_component component =                                                    \
      COMPONENT(kind, "mutant", sentence, params, &api, create, destroy, __VA_ARGS__); \
  static const lode_component* const components[] = {&component};                      \
  PLUGIN("lode.test.mutant", components)
