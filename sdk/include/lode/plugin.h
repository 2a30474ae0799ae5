/* lode/plugin.h - the binary contract between the Lode host and a plugin. C11 and C++20.
 * SPDX-License-Identifier: Apache-2.0
 *
 * A plugin is a shared library `NAME.lode.so` that exports one data symbol, `lode_plugin_v1`: a
 * table of components. A component is a search space, a reward oracle, an exploration strategy or
 * an optimizer. C++ authors include <lode/plugin.hpp> instead, which fills these tables from a
 * class.
 *
 * Rules that hold for every declaration below
 *
 *  1. Layout. A sized struct starts with `struct_size`, set by whoever owns the memory. Fields are
 *     only ever appended. A field exists if struct_size reaches past it: test with LODE_HAS(). A
 *     NULL function pointer means "not implemented". In arrays of sized structs the stride is the
 *     first element's struct_size: index with LODE_AT(). Code that fills the other side's struct
 *     writes nothing past its struct_size and leaves struct_size unchanged. Structs without
 *     struct_size are value types, frozen for the major version.
 *  2. Memory. Pointers passed in are borrowed until the call returns, unless the function says
 *     otherwise. Results are returned in caller-owned memory or through a lode_sink. Neither side
 *     frees memory that the other allocated.
 *  3. Errors. A function that can fail returns a lode_status and puts one lower-case line without a
 *     final period into the caller's lode_error, which may be NULL. On failure every other
 *     output is untouched. No C++ exception and no longjmp crosses the boundary.
 *  4. Threads. Each function carries one tag:
 *       [any]     may be called from several threads at once, even on one instance;
 *       [serial]  never called concurrently on one instance; the calling thread may change between
 *                 calls.
 *     Instances share no mutable state: two instances may be used at once. All threads that a
 *     plugin started for an instance have ended when destroy() returns.
 *  5. Text is UTF-8. Strings in descriptors and declarations live as long as the library, which is
 *     never unloaded; strings returned for an instance live as long as the instance.
 *  6. Randomness comes only from the host (lode_host.random or a lode_random argument), and no
 *     decision depends on the clock. The same configuration and seed then give the same trials.
 *  7. A plugin does not print, exit or install signal handlers: it logs and returns errors. */
#ifndef LODE_PLUGIN_H_
#define LODE_PLUGIN_H_

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

/* ---- version ---- */

/* A new major version has a new entry symbol; each release that appends anything raises the
 * minor version by one. */
#define LODE_ABI_MAJOR 1u
#define LODE_ABI_MINOR 3u

/* The oldest host minor that the plugin supports. Define it before including this header to hide
 * newer declarations; a host refuses a plugin only if this number is above the host's own minor. */
#ifndef LODE_TARGET_MINOR
#define LODE_TARGET_MINOR LODE_ABI_MINOR
#endif
#if LODE_TARGET_MINOR > LODE_ABI_MINOR
#error "LODE_TARGET_MINOR is above these headers' LODE_ABI_MINOR: install a newer SDK"
#endif

/* True if *table is new enough to have `field`. */
#define LODE_REACHES(table, field) \
  ((table)->struct_size >=         \
   offsetof(__typeof__(*(table)), field) + sizeof(__typeof__((table)->field)))

/* True if *table is new enough to have the pointer `field`, and it is not NULL. */
#define LODE_HAS(table, field) (LODE_REACHES(table, field) && (table)->field != NULL)

/* Address of element i of an array of sized structs, by the producer's stride. */
#define LODE_AT(array, i) \
  ((__typeof__(&(array)[0]))(void*)((char*)(array) + (size_t)(i) * (array)->struct_size))

#define LODE_EXPORT __attribute__((visibility("default")))

/* ---- values ---- */

typedef int32_t lode_status;
enum lode_status_code {
  LODE_OK = 0,
  LODE_E_INVALID = 1,     /* an argument, parameter or call order is wrong */
  LODE_E_UNSUPPORTED = 2, /* valid, but this component cannot do it */
  LODE_E_CANCELLED = 3,   /* stopped because lode_host.cancelled() said so */
  LODE_E_IO = 4,          /* a file is missing, unreadable or malformed */
  LODE_E_NOMEM = 5,
  LODE_E_INTERNAL = 6 /* anything else; unknown codes are treated as this one */
};

typedef struct lode_error {
  uint32_t struct_size;
  lode_status code;
  char message[1016]; /* NUL-terminated */
} lode_error;

typedef struct lode_str { /* not NUL-terminated */
  const char* data;
  size_t size;
} lode_str;

/* Receives bytes, possibly in several calls. A status other than LODE_OK tells the writer to
 * stop. */
typedef struct lode_sink {
  void* ctx;
  lode_status (*write)(void* ctx, const void* data, size_t size);
} lode_sink;

