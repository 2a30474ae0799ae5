/* A sound plugin except that its initializer or its declarations do what LODE_TEST_FAULT says. */
#include <fcntl.h>
#include <math.h>
#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "c_plugin.h"

static uint32_t metrics = 1;
static double epochs = 0;
static const char* metric_name = "score";

static uint32_t MetricCount(const lode_instance* self) {
  (void)self;
  return metrics;
}

static lode_status Metric(const lode_instance* self, uint32_t index, lode_metric* out,
                          lode_error* error) {
  (void)self, (void)index, (void)error;
  out->direction = LODE_MAXIMIZE;
  out->split = LODE_SPLIT_VALIDATION;
  out->flags = 0;
  out->name = metric_name;
  out->unit = "count";
  out->doc = "A score.";
  out->dataset = "";
  out->epochs = epochs;
  return LODE_OK;
}

static lode_status Bind(lode_instance* self, lode_space space, lode_error* error) {
  (void)self, (void)space, (void)error;
  return LODE_OK;
}

static lode_status Evaluate(lode_instance* self, lode_query* queries, uint32_t count,
                            lode_error* error) {
  (void)self, (void)queries, (void)count, (void)error;
  return LODE_OK;
}

static lode_status Create(const lode_host* host, const lode_value* values, lode_instance** out,
                          lode_error* error) {
  static char nothing;
  (void)host, (void)values, (void)error;
  *out = (lode_instance*)&nothing;
  return LODE_OK;
}

static void Destroy(lode_instance* self) { (void)self; }

static const lode_oracle_api api = {.struct_size = sizeof api,
                                    .metric_count = MetricCount,
                                    .metric = Metric,
                                    .bind = Bind,
                                    .evaluate = Evaluate};

static lode_param params[] = {{.struct_size = sizeof(lode_param),
                               .type = LODE_T_REAL,
                               .name = "rate",
                               .doc = "A rate.",
                               .unit = "",
                               .default_value = {LODE_T_REAL, 0, {.r = 0.5}},
                               .min = 0,
                               .max = 1}};

static lode_component component =
    COMPONENT(LODE_ORACLE, "bad_scan", "Is sound.", params, &api, Create, Destroy);
static const lode_component* const components[] = {&component};

PLUGIN("lode.test.bad_scan", components);

static void Allocate(void) {
  for (;;) {
    char* piece = malloc(1 << 24);
    if (piece == NULL) { abort(); }
    memset(piece, 1, 1 << 24);
  }
}

static void WriteEverywhere(const char* text) {
  for (int descriptor = 3; descriptor < 64; ++descriptor) {
    if (write(descriptor, text, strlen(text)) < 0) { continue; }
  }
}

/* More levels than any function that recurses could return from. */
static void WriteDeepJson(void) {
  enum { kDepth = 200000 };
  static char text[2 * kDepth + 2];
  memset(text, '[', kDepth);
  memset(text + kDepth, ']', kDepth);
  text[2 * kDepth] = '\n';
  WriteEverywhere(text);
}

static void NeverStopWriting(void) {
  char text[4096];
  memset(text, 'x', sizeof text);
  for (;;) { WriteEverywhere(text); }
}

static void* Quit(void* unused) {
  pthread_exit(unused);
  return unused;
}

static void DeclareBadly(const char* fault) {
  if (strcmp(fault, "nan_epochs") == 0) { epochs = NAN; }
  if (strcmp(fault, "metrics") == 0) { metrics = 4000000000u; }
  if (strcmp(fault, "null_name") == 0) { metric_name = NULL; }
  if (strcmp(fault, "nan_default") == 0) { params[0].default_value.as.r = NAN; }
  if (strcmp(fault, "infinite_default") == 0) { params[0].default_value.as.r = INFINITY; }
  if (strcmp(fault, "nan_bound") == 0) { params[0].max = NAN; }
  if (strcmp(fault, "params") == 0) { component.param_count = 4000000000u; }
  if (strcmp(fault, "no_utf8") == 0) { component.summary = "Is \xff\xfe."; }
}

static void MakeNoise(const char* fault) {
  if (strcmp(fault, "noise") == 0) { WriteEverywhere("noise\n"); }
  if (strcmp(fault, "json_noise") == 0) { WriteEverywhere("[1, 2]\n"); }
  if (strcmp(fault, "deep_noise") == 0) { WriteDeepJson(); }
  if (strcmp(fault, "other_noise") == 0) { WriteEverywhere("{\"plugin\": {\"id\": 3}}\n"); }
  if (strcmp(fault, "endless_noise") == 0) { NeverStopWriting(); }
  if (strcmp(fault, "print") == 0) {
    for (;;) { printf("and on, and on, and on\n"); }
  }
}

static void End(const char* fault) {
  if (strcmp(fault, "crash") == 0) { raise(SIGSEGV); }
  if (strcmp(fault, "abort") == 0) { abort(); }
  if (strcmp(fault, "exit") == 0) { exit(0); }
  if (strcmp(fault, "_exit") == 0) { _exit(0); }
  if (strcmp(fault, "pthread_exit") == 0) { Quit(NULL); }
  if (strcmp(fault, "kill") == 0) { kill(getpid(), SIGKILL); }
}

static void NeverReturn(const char* fault) {
  if (strcmp(fault, "stop") == 0) { kill(getpid(), SIGSTOP); }
  if (strcmp(fault, "hang") == 0) {
    for (;;) { pause(); }
  }
  if (strcmp(fault, "spin") == 0) {
    for (volatile int i = 0;; ++i) { continue; }
  }
  if (strcmp(fault, "memory") == 0) { Allocate(); }
}

__attribute__((constructor)) static void Initialize(void) {
  const char* fault = getenv("LODE_TEST_FAULT");
  if (fault == NULL) { return; }
  DeclareBadly(fault);
  MakeNoise(fault);
  End(fault);
  NeverReturn(fault);
  if (strcmp(fault, "close") == 0) {
    for (int descriptor = 0; descriptor < 1024; ++descriptor) { close(descriptor); }
  }
}
