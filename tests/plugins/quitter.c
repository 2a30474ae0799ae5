/* A component of each kind that, in one of its functions, claims that it was cancelled, or ends the
 * program or its caller's thread. */
#include <math.h>
#include <pthread.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "c_plugin.h"

enum { kCells = 8 };

struct lode_instance {
  char where[16], how[16];
};

static void* ExitInAThread(void* unused) {
  exit(0);
  return unused;
}

static lode_status Quit(const lode_instance* self, const char* where, lode_error* error) {
  if (strcmp(self->where, where) != 0) { return LODE_OK; }
  if (strcmp(self->how, "cancelled") == 0) {
    if (error != NULL) {
      error->code = LODE_E_CANCELLED;
      strcpy(error->message, "cancelled");
    }
    return LODE_E_CANCELLED;
  }
  if (strcmp(self->how, "exit") == 0) { exit(0); }
  if (strcmp(self->how, "exit130") == 0) { exit(130); }
  if (strcmp(self->how, "_exit") == 0) { _exit(0); }
  if (strcmp(self->how, "_Exit") == 0) { _Exit(0); }
  if (strcmp(self->how, "quick_exit") == 0) { quick_exit(0); }
  if (strcmp(self->how, "pthread_exit") == 0) { pthread_exit(NULL); }
  if (strcmp(self->how, "thread") == 0) {
    pthread_t thread;
    pthread_create(&thread, NULL, ExitInAThread, NULL);
    pthread_join(thread, NULL);
  }
  return LODE_OK;
}

static void Copy(char* out, lode_str text) {
  memcpy(out, text.data, text.size);
  out[text.size] = '\0';
}

static lode_status Create(const lode_host* host, const lode_value* values, lode_instance** out,
                          lode_error* error) {
  (void)host;
  lode_instance* self = malloc(sizeof *self);
  Copy(self->where, values[0].as.s);
  Copy(self->how, values[1].as.s);
  const lode_status status = Quit(self, "create", error);
  if (status == LODE_OK) {
    *out = self;
  } else {
    free(self);
  }
  return status;
}

static void Destroy(lode_instance* self) {
  Quit(self, "destroy", NULL);
  free(self);
}

/* ---- a space of one choice */

static uint32_t MatrixCount(const lode_instance* self) {
  (void)self;
  return 1;
}

static lode_status Matrix(const lode_instance* self, uint32_t index, lode_matrix* out,
                          lode_error* error) {
  static const char* const kRows[] = {"choice"};
  static const char* const kColumns[kCells] = {"0", "1", "2", "3", "4", "5", "6", "7"};
  (void)index;
  const lode_status status = Quit(self, "matrix", error);
  if (status != LODE_OK) { return status; }
  out->rows = 1;
  out->columns = kCells;
  out->name = "one";
  out->row_labels = kRows;
  out->column_labels = kColumns;
  return LODE_OK;
}

static double Log10Size(const lode_instance* self) {
  (void)self;
  return log10(kCells);
}

static void Choose(int choice, uint8_t* architecture) {
  memset(architecture, 0, kCells);
  architecture[choice] = 1;
}

static lode_status Discretize(const lode_instance* self, const float* action, uint8_t* architecture,
                              lode_error* error) {
  int best = 0;
  for (int i = 1; i < kCells; ++i) {
    if (action[i] > action[best]) { best = i; }
  }
  Choose(best, architecture);
  return Quit(self, "discretize", error);
}

static lode_status Sample(const lode_instance* self, lode_random random, uint8_t* architecture,
                          lode_error* error) {
  uint64_t word;
  random.fill(random.ctx, &word, 1);
  Choose((int)(word % kCells), architecture);
  return Quit(self, "sample", error);
}

static lode_status Format(const lode_instance* self, const uint8_t* architecture, lode_sink sink,
                          lode_error* error) {
  const lode_status status = Quit(self, "format", error);
  if (status != LODE_OK) { return status; }
  for (int i = 0; i < kCells; ++i) {
    if (architecture[i] == 1) { return sink.write(sink.ctx, &"01234567"[i], 1); }
  }
  return LODE_E_INVALID;
}

static lode_status Parse(const lode_instance* self, lode_str text, uint8_t* architecture,
                         lode_error* error) {
  if (text.size != 1 || text.data[0] < '0' || text.data[0] >= '0' + kCells) {
    return LODE_E_INVALID;
  }
  Choose(text.data[0] - '0', architecture);
  return Quit(self, "parse", error);
}

static lode_status Canonical(const lode_instance* self, const uint8_t* architecture,
                             uint8_t* representative, lode_error* error) {
  memcpy(representative, architecture, kCells);
  return Quit(self, "canonical", error);
}