/* Supplies bytes: returns how many were put into data (0 at the end, negative on error). */
typedef struct lode_source {
  void* ctx;
  int64_t (*read)(void* ctx, void* data, size_t size);
} lode_source;

/* A stream of uniformly random 64-bit words. It depends only on the run's seed, the component it
 * was made for and the step, never on time or thread. [serial] */
typedef struct lode_random {
  void* ctx;
  void (*fill)(void* ctx, uint64_t* out, size_t count);
} lode_random;

/* ---- parameters: what a component may be configured with ---- */

typedef int32_t lode_type;
enum lode_type_code {
  LODE_T_BOOL = 1,
  LODE_T_INT = 2,
  LODE_T_REAL = 3,
  LODE_T_STRING = 4,
  LODE_T_CHOICE = 5, /* one of the strings in lode_param.choices */
  /* A string that the host turns into an absolute path: a relative path in a pipeline is
   * relative to the pipeline's file, a relative default to the directory of the plugin's own
   * file. */
  LODE_T_PATH = 6,
  LODE_T_INT_LIST = 7,
  LODE_T_REAL_LIST = 8,
  LODE_T_STRING_LIST = 9
};

typedef struct lode_value {
  lode_type type;
  uint32_t count; /* number of elements, for the list types */
  union {
    bool b;
    int64_t i;
    double r;
    lode_str s; /* STRING, CHOICE, PATH */
    const int64_t* ints;
    const double* reals;
    const lode_str* strs;
  } as;
} lode_value;

enum lode_param_flag {
  LODE_PARAM_REQUIRED = 1u << 0,   /* no default: the pipeline must set it */
  LODE_PARAM_LOG_SCALE = 1u << 1,  /* varies over orders of magnitude */
  LODE_PARAM_DEPRECATED = 1u << 2, /* accepted with a warning; doc names the successor */
  LODE_PARAM_OPEN_MIN = 1u << 3,   /* min itself is excluded */
  LODE_PARAM_OPEN_MAX = 1u << 4,   /* max itself is excluded */
  LODE_PARAM_INPUT_FILE = 1u << 5, /* PATH: names a readable file, or is "" by default; checked */
#if LODE_TARGET_MINOR >= 1
  LODE_PARAM_INPUT = 1u << 6 /* PATH: names a file or folder that is read, unless it is "". What is
                                in it is part of a run's record, like that of an INPUT_FILE */
#endif
};

/* One declared parameter. The host validates pipelines against it and generates the output of
 * `lode describe` from it. create() still refuses values that are not allowed, with INVALID (the
 * C++ API does this), and checks rules that involve several parameters. */
typedef struct lode_param {
  uint32_t struct_size;
  lode_type type;
  const char* name;           /* the TOML key: [a-z][a-z0-9_]*, never renamed, never reused */
  const char* doc;            /* one sentence */
  const char* unit;           /* "s", "MiB", "steps", or "": for display */
  lode_value default_value;   /* ignored with LODE_PARAM_REQUIRED */
  double min, max;            /* of numbers and elements; inclusive unless OPEN; +-HUGE_VAL: none */
  const char* const* choices; /* CHOICE: NULL-terminated */
  uint32_t flags;
  uint32_t reserved; /* 0 */
} lode_param;

typedef struct lode_setting { /* one parameter's value in a preset */
  const char* param;
  lode_value value;
} lode_setting;

/* A named set of parameter values. A pipeline selects it with `preset = "NAME"`; values that the
 * pipeline sets itself override the preset, and the preset overrides the defaults. The first
 * preset is the default. */
typedef struct lode_preset {
  uint32_t struct_size;
  uint32_t setting_count;
  const char* name;
  const char* doc;
  const lode_setting* settings;
} lode_preset;

/* ---- what the host offers ---- */

typedef int32_t lode_level;
enum lode_level_code { LODE_DEBUG = 1, LODE_INFO = 2, LODE_WARNING = 3, LODE_ERROR = 4 };

