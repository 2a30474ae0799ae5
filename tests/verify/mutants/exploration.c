/* Explores with a decreasing rate, and adds noise to actions; or has one of the faults that authors
 * of exploration strategies make. */
#define MUTANT_KIND "exploration"
#include <math.h>
#include <time.h>

#include "tests/verify/mutants/mutant.h"

struct lode_instance {
  lode_random random;
  double rate;
  uint64_t steps;
};

static double shared_rate;
static uint64_t all_steps;
static float noise[64];

static double rate_of(const lode_instance* exploration) {
  return fault == 7 ? shared_rate : exploration->rate;
}

static lode_status explore(lode_instance* exploration, uint64_t step, bool* random,
                           lode_error* error) {
  ++exploration->steps;
  ++all_steps;
  if (exploration->random.fill == NULL) {
    return fail(error, LODE_E_UNSUPPORTED, "the host gives no random numbers");
  }
  if (fault == 6 && step > 200) { return fail(error, LODE_E_INTERNAL, "no more"); }
  bool draw = uniform(exploration->random) < rate_of(exploration) * exp(-(double)step / 100);
  if (fault == 2) { draw = all_steps % 3 == 0; }
  if (fault == 8) {
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    draw = now.tv_nsec / 10 % 2 == 0;
  }
  if (fault == 9) { draw = rand() % 2 == 0; }
  if (fault == 1 && !draw) { return LODE_OK; }
  if (fault == 10) {
    memset(random, draw ? 2 : 0, 1);
    return LODE_OK;
  }
  *random = draw;
  return LODE_OK;
}

static lode_status perturb(lode_instance* exploration, uint64_t step, float* action, uint32_t cells,
                           lode_error* error) {
  if (exploration->random.fill == NULL) {
    return fail(error, LODE_E_UNSUPPORTED, "the host gives no random numbers");
  }
  const float width = (float)(0.1 * rate_of(exploration) / (1 + (double)step));
  for (uint32_t cell = 0; cell < cells; ++cell) {
    if (fault == 11 && cell < 64) {
      noise[cell] += width;
      action[cell] += noise[cell];
      continue;
    }
    const float sum = action[cell] + width * ((float)uniform(exploration->random) - 0.5f);
    if (isfinite(sum)) { action[cell] = sum; }
    if (fault == 4) { action[cell] *= 2; }
  }
  if (fault == 3) { action[cells] = 0; }
  if (fault == 5) { action[0] = fmaxf(action[0], 0); }
  if (fault == 12 && cells > 50) { return fail(error, LODE_E_UNSUPPORTED, "too many cells"); }
  return LODE_OK;
}

static const void* extension(const lode_instance* exploration, const char* id) {
  (void)id;
  return fault == 16 ? exploration : NULL;
}

static lode_status create(const lode_host* host, const lode_value* values, lode_instance** out,
                          lode_error* error) {
  if (!(values[0].as.i >= 0 && values[0].as.i <= 100)) {
    return fail(error, fault == 13 ? LODE_E_IO : LODE_E_INVALID, "percent is out of range");
  }
  lode_instance* exploration = calloc(1, sizeof *exploration);
  exploration->rate = shared_rate = (double)values[0].as.i / 100;
  if (fault == 14 || LODE_REACHES(host, random)) { exploration->random = host->random; }
  *out = exploration;
  return LODE_OK;
}

static void destroy(lode_instance* exploration) { free(exploration); }

static lode_exploration_api api = {
    .struct_size = sizeof(lode_exploration_api), .explore = explore, .perturb = perturb};

static const lode_param params[] = {
    INT_PARAM("percent", "Share of random steps at first.", 80, 0, 100)};

MUTANT(LODE_EXPLORATION, "An exploration strategy for mutations.", .extension = extension);

__attribute__((constructor)) static void edit_declaration(void) {
  read_fault();
  if (fault == 15) { component.version = "one"; }
}
