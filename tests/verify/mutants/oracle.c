/* An oracle for any space: a score of the architecture times the fidelity, a half or 1, and one
 * with noise from the evaluation's seed; one evaluation in four fails, depending on its seed. Or it
 * has one of the faults that authors of oracles make. */
#define MUTANT_KIND "oracle"
#include <fcntl.h>
#include <math.h>
#include <pthread.h>
#include <unistd.h>

#include "tests/verify/mutants/mutant.h"

struct lode_instance {
  lode_space space;
  const lode_host* host;
  uint32_t cells;
  double scale;
  double paid;
  double before;
  double fidelities[2];
};

static lode_space shared_space;
static double shared_scale, sum;

static lode_status ignore(void* ctx, const void* data, size_t size) {
  (void)ctx, (void)data, (void)size;
  return LODE_OK;
}

static uint64_t hash(uint64_t word) {
  word ^= word >> 33;
  word *= 0xff51afd7ed558ccdu;
  word ^= word >> 33;
  word *= 0xc4ceb9fe1a85ec53u;
  return word ^ word >> 33;
}

static uint32_t metric_count(const lode_instance* oracle) {
  (void)oracle;
  return 2;
}

static lode_status metric(const lode_instance* oracle, uint32_t index, lode_metric* out,
                          lode_error* error) {
  (void)oracle;
  if (index > 1 && fault != 12) { return fail(error, LODE_E_INVALID, "there are two metrics"); }
  out->direction = LODE_MAXIMIZE;
  out->split = fault == 13 ? 9 : LODE_SPLIT_VALIDATION;
  out->flags = index == 1 ? LODE_METRIC_NOISY : 0;
  out->name = index == 0 ? "score" : "noisy_score";
  out->unit = fault == 14 ? "per\tcent" : "percent";
  out->doc = "A score of the architecture.";
  out->dataset = "";
  out->epochs = fault == 15 ? NAN : 0;
  return LODE_OK;
}

static lode_status bind(lode_instance* oracle, lode_space space, lode_error* error) {
  if (fault == 17) { return fail(error, LODE_E_INTERNAL, "cannot be bound"); }
  const lode_status status = count_cells(space, &oracle->cells, error);
  if (status != LODE_OK) { return status; }
  if (fault == 16 && oracle->cells != 12) {
    return fail(error, LODE_E_INVALID, "expected a space of 12 cells");
  }
  oracle->space = shared_space = space;
  return LODE_OK;
}

static double score(lode_instance* oracle, const uint8_t* architecture) {
  double own = 0;
  double* total = fault == 18 ? &sum : &own;
  *total = 0;
  for (uint32_t cell = 0; cell < oracle->cells; ++cell) {
    if (fault == 18) { usleep(2); }
    *total += architecture[cell] * (cell * cell + 1.0);
  }
  return *total * (fault == 19 ? shared_scale : oracle->scale);
}

static lode_status evaluate_one(lode_instance* oracle, lode_query* query) {
  const lode_space space = fault == 20 ? shared_space : oracle->space;
  const lode_sink sink = {NULL, ignore};
  const lode_status status =
      space.api->format(space.instance, query->architecture, sink, query->error);
  if (fault == 11) { query->metrics[0] = 0; }
  if (status != LODE_OK && fault != 6) { return status; }
  if (query->fidelity != 0.5 && query->fidelity != 1 && fault != 39) {
    return fail(query->error, LODE_E_INVALID, "expected a fidelity of a half or 1");
  }
  if (query->fidelity == 0.5 && fault == 40) {
    return fail(query->error, LODE_E_UNSUPPORTED, "cannot do it by halves");
  }
  if (hash(query->seed) % 4 == 0) { return fail(query->error, LODE_E_INTERNAL, "bad luck"); }
  double value = query->fidelity * score(oracle, query->architecture);
  if (fault == 1) { value += query->metrics[0]; }
  if (fault == 7) { value += (double)(hash(query->seed + 7) % 100); }
  if (fault == 21) { value = floor(value / 10) > 3 ? NAN : value; }
  if (fault == 5) {
    value += oracle->before;
    oracle->before = value / 1000;
  }
  query->metrics[0] = value;
  query->metrics[1] = value + (double)(hash(query->seed) % 1000) / 1000;
  if (fault == 22) { query->metrics[2] = 0; }
  oracle->paid += 1;
  query->cost_seconds = fault == 8 ? value - 300 : fault == 9 ? oracle->paid : value;
  if (fault == 2) { ((uint8_t*)query->architecture)[0] ^= 1; }
  return LODE_OK;
}