/* One per instance; valid from create() until destroy() returns. Any slot may be NULL. */
typedef struct lode_host {
  uint32_t struct_size;
  uint32_t abi_minor; /* the host's own */
  void* ctx;
  /* Adds one line to the host's log. [any] */
  void (*log)(const struct lode_host*, lode_level level, const char* message, size_t size);
  /* True once the user wants the run to end. Poll it in anything that takes longer than 100 ms,
   * and return LODE_E_CANCELLED promptly. [any] */
  bool (*cancelled)(const struct lode_host*);
  /* Reports the progress of a long call: fraction in [0, 1], negative if unknown. [any] */
  void (*progress)(const struct lode_host*, double fraction, const char* what);
  /* Adds a named value (a loss, an epsilon) to the record of the current trial; not a metric. In
   * evaluate() it belongs to the query of the call. A value recorded in a call with several queries
   * belongs to none: the host asks again, one query in each call from then on. [serial]; in an
   * evaluate() that is [any], for the thread of the call */
  void (*record)(const struct lode_host*, const char* name, double value);
  /* This instance's random stream, restarted by the host at every step. [serial] */
  lode_random random;
  /* A host service by its id, e.g. "lode.gradient/1"; NULL if the host does not have it. [any] */
  const void* (*extension)(const struct lode_host*, const char* id);
#if LODE_TARGET_MINOR >= 1
  /* How many threads a call into the instance may keep busy, including the calling one; 0 means
   * 1. Constant for the life of the instance, and results may depend on it. */
  uint32_t threads;
  uint32_t reserved; /* 0 */
#endif
} lode_host;

typedef struct lode_instance lode_instance; /* opaque, owned by the plugin */

/* ---- the data the kinds exchange ----
 *
 * A space is a list of matrices. An ACTION (the paper's alpha) is one finite float for each cell of
 * every matrix: row-major, matrices concatenated in order; cells is their number. An ARCHITECTURE
 * (alpha^d) has the same shape in bytes 0 and 1. */

typedef struct lode_matrix {
  uint32_t struct_size;
  uint32_t rows, columns;
  uint32_t reserved;                /* 0 */
  const char* name;                 /* "cell", "normal" */
  const char* const* row_labels;    /* rows entries: "edge 0->1" */
  const char* const* column_labels; /* columns entries: "nor_conv_3x3" */
} lode_matrix;

typedef int32_t lode_direction;
enum lode_direction_code { LODE_MAXIMIZE = 1, LODE_MINIMIZE = 2 };

typedef int32_t lode_split; /* the part of the data that a metric was measured on */
enum lode_split_code {
  LODE_SPLIT_NONE = 0,
  LODE_SPLIT_TRAIN = 1,
  LODE_SPLIT_VALIDATION = 2,
  LODE_SPLIT_TEST = 3
};

enum lode_metric_flag {
  LODE_METRIC_NOISY = 1u << 0, /* may differ when measured again */
#if LODE_TARGET_MINOR >= 1
  LODE_METRIC_OPTIMUM = 1u << 1 /* `optimum` is set */
#endif
};

typedef struct lode_metric {
  uint32_t struct_size;
  lode_direction direction;
  lode_split split;
  uint32_t flags;
  const char* name;    /* the name in pipelines: [a-z][a-z0-9_]* */
  const char* unit;    /* "percent", "count", "ms", ... */
  const char* doc;     /* one sentence */
  const char* dataset; /* "cifar100"; "" if it comes from no data */
  double epochs;       /* of the training behind it; 0 if there was none */
#if LODE_TARGET_MINOR >= 1
  /* With LODE_METRIC_OPTIMUM: the best value, by `direction`, of all architectures that the
   * oracle can measure, for oracles that have them all in a table. Set from bind() on; finite.
   * Not for noisy metrics. Shown next to what searches found. */
  double optimum;
#endif
} lode_metric;

/* Receives a graph: every node before the edges that touch it. A status other than LODE_OK ends
 * the drawing. */
typedef struct lode_graph_sink {
  uint32_t struct_size;
  uint32_t reserved;
  void* ctx;
  /* Adds a node; nodes are numbered 0, 1, 2, ... in the order they are added. `group`: the box
   * of the drawing that it belongs to ("normal"), or "". The part of a label after a comma is
   * detail: nodes are colored by the part before it. */
  lode_status (*node)(void* ctx, lode_str group, lode_str label);
  /* Adds an edge; its label names the operation on it ("sep_conv_3x3"), or is "". */
  lode_status (*edge)(void* ctx, uint32_t from, uint32_t to, lode_str label);
} lode_graph_sink;

#if LODE_TARGET_MINOR >= 2
/* Fidelities that evaluations may have: a list or a range. Both contain 1, the oracle's full
 * evaluation, which is the only fidelity where nothing else is said. */
typedef struct lode_fidelities {
  uint32_t struct_size;
  uint32_t count;       /* of values; 0 for a range */
  const double* values; /* a list: strictly ascending, in (0, 1], the last is 1; NULL for a range */
  double min;           /* a range: all in [min, 1], 0 < min <= 1; ignored for a list */
} lode_fidelities;
#endif