static const lode_space_api kSpace = {.struct_size = sizeof kSpace,
                                      .matrix_count = MatrixCount,
                                      .matrix = Matrix,
                                      .log10_size = Log10Size,
                                      .discretize = Discretize,
                                      .sample = Sample,
                                      .format = Format,
                                      .parse = Parse,
                                      .canonical = Canonical};

/* ---- an oracle */

static uint32_t MetricCount(const lode_instance* self) {
  (void)self;
  return 1;
}

static lode_status Metric(const lode_instance* self, uint32_t index, lode_metric* out,
                          lode_error* error) {
  (void)index;
  out->direction = LODE_MAXIMIZE;
  out->split = LODE_SPLIT_VALIDATION;
  out->flags = 0;
  out->name = "score";
  out->unit = "count";
  out->doc = "The first cell.";
  out->dataset = "";
  out->epochs = 0;
  return Quit(self, "metric", error);
}

static lode_status Bind(lode_instance* self, lode_space space, lode_error* error) {
  (void)space;
  return Quit(self, "bind", error);
}

static lode_status Evaluate(lode_instance* self, lode_query* queries, uint32_t count,
                            lode_error* error) {
  for (uint32_t i = 0; i < count; ++i) {
    lode_query* query = LODE_AT(queries, i);
    query->metrics[0] = query->architecture[0];
    query->status = Quit(self, "query", query->error);
  }
  return Quit(self, "evaluate", error);
}

static lode_status Prepare(lode_instance* self, lode_str directory, lode_error* error) {
  (void)directory;
  return Quit(self, "prepare", error);
}

static const lode_oracle_api kOracle = {.struct_size = sizeof kOracle,
                                        .metric_count = MetricCount,
                                        .metric = Metric,
                                        .bind = Bind,
                                        .evaluate = Evaluate,
                                        .prepare = Prepare};

/* ---- an exploration strategy */

static lode_status Explore(lode_instance* self, uint64_t step, bool* random, lode_error* error) {
  *random = step % 2 == 1;
  return Quit(self, "explore", error);
}

static lode_status Perturb(lode_instance* self, uint64_t step, float* action, uint32_t cells,
                           lode_error* error) {
  (void)step, (void)action, (void)cells;
  return Quit(self, "perturb", error);
}

static const lode_exploration_api kExploration = {
    .struct_size = sizeof kExploration, .explore = Explore, .perturb = Perturb};

/* ---- an optimizer */

static lode_status Ask(lode_instance* self, lode_proposal* out, lode_error* error) {
  memset(out->action, 0, kCells * sizeof *out->action);
  out->kind = LODE_PROPOSES_ACTION;
  return Quit(self, "ask", error);
}

static lode_status Tell(lode_instance* self, const lode_trial* trials, uint32_t count,
                        lode_error* error) {
  (void)trials, (void)count;
  return Quit(self, "tell", error);
}

static bool Exhausted(const lode_instance* self) {
  Quit(self, "exhausted", NULL);
  return false;
}

static lode_status Save(const lode_instance* self, lode_sink sink, lode_error* error) {
  (void)sink;
  return Quit(self, "save", error);
}

static lode_status Load(lode_instance* self, lode_source source, lode_error* error) {
  (void)source;
  return Quit(self, "load", error);
}

static const lode_optimizer_api kOptimizer = {.struct_size = sizeof kOptimizer,
                                              .bind = Bind,
                                              .ask = Ask,
                                              .tell = Tell,
                                              .exhausted = Exhausted};

/* ---- the plugin */

#define TEXT(text) \
  { text, sizeof(text) - 1 }
#define STRING_PARAM(key, sentence, fallback)                                               \
  {                                                                                         \
    .struct_size = sizeof(lode_param), .type = LODE_T_STRING, .name = key, .doc = sentence, \
    .unit = "", .default_value = {                                                          \
      LODE_T_STRING,                                                                        \
      0,                                                                                    \
      {.s = fallback}                                                                       \
    }                                                                                       \
  }
static const lode_param kParams[] = {
    STRING_PARAM("where", "The function that quits.", TEXT("")),
    STRING_PARAM("how", "How it does that.", TEXT("")),
};

#define QUITTER(kind, api, ...) \
  COMPONENT(kind, "quitter", "Quits.", kParams, api, Create, Destroy, __VA_ARGS__)
static const lode_component kSpaceComponent = QUITTER(LODE_SPACE, &kSpace);
static const lode_component kOracleComponent = QUITTER(LODE_ORACLE, &kOracle);
static const lode_component kExplorationComponent = QUITTER(LODE_EXPLORATION, &kExploration);
static const lode_component kOptimizerComponent =
    QUITTER(LODE_OPTIMIZER, &kOptimizer, .save = Save, .load = Load);
static const lode_component* const kComponents[] = {&kSpaceComponent, &kOracleComponent,
                                                    &kExplorationComponent, &kOptimizerComponent};

PLUGIN("lode.test.quitter", kComponents);