static void* wait_long(void* unused) {
  sleep(100);
  return unused;
}

static void misbehave(const lode_instance* oracle) {
  static char long_line[1 << 20];
  const lode_host* host = oracle->host;
  static bool started = false;
  if (fault == 23 && LODE_HAS(host, progress)) { host->progress(host, 0.5, NULL); }
  if (fault == 24 && LODE_HAS(host, progress)) { host->progress(host, 50, "evaluates"); }
  if (fault == 25 && LODE_HAS(host, log)) {
    memset(long_line, 'x', sizeof long_line);
    host->log(host, LODE_INFO, long_line, sizeof long_line);
  }
  if (fault == 26 && LODE_HAS(host, record)) { host->record(host, "lo\x1bss", 1); }
  if (fault == 27) { open("/dev/null", O_RDONLY); }
  if (fault == 28 && !started) {
    pthread_t thread;
    started = pthread_create(&thread, NULL, wait_long, NULL) == 0;
  }
  if (fault == 29) {
    void* volatile lost = malloc(100);
    (void)lost;
  }
  if (fault == 30) { fprintf(stderr, "evaluates\n"); }
  if (fault == 31) { setenv("OMP_NUM_THREADS", "1", 1); }
}

static lode_status evaluate(lode_instance* oracle, lode_query* queries, uint32_t count,
                            lode_error* error) {
  if (oracle->space.api == NULL && fault != 10) {
    return fail(error, LODE_E_INVALID, "evaluate before bind");
  }
  if (count == 0) { return fault == 32 ? fail(error, LODE_E_INVALID, "nothing to do") : LODE_OK; }
  misbehave(oracle);
  for (uint32_t i = 0; i < count; ++i) {
    lode_query* query = fault == 4 ? queries + i : LODE_AT(queries, i);
    query->status = evaluate_one(oracle, query);
    if (fault == 33 && query->status != LODE_OK) {
      return fail(error, query->status, "one failed");
    }
    if (fault == 3 && i > 0 && query->status == LODE_OK) {
      query->metrics[0] = queries->metrics[0];
    }
    if (fault == 34 && query->status != LODE_OK && query->error != NULL) {
      query->error->message[0] = '\0';
    }
  }
  return LODE_OK;
}

static lode_status fidelities(const lode_instance* oracle, lode_fidelities* out,
                              lode_error* error) {
  lode_instance* self = (lode_instance*)oracle;
  if (oracle->space.api == NULL && fault != 43) {
    return fail(error, LODE_E_INVALID, "fidelities before bind");
  }
  self->fidelities[0] = fault == 38 ? 1 : fault == 41 && oracle->paid > 0 ? 0.25 : 0.5;
  self->fidelities[1] = fault == 38 ? 0.5 : 1;
  out->count = 2;
  out->values = self->fidelities;
  if (fault == 42) { memset(out + 1, 0, 8); }
  return LODE_OK;
}

static lode_status create(const lode_host* host, const lode_value* values, lode_instance** out,
                          lode_error* error) {
  if (!(values[0].as.i >= 1 && values[0].as.i <= 9)) {
    return fail(error, LODE_E_INVALID, "scale is out of range");
  }
  lode_instance* oracle = calloc(1, sizeof *oracle);
  oracle->host = host;
  oracle->scale = shared_scale = (double)values[0].as.i;
  *out = oracle;
  return LODE_OK;
}

static void destroy(lode_instance* oracle) {
  if (fault == 35) { oracle->host->progress(oracle->host, 1, "ends"); }
  if (fault != 36) { free(oracle); }
}

static const lode_oracle_api api = {.struct_size = sizeof(lode_oracle_api),
                                    .metric_count = metric_count,
                                    .metric = metric,
                                    .bind = bind,
                                    .evaluate = evaluate,
                                    .fidelities = fidelities};

static const lode_param params[] = {INT_PARAM("scale", "Factor of the score.", 1, 1, 9)};

MUTANT(LODE_ORACLE, "An oracle for mutations.");

__attribute__((constructor)) static void edit_declaration(void) {
  read_fault();
  if (fault == 18) { component.capabilities = LODE_CAP_CONCURRENT; }
  if (fault == 37) { component.capabilities = LODE_CAP_CANONICAL; }
}