/* One query to an oracle. The caller fills the first part, the oracle the second. */
typedef struct lode_query {
  uint32_t struct_size;
  uint32_t reserved;
  const uint8_t* architecture; /* cells bytes, valid in the bound space */
  double fidelity;             /* in (0, 1]: fraction of the oracle's full cost to spend */
  uint64_t seed;               /* for the oracle's own randomness in this evaluation */

  double* metrics;     /* out: caller's array of metric_count values, in declared order */
  double cost_seconds; /* out: simulated cost; left unchanged if there is none */
  lode_status status;  /* out: LODE_OK, or why this query failed while others may have succeeded */
  uint32_t reserved2;
  lode_error* error; /* out: the reason in words; may be NULL */
} lode_query;

enum lode_proposal_kind { LODE_PROPOSES_ACTION = 1, LODE_PROPOSES_ARCHITECTURE = 2 };

/* A proposal of an optimizer. It fills one of the two buffers and says which. */
typedef struct lode_proposal {
  uint32_t struct_size;
  int32_t kind;          /* out: a lode_proposal_kind */
  float* action;         /* out: caller's array of cells floats */
  uint8_t* architecture; /* out: caller's array of cells bytes */
#if LODE_TARGET_MINOR >= 2
  /* out: the fidelity of the evaluation that it asks for, one that offer() offered; the caller sets
   * 1 before the call. Only an optimizer that has offer() changes it. */
  double fidelity;
#endif
} lode_proposal;

enum lode_trial_flag {
  /* The optimizer was not asked: the exploration strategy drew it, or the pipeline gave it. */
  LODE_TRIAL_RANDOM = 1u << 0,
  LODE_TRIAL_FAILED = 1u << 1, /* no metrics: every metric and the reward are NaN */
  LODE_TRIAL_REUSED = 1u << 2, /* the result was that of an earlier or a known trial */
  /* With FAILED: broke a limit of the pipeline; metrics not measured by then are missing. The
   * step continues: the optimizer is asked again. */
  LODE_TRIAL_REJECTED = 1u << 3,
#if LODE_TARGET_MINOR >= 2
  /* With RANDOM: known before the run, which paid nothing for it, and told before the first ask,
   * maybe thousands of them, all as trials of step 0. Their action is NULL, and metrics that were
   * not measured are NaN. Reward, objectives and violation are as this run computes them. */
  LODE_TRIAL_KNOWN = 1u << 4
#endif
};

/* A finished step, or a proposal that was rejected. */
typedef struct lode_trial {
  uint32_t struct_size;
  uint32_t flags;
  uint64_t step;       /* 0, 1, 2, ... */
  const float* action; /* cells floats as evaluated, or NULL if an architecture was proposed */
  const uint8_t* architecture; /* cells bytes */
  const double* metrics;       /* all metrics of the run's oracles, in their order */
  uint32_t metric_count;
  uint32_t reserved;
  double reward; /* larger is better */
  /* The values that multi-objective optimizers compare, larger is better in each: the pipeline's
   * goals, or only the reward if it states none. NaN if the trial failed. */
  const double* objectives;
  uint32_t objective_count; /* at least 1, the same in all trials of a run */
  uint32_t reserved2;
  /* How far the trial breaks the pipeline's limits: 0 if it meets them all, otherwise the sum,
   * over the broken limits, of the excess as a fraction of the limit. NaN if the trial failed. */
  double violation;
#if LODE_TARGET_MINOR >= 2
  double fidelity; /* of the evaluation: as proposed, 1 for random trials; absent means 1 */
#endif
} lode_trial;

/* ---- one table for each kind ---- */

/* SEARCH SPACE: the set of architectures. Everything is a pure function of the parameters, the
 * arguments and the random stream passed in. Every possible result of a draw must be reachable. */
