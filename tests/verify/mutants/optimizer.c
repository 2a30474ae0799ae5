/* Mutates the best architecture that it was told of, avoids those that have failed, and can save
 * and load what it has learned; or has one of the faults that authors of optimizers make. */
#define MUTANT_KIND "optimizer"
#include <math.h>
#include <time.h>

#include "tests/verify/mutants/mutant.h"

enum { MOST_CELLS = 4096, MOST_FAILURES = 512, MOST_ATTEMPTS = 50 };

struct learned {
  uint64_t told;
  double reward;
  uint8_t best[MOST_CELLS];
  uint64_t failure_count;
  uint64_t failures[MOST_FAILURES]; /* hashes of architectures */
};

struct lode_instance {
  lode_space space;
  const lode_host* host;
  uint32_t cells;
  double eagerness;
  struct learned learned;
  const uint8_t* told_of;
  uint8_t asked[MOST_CELLS];
  uint64_t exhausted_calls;
  double lowest; /* fidelity that was offered */
  const double* offered;
  uint64_t last_step;
};

static struct learned shared;
static double shared_eagerness;

static struct learned* learned_of(lode_instance* optimizer) {
  return fault == 17 ? &shared : &optimizer->learned;
}

static uint64_t hash_of(const uint8_t* architecture, uint32_t cells) {
  uint64_t hash = 0xcbf29ce484222325u; /* FNV-1a */
  for (uint32_t i = 0; i < cells; ++i) { hash = (hash ^ architecture[i]) * 0x100000001b3u; }
  return hash;
}

static bool has_failed(const struct learned* learned, uint64_t hash) {
  for (uint64_t i = 0; i < learned->failure_count && i < MOST_FAILURES; ++i) {
    if (learned->failures[i] == hash) { return true; }
  }
  return false;
}

static lode_status bind(lode_instance* optimizer, lode_space space, lode_error* error) {
  if (fault == 21) { return fail(error, LODE_E_INVALID, "not this space"); }
  if (!LODE_HAS(space.api, mutate)) {
    return fail(error, LODE_E_UNSUPPORTED, "it cannot be mutated");
  }
  uint32_t cells = 0;
  const lode_status status = count_cells(space, &cells, error);
  if (status != LODE_OK) { return status; }
  if (cells > MOST_CELLS) { return fail(error, LODE_E_UNSUPPORTED, "it is too large"); }
  optimizer->space = space;
  optimizer->cells = cells;
  return LODE_OK;
}

static bool is_eager(lode_instance* optimizer, const struct learned* learned, lode_random random) {
  if (fault == 1) { return rand() % 2 == 0; }
  if (fault == 23) { return clock() % 2 == 0; }
  const double eagerness = fault == 24 ? shared_eagerness : optimizer->eagerness;
  return learned->told > 9 && uniform(random) < eagerness;
}

static lode_status ask(lode_instance* optimizer, lode_proposal* out, lode_error* error) {
  const lode_space_api* space = optimizer->space.api;
  struct learned* learned = learned_of(optimizer);
  if (space == NULL && fault != 2) { return fail(error, LODE_E_INVALID, "ask before bind"); }
  if (fault == 19 && learned->told >= 60) { return fail(error, LODE_E_INTERNAL, "tired"); }
  const lode_random random = optimizer->host->random;
  const uint8_t* parent = fault == 5 && optimizer->told_of ? optimizer->told_of : learned->best;
  const bool eager = is_eager(optimizer, learned, random) && !isnan(learned->reward);
  for (int attempt = 0; attempt < MOST_ATTEMPTS; ++attempt) {
    const lode_status status =
        eager ? space->mutate(optimizer->space.instance, random, parent, out->architecture, error)
              : space->sample(optimizer->space.instance, random, out->architecture, error);
    if (status != LODE_OK) { return status; }
    if (!has_failed(learned, hash_of(out->architecture, optimizer->cells))) { break; }
  }
  if (fault == 3) { out->architecture[optimizer->cells - 1] = 0; }
  if (fault == 25) { out->architecture[optimizer->cells] = 0; }
  memcpy(optimizer->asked, out->architecture, optimizer->cells);
  if (learned->told % 2 == 1 && LODE_REACHES(out, fidelity)) {
    out->fidelity = fault == 37                                 ? 0.5
                    : fault == 38 && optimizer->offered != NULL ? optimizer->offered[0]
                                                                : optimizer->lowest;
  }
  if (fault == 26) {
    out->action[0] = 0.5f;
    out->kind = LODE_PROPOSES_ACTION;
  } else if (fault != 4) {
    out->kind = LODE_PROPOSES_ARCHITECTURE;
  }
  return LODE_OK;
}