typedef struct lode_space_api {
  uint32_t struct_size;
  uint32_t reserved;
  /* Number of matrices, at least 1. [any] */
  uint32_t (*matrix_count)(const lode_instance*);
  /* Describes matrix `index` < matrix_count; out->struct_size is set by the caller. [any] */
  lode_status (*matrix)(const lode_instance*, uint32_t index, lode_matrix* out, lode_error*);
  /* log10 of the number of architectures. [any] */
  double (*log10_size)(const lode_instance*);
  /* Maps an action to its architecture: deterministic, total on finite actions. INVALID for NaN or
   * infinite cells. [any] */
  lode_status (*discretize)(const lode_instance*, const float* action, uint8_t* architecture,
                            lode_error*);
  /* Draws an architecture, all equally likely. [any] */
  lode_status (*sample)(const lode_instance*, lode_random, uint8_t* architecture, lode_error*);
  /* Writes the canonical string of an architecture. INVALID if the bytes are not an architecture
   * of this space: the host uses this to check its input. [any] */
  lode_status (*format)(const lode_instance*, const uint8_t* architecture, lode_sink, lode_error*);
  /* The inverse of format; it may accept other spellings of an architecture too. INVALID, with
   * the position, for anything else, including text after the end of an architecture. [any] */
  lode_status (*parse)(const lode_instance*, lode_str text, uint8_t* architecture, lode_error*);
  /* Optional. Draws a neighbor of parent: one decision changed to another value. [any] */
  lode_status (*mutate)(const lode_instance*, lode_random, const uint8_t* parent, uint8_t* child,
                        lode_error*);
  /* Optional. Draws a child that takes each decision from one of its two parents. [any] */
  lode_status (*crossover)(const lode_instance*, lode_random, const uint8_t* mother,
                           const uint8_t* father, uint8_t* child, lode_error*);
  /* Optional. Writes all architectures one mutation away, in a fixed order: one write of cells
   * bytes for each. [any] */
  lode_status (*neighbours)(const lode_instance*, const uint8_t* architecture, lode_sink,
                            lode_error*);
  /* Optional. Maps all architectures that are the same network to one representative. [any] */
  lode_status (*canonical)(const lode_instance*, const uint8_t* architecture,
                           uint8_t* representative, lode_error*);
  /* Optional. Draws a child: each decision is, with `probability` in [0, 1], redrawn from all
   * its values (including the old one), and otherwise the parent's. [any] */
  lode_status (*resample)(const lode_instance*, lode_random, double probability,
                          const uint8_t* parent, uint8_t* child, lode_error*);
  /* Optional. Draws the network of an architecture. [any] */
  lode_status (*graph)(const lode_instance*, const uint8_t* architecture, const lode_graph_sink*,
                       lode_error*);
  /* Optional, all three or none: metrics that follow from the architecture alone, without
   * training or measuring anything (parameters, multiply-adds); they have LODE_SPLIT_NONE and
   * are not noisy. Returns the number of metrics. [any] */
  uint32_t (*metric_count)(const lode_instance*);
  /* Describes metric `index` < metric_count; out->struct_size is set by the caller. [any] */
  lode_status (*metric)(const lode_instance*, uint32_t index, lode_metric* out, lode_error*);
  /* Computes all of them into an array of metric_count values. [any] */
  lode_status (*measure)(const lode_instance*, const uint8_t* architecture, double* metrics,
                         lode_error*);
} lode_space_api;

/* A space bound to another component; valid until that component's destroy() returns. */
typedef struct lode_space {
  const lode_space_api* api;
  const lode_instance* instance;
} lode_space;

#if LODE_TARGET_MINOR >= 3
/* RELAXED NETWORK: a weight-sharing network that an oracle owns and an optimizer trains through the
 * host. A MIXTURE is one finite double for each cell of the space's matrices, in the order of an
 * action. The network multiplies each cell's operation by its weight and adds up what leads to the
 * same place. An operation whose weight is 0 is not computed: it costs nothing, and a step leaves
 * its own weights as they are. A mixture of zeros and ones is the network of an architecture.
 *
 * The oracle owns the network's weights, the optimizer of these weights with its learning rate, the
 * data, and all randomness that follows from a seed. The optimizer owns what makes the mixture:
 * softmax, sampling, projections, edge weights.
 *
 * Batches have numbers 0, 1, 2, ... in each of two splits, LODE_SPLIT_TRAIN and
 * LODE_SPLIT_VALIDATION. Epoch e has the batches e * n to (e + 1) * n - 1, where n is the number of
 * batches in an epoch, and shuffles the split anew. A batch is a pure function of the seed and its
 * number, so calls that name the same batch share it, and so does the learning rate of a step. */
enum lode_relaxed_feature {
  LODE_RELAXED_UNROLLED = 1u << 0,   /* lode_relaxed_batch.unrolled */
  LODE_RELAXED_ABSENT = 1u << 1,     /* LODE_ABSENT_EXACT */
  LODE_RELAXED_OUTPUT_SUM = 1u << 2, /* LODE_ABSENT_OUTPUT_SUM */
  LODE_RELAXED_RESHAPES = 1u << 3    /* lode_relaxed_start.depth, operations and skip_dropout */
};

/* The gradient with respect to the weights that are 0. */
typedef int32_t lode_absent;
enum lode_absent_code {
  LODE_ABSENT_ZERO = 0,      /* not computed: 0 */
  LODE_ABSENT_EXACT = 1,     /* computed: the absent operations run, too */
  LODE_ABSENT_OUTPUT_SUM = 2 /* the sum of all elements of the loss's gradient with respect to the
                                sum to which the operation would add its output: the gradient that
                                GDAS's code (Dong and Yang, CVPR 2019) gives absent operations */
};

typedef struct lode_relaxed_info {
  uint32_t struct_size;
  uint32_t features;           /* lode_relaxed_feature */
  uint64_t training_batches;   /* in an epoch, at least 1 */
  uint64_t validation_batches; /* likewise */
} lode_relaxed_info;

typedef struct lode_relaxed_start {
  uint32_t struct_size;
  uint32_t depth;            /* number of cells; 0: as the oracle is configured */
  uint64_t seed;             /* of initial weights, batches, augmentation and dropout */
  const uint8_t* operations; /* cells bytes: 0 for an operation that no mixture will use; or NULL */
  double skip_dropout;       /* in [0, 1): rate at which steps drop outputs of skip connections */
} lode_relaxed_start;

/* A call on one batch. The caller fills the first part, the oracle the second. */
typedef struct lode_relaxed_batch {
  uint32_t struct_size;
  lode_split split;
  const double* mixture; /* cells doubles */
  uint64_t number;       /* of the batch */
  lode_absent absent;    /* what the gradient has where the mixture is 0 */
  /* 1: the loss, accuracy and gradient are those after a virtual step, and the gradient is that of
   * the bilevel problem (DARTS, Liu et al., ICLR 2019, eq. 7 in full, without momentum):
   *   w' = w - rate * d(training loss)/dw (w, mixture), on the training batch `inner`;
   *   gradient = dL/dmixture (w', mixture) - rate * d2(training loss)/dmixture dw * dL/dw',
   * where L is the loss on this batch. How the product with the second derivative is computed, and
   * whether the training loss includes weight decay, is in the oracle's documentation. measure()
   * only. */
  uint32_t unrolled;
  uint64_t inner;
  double rate; /* of the virtual step: above 0, or 0 for the learning rate of a step on `inner` */

  double* gradient; /* out: cells doubles, or NULL if it is not needed */
  double loss;      /* out: the mean over the batch of the network's loss, without weight decay */
  double accuracy;  /* out: the fraction of the batch in [0, 1] that is classified correctly */
} lode_relaxed_batch;

/* All of these are required, in the thread and in the order in which the optimizer calls them. They
 * return UNSUPPORTED for what `features` lacks, INVALID before restart, for another split and for a
 * mixture that is not finite. */
typedef struct lode_relaxed_api {
  uint32_t struct_size;
  uint32_t reserved;
  /* Describes the network; constant from bind() on. out->struct_size is set by the caller. [any] */
  lode_status (*describe)(const lode_instance*, lode_relaxed_info* out, lode_error*);
  /* Replaces the network by a new one with new weights, and forgets all steps. [serial] */
  lode_status (*restart)(lode_instance*, const lode_relaxed_start*, lode_error*);
  /* Takes one step of the weights on a training batch. Loss, accuracy and gradient are those before
   * the step. [serial] */
  lode_status (*step)(lode_instance*, lode_relaxed_batch*, lode_error*);
  /* Computes loss, accuracy and gradient; changes nothing. Normalization uses the statistics of the
   * batch, in both splits. Calls with equal arguments have equal results, to the last bit, until
   * the next step or restart. [serial] */
  lode_status (*measure)(lode_instance*, lode_relaxed_batch*, lode_error*);
} lode_relaxed_api;

/* A relaxed network as its optimizer gets it; valid until the optimizer's destroy() returns. */
typedef struct lode_relaxed {
  const lode_relaxed_api* api;
  lode_instance* instance;
} lode_relaxed;
#endif

/* REWARD ORACLE: measures architectures. */
typedef struct lode_oracle_api {
  uint32_t struct_size;
  uint32_t reserved;
  /* Number of metrics, at least 1 and constant from bind() on. With LODE_CAP_METRICS_VARY the
   * metrics may depend on the space, and may differ or be missing before bind(); bind() then
   * ends the life of the strings that metric() returned before. [any] */
  uint32_t (*metric_count)(const lode_instance*);
  /* Describes metric `index` < metric_count; out->struct_size is set by the caller. [any] */
  lode_status (*metric)(const lode_instance*, uint32_t index, lode_metric* out, lode_error*);
  /* Fits the oracle to the run's space and loads what evaluation needs. Called once. UNSUPPORTED
   * if the oracle cannot measure the space. [serial] */
  lode_status (*bind)(lode_instance*, lode_space, lode_error*);
  /* Measures `count` architectures. A query that fails says so in its own status; the call fails
   * only if none could be tried. With LODE_CAP_BATCH the host passes several at once where it can.
   * How queries are grouped into calls changes no result. INVALID before bind. [serial], [any] with
   * LODE_CAP_CONCURRENT. */
  lode_status (*evaluate)(lode_instance*, lode_query* queries, uint32_t count, lode_error*);
#if LODE_TARGET_MINOR >= 1
  /* Optional. Does one-time work that takes long and that evaluation needs: trains a supernet,
   * say. Called after bind and before the first evaluation, with a directory for the oracle's
   * files. The directory exists and is the same for the same component version, parameters and
   * space; `lock` and `stage.json` in it belong to the host. If an earlier call finished there,
   * prepare loads its results; if one was interrupted, at any point, prepare resumes from the
   * last checkpoint and must reach the same result. It writes nowhere else. It reports progress
   * and polls cancelled. Several instances (runs of other seeds, worker processes) are given the
   * same directory; the host ensures that the first call ends before the others begin.
   * lode_host.random gives the same words in each such call, regardless of the run's seed.
   * INVALID before bind. [serial] */
  lode_status (*prepare)(lode_instance*, lode_str directory, lode_error*);
#endif
#if LODE_TARGET_MINOR >= 2
  /* Optional. Says which fidelities the oracle serves; without it only 1. Constant from bind() on;
   * the list lives as long as the instance. out->struct_size is set by the caller. A query of
   * another fidelity fails with INVALID. What the metrics declare (epochs, optimum) holds for
   * fidelity 1. INVALID before bind. [any] */
  lode_status (*fidelities)(const lode_instance*, lode_fidelities* out, lode_error*);
#endif
#if LODE_TARGET_MINOR >= 3
  /* Optional, with LODE_CAP_RELAXED, save and load: the functions of the oracle's relaxed network,
   * called with its own instance after bind(). If the run's optimizer trains the network, prepare()
   * is not called, evaluate() measures architectures with the weights of the moment, and save and
   * load keep the network: its weights, the state of their optimizer and its start. */
  const lode_relaxed_api* relaxed;
#endif
} lode_oracle_api;