static lode_status tell_one(lode_instance* optimizer, const lode_trial* trial, lode_error* error) {
  struct learned* learned = learned_of(optimizer);
  ++learned->told;
  if (fault == 41 && trial->step < optimizer->last_step) {
    return fail(error, LODE_E_INVALID, "an older step");
  }
  optimizer->last_step = trial->step;
  if ((trial->flags & LODE_TRIAL_FAILED) != 0) {
    const uint64_t hash = fault == 6 ? 0 : hash_of(trial->architecture, optimizer->cells);
    learned->failures[learned->failure_count++ % MOST_FAILURES] = hash;
    return fault == 8 ? fail(error, LODE_E_INVALID, "a trial failed") : LODE_OK;
  }
  if (fault == 15 && (trial->flags & LODE_TRIAL_RANDOM) == 0 &&
      memcmp(trial->architecture, optimizer->asked, optimizer->cells) != 0) {
    return fail(error, LODE_E_INVALID, "not what was asked");
  }
  if (fault == 27 && trial->objective_count > 1) {
    return fail(error, LODE_E_UNSUPPORTED, "one objective only");
  }
  if (fault == 28 && trial->action != NULL && (trial->flags & LODE_TRIAL_RANDOM) != 0) {
    return fail(error, LODE_E_INVALID, "was not asked for");
  }
  if (fault == 43 && (trial->flags & LODE_TRIAL_KNOWN) != 0 && learned->told > 100) {
    return fail(error, LODE_E_INVALID, "too many trials of step 0");
  }
  if (!(trial->reward <= learned->reward)) {
    learned->reward = trial->reward;
    memcpy(learned->best, trial->architecture, optimizer->cells);
    optimizer->told_of = trial->architecture;
  }
  if (fault == 7) { ((double*)trial->metrics)[0] = 0; }
  if (fault == 29) { ((uint8_t*)trial->architecture)[0] ^= 1; }
  return LODE_OK;
}

static lode_status tell(lode_instance* optimizer, const lode_trial* trials, uint32_t count,
                        lode_error* error) {
  if (optimizer->space.api == NULL) { return fail(error, LODE_E_INVALID, "tell before bind"); }
  if (fault == 16) {
    void* volatile lost = malloc(64);
    (void)lost;
  }
  if (fault == 22 && LODE_HAS(optimizer->host, record)) {
    optimizer->host->record(optimizer->host, NULL, 1);
  }
  for (uint32_t i = fault == 18 && count > 0 ? count - 1 : 0; i < count; ++i) {
    const lode_trial* trial = fault == 6 ? trials + i : LODE_AT(trials, i);
    const lode_status status = tell_one(optimizer, trial, error);
    if (status != LODE_OK) { return status; }
  }
  return LODE_OK;
}

static lode_status offer(lode_instance* optimizer, const lode_fidelities* fidelities,
                         lode_error* error) {
  if (optimizer->space.api == NULL && fault != 39) {
    return fail(error, LODE_E_INVALID, "offer before bind");
  }
  if (fault == 42) { return fail(error, LODE_E_INTERNAL, "not these"); }
  if (fault == 40 && fidelities->count > 0) { ((double*)fidelities->values)[0] = 0.1; }
  optimizer->offered = fidelities->count > 0 ? fidelities->values : NULL;
  optimizer->lowest = fidelities->count > 0 ? fidelities->values[0] : fidelities->min;
  return LODE_OK;
}