/* EXPLORATION STRATEGY: decides when an action is drawn at random, and perturbs the optimizer's
 * actions. At least one of the two functions is implemented. Strategies stack: a step is random
 * if any of them says so; they perturb in pipeline order. */
typedef struct lode_exploration_api {
  uint32_t struct_size;
  uint32_t reserved;
  /* Optional. Sets *random: whether this step takes a random action. Called once for each step,
   * in order. [serial] */
  lode_status (*explore)(lode_instance*, uint64_t step, bool* random, lode_error*);
  /* Optional. Changes an action of `cells` floats in place; they stay finite. Within a step,
   * called again for each proposal that follows a rejected one. [serial] */
  lode_status (*perturb)(lode_instance*, uint64_t step, float* action, uint32_t cells, lode_error*);
} lode_exploration_api;

/* OPTIMIZER: proposes what to evaluate next and learns from the results. */
typedef struct lode_optimizer_api {
  uint32_t struct_size;
  uint32_t reserved;
  /* Fits the optimizer to the run's space. Called once. UNSUPPORTED if the space lacks something it
   * needs (mutation, say). [serial] */
  lode_status (*bind)(lode_instance*, lode_space, lode_error*);
  /* Proposes an action or an architecture. Called again before the last proposal was told only
   * with LODE_CAP_SEVERAL_ASKS. INVALID before bind. [serial] */
  lode_status (*ask)(lode_instance*, lode_proposal* out, lode_error*);
  /* Tells the optimizer about `count` finished trials: those it asked for, others (_RANDOM) and,
   * before the first ask, known ones (_KNOWN). Failed ones are told too, and so is each rejected
   * proposal. Trials come in the order of their steps; only with LODE_CAP_ANY_ORDER may a younger
   * step come before an older one. The proposals of one step always come in the order of their
   * asks. INVALID before bind. [serial] */
  lode_status (*tell)(lode_instance*, const lode_trial* trials, uint32_t count, lode_error*);
#if LODE_TARGET_MINOR >= 1
  /* Optional. True once there is nothing more to propose: the search then ends as if its budget
   * were spent. Called after bind, before each ask; ask must still return a proposal if it is
   * called anyway. [serial] */
  bool (*exhausted)(const lode_instance*);
#endif
#if LODE_TARGET_MINOR >= 2
  /* Optional. Says which fidelities the optimizer may propose: those that all measuring oracles of
   * the run serve. Called once, after bind and before load and the first ask; borrowed for the
   * call. INVALID or UNSUPPORTED if it cannot work with them. Without it, or if the host does not
   * call it (one of an older minor), only 1 may be proposed. INVALID before bind. [serial] */
  lode_status (*offer)(lode_instance*, const lode_fidelities*, lode_error*);
#endif
#if LODE_TARGET_MINOR >= 3
  /* Optional, with LODE_CAP_RELAXED, LODE_CAP_EXPLORES, save and load: gives the optimizer the
   * relaxed network of an oracle of the run, for itself alone. Called once, after bind and before
   * load and the first ask. An ask usually trains for an epoch, then proposes the architecture that
   * the mixture stands for. UNSUPPORTED if the network lacks a feature that it needs; without a
   * call of connect, ask is UNSUPPORTED.
   *
   * Such a search is restored, not replayed: before each trial is stored, the host saves optimizer
   * and network. A resumed search does not repeat asks and tells; it loads what was saved with the
   * last stored trial into new instances, tells that trial, and continues. So save and load keep
   * everything that later calls depend on. Values that tell records are dropped. [serial] */
  lode_status (*connect)(lode_instance*, lode_relaxed, lode_error*);
#endif
} lode_optimizer_api;

/* ---- descriptor and entry ---- */

typedef int32_t lode_kind;
enum lode_kind_code { LODE_SPACE = 1, LODE_ORACLE = 2, LODE_EXPLORATION = 3, LODE_OPTIMIZER = 4 };

enum lode_capability {
  LODE_CAP_CONCURRENT = 1u << 0, /* oracle: evaluate() is [any] */
  /* oracle: architectures with the same canonical form have the same result */
  LODE_CAP_CANONICAL = 1u << 1,
  LODE_CAP_SEVERAL_ASKS = 1u << 2, /* optimizer: ask() may run ahead of tell() */
  LODE_CAP_EXPLORES = 1u << 3,     /* optimizer: ignores the pipeline's explorations */
  LODE_CAP_USES_TORCH = 1u << 4,   /* links LibTorch: slow to load, needs its shared library */
  /* oracle: its metrics depend on its parameters or on the space it is bound to */
  LODE_CAP_METRICS_VARY = 1u << 5,
  /* oracle: a formula that takes a few microseconds at most. It is asked before the others, and
   * again whenever that is easier than remembering the result; asking it alone does not count as
   * a query of the budget. */
  LODE_CAP_FREE = 1u << 6,
  /* oracle: runs foreign or heavy code (a program, a training, a device): unless the pipeline
   * says otherwise, it runs in its own process, where a crash or a hang costs one trial */
  LODE_CAP_ISOLATE = 1u << 7,
#if LODE_TARGET_MINOR >= 2
  LODE_CAP_BATCH = 1u << 8, /* oracle: several queries in one evaluate() are faster than alone */
  /* optimizer: trials may be told in another order than that of their steps, as they finish */
  LODE_CAP_ANY_ORDER = 1u << 9,
#endif
#if LODE_TARGET_MINOR >= 3
  /* oracle: owns a relaxed network; optimizer: trains one, and cannot work without */
  LODE_CAP_RELAXED = 1u << 10
#endif
};

typedef struct lode_component {
  uint32_t struct_size;
  lode_kind kind;
  const char* id; /* the name in pipelines: [a-z][a-z0-9_]*, dots between parts; never reused */
  const char* version; /* "1.2.0": bump it when results change */
  const char* summary; /* one sentence, for lists */
  const char* doc;     /* paragraphs: what it is, when to use it, source; may be "" */
  uint32_t capabilities;
  uint32_t param_count;
  const lode_param* params;
  const lode_preset* presets;
  uint32_t preset_count;
  uint32_t reserved;
  const void* api; /* lode_space_api, lode_oracle_api, ... by kind */
  /* Makes an instance from one validated value for each parameter, in declared order; values are
   * borrowed for the call. Must be cheap: heavy work belongs in bind. *out is untouched on
   * failure. [any] */
  lode_status (*create)(const lode_host*, const lode_value* values, lode_instance** out,
                        lode_error*);
  /* Ends the instance; everything it started has stopped on return. [serial] */
  void (*destroy)(lode_instance*);
  /* Optional. Writes what the instance has learned (its policy; not the trials it was told), for
   * load() in another run: new instances with the same parameters and space that load the same
   * state behave identically from then on. [serial] */
  lode_status (*save)(const lode_instance*, lode_sink, lode_error*);
  /* Optional, with save. Replaces what the instance has learned; called after bind(). On failure
   * the instance is unchanged. [serial] */
  lode_status (*load)(lode_instance*, lode_source, lode_error*);
  /* Optional. Returns a table of functions by its id; NULL if unknown. [any] */
  const void* (*extension)(const lode_instance*, const char* id);
} lode_component;

typedef struct lode_plugin {
  uint32_t struct_size;
  uint32_t abi_minor;  /* LODE_TARGET_MINOR */
  const char* id;      /* "acme.ring" */
  const char* version; /* of the plugin as a whole */
  const char* licence; /* SPDX expression */
  const char* build;   /* compiler and anything else that helps with bug reports */
  uint32_t component_count;
  uint32_t reserved;
  const lode_component* const* components;
} lode_plugin;

/* The one exported symbol; its name includes the ABI's major version. */
#define LODE_ENTRY_SYMBOL "lode_plugin_v1"
LODE_EXPORT extern const lode_plugin lode_plugin_v1;

#ifdef __cplusplus
}
#endif
#endif /* LODE_PLUGIN_H_ */