static lode_status ignore(void* ctx, const void* data, size_t size) {
  (void)ctx, (void)data, (void)size;
  return LODE_OK;
}

static bool exhausted(const lode_instance* optimizer) {
  lode_instance* self = (lode_instance*)optimizer;
  ++self->exhausted_calls;
  if (fault == 13) { self->learned.told += 1; }
  return fault == 14 && self->exhausted_calls % 2 == 0;
}

static lode_status save(const lode_instance* optimizer, lode_sink sink, lode_error* error) {
  struct learned learned = optimizer->learned;
  if (fault == 9) {
    memset(learned.best, 0, sizeof learned.best);
    learned.reward = NAN;
  }
  if (fault == 30) { memset(&learned, 0, sizeof learned); }
  const lode_status status = sink.write(sink.ctx, &learned, sizeof learned);
  if (status == LODE_OK || fault == 12) { return LODE_OK; }
  return fail(error, status, "cannot be written");
}

static lode_status load(lode_instance* optimizer, lode_source source, lode_error* error) {
  struct learned learned = {0};
  struct learned* into = fault == 11 ? &optimizer->learned : &learned;
  if (optimizer->space.api == NULL) { return fail(error, LODE_E_INVALID, "load before bind"); }
  size_t size = 0;
  int64_t got;
  while (size < sizeof learned &&
         (got = source.read(source.ctx, (char*)into + size, sizeof learned - size)) > 0) {
    size += (size_t)got;
  }
  if (size != sizeof learned && fault != 10) { return fail(error, LODE_E_IO, "is cut off"); }
  if (fault == 32) { into->told = 0; }
  if (fault == 33) { into->reward += uniform(optimizer->host->random); }
  const lode_sink sink = {NULL, ignore};
  if (fault != 34 && !isnan(into->reward) &&
      optimizer->space.api->format(optimizer->space.instance, into->best, sink, NULL) != LODE_OK) {
    return fail(error, LODE_E_IO, "is damaged");
  }
  optimizer->learned = *into;
  return LODE_OK;
}

static lode_status create(const lode_host* host, const lode_value* values, lode_instance** out,
                          lode_error* error) {
  if (!(values[0].as.i >= 0 && values[0].as.i <= 100)) {
    return fail(error, LODE_E_INVALID, "percent is out of range");
  }
  if (!LODE_HAS(host, random.fill)) { return fail(error, LODE_E_UNSUPPORTED, "no random numbers"); }
  if (fault == 35 && !LODE_HAS(host, log)) { return fail(error, LODE_E_UNSUPPORTED, "no log"); }
  lode_instance* optimizer = calloc(1, sizeof *optimizer);
  optimizer->host = host;
  optimizer->eagerness = shared_eagerness = (double)values[0].as.i / 100;
  optimizer->learned.reward = NAN;
  optimizer->lowest = 1;
  *out = optimizer;
  return LODE_OK;
}

static void destroy(lode_instance* optimizer) { free(optimizer); }

static const lode_optimizer_api api = {.struct_size = sizeof(lode_optimizer_api),
                                       .bind = bind,
                                       .ask = ask,
                                       .tell = tell,
                                       .exhausted = exhausted,
                                       .offer = offer};

static const lode_param params[] = {
    INT_PARAM("percent", "Share of mutations of the best.", 90, 0, 100)};

MUTANT(LODE_OPTIMIZER, "An optimizer for mutations.", .save = save, .load = load);

__attribute__((constructor)) static void edit_declaration(void) {
  read_fault();
  if (fault == 15) { component.capabilities = LODE_CAP_SEVERAL_ASKS; }
  if (fault == 41) { component.capabilities = LODE_CAP_SEVERAL_ASKS | LODE_CAP_ANY_ORDER; }
  if (fault == 36) { component.load = NULL; }
}
