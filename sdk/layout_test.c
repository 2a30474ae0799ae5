/* Pins the binary layout: compiling this file is the test. Every field, enumerator and value type
 * of <lode/plugin.h> has a line, in the header's order (abi/check_abi_test.py checks that none is
 * missing). Lines are only added, under the minor that introduces them, and never changed. */
#include <lode/plugin.h>

/* For a 64-bit machine, the only kind that Lode supports. */
#define FIELD(type, field, offset, bytes)                                                   \
  _Static_assert(offsetof(type, field) == (offset) && sizeof(((type*)0)->field) == (bytes), \
                 #type "." #field " has moved or changed its size")
/* For value types. Sized structs may grow, but their existing fields stay in place. */
#define SIZE(type, bytes) _Static_assert(sizeof(type) == (bytes), #type " has changed its size")
#define CODE(name, value) _Static_assert(name == (value), #name " has changed its value")

/* ---- 1.0 ---- */

CODE(LODE_ABI_MAJOR, 1);
_Static_assert(__builtin_strcmp(LODE_ENTRY_SYMBOL, "lode_plugin_v1") == 0, "the entry is renamed");
_Static_assert(_Generic((lode_plugin_v1), lode_plugin : 1), "the entry is of another type");

CODE(LODE_OK, 0);
CODE(LODE_E_INVALID, 1);
CODE(LODE_E_UNSUPPORTED, 2);
CODE(LODE_E_CANCELLED, 3);
CODE(LODE_E_IO, 4);
CODE(LODE_E_NOMEM, 5);
CODE(LODE_E_INTERNAL, 6);

FIELD(lode_error, struct_size, 0, 4);
FIELD(lode_error, code, 4, 4);
FIELD(lode_error, message, 8, 1016);

SIZE(lode_str, 16);
FIELD(lode_str, data, 0, 8);
FIELD(lode_str, size, 8, 8);

SIZE(lode_sink, 16);
FIELD(lode_sink, ctx, 0, 8);
FIELD(lode_sink, write, 8, 8);

SIZE(lode_source, 16);
FIELD(lode_source, ctx, 0, 8);
FIELD(lode_source, read, 8, 8);

SIZE(lode_random, 16);
FIELD(lode_random, ctx, 0, 8);
FIELD(lode_random, fill, 8, 8);

CODE(LODE_T_BOOL, 1);
CODE(LODE_T_INT, 2);
CODE(LODE_T_REAL, 3);
CODE(LODE_T_STRING, 4);
CODE(LODE_T_CHOICE, 5);
CODE(LODE_T_PATH, 6);
CODE(LODE_T_INT_LIST, 7);
CODE(LODE_T_REAL_LIST, 8);
CODE(LODE_T_STRING_LIST, 9);

SIZE(lode_value, 24);
FIELD(lode_value, type, 0, 4);
FIELD(lode_value, count, 4, 4);
FIELD(lode_value, as, 8, 16);

CODE(LODE_PARAM_REQUIRED, 1);
CODE(LODE_PARAM_LOG_SCALE, 2);
CODE(LODE_PARAM_DEPRECATED, 4);
CODE(LODE_PARAM_OPEN_MIN, 8);
CODE(LODE_PARAM_OPEN_MAX, 16);
CODE(LODE_PARAM_INPUT_FILE, 32);

FIELD(lode_param, struct_size, 0, 4);
FIELD(lode_param, type, 4, 4);
FIELD(lode_param, name, 8, 8);
FIELD(lode_param, doc, 16, 8);
FIELD(lode_param, unit, 24, 8);
FIELD(lode_param, default_value, 32, 24);
FIELD(lode_param, min, 56, 8);
FIELD(lode_param, max, 64, 8);
FIELD(lode_param, choices, 72, 8);
FIELD(lode_param, flags, 80, 4);
FIELD(lode_param, reserved, 84, 4);

SIZE(lode_setting, 32);
FIELD(lode_setting, param, 0, 8);
FIELD(lode_setting, value, 8, 24);

FIELD(lode_preset, struct_size, 0, 4);
FIELD(lode_preset, setting_count, 4, 4);
FIELD(lode_preset, name, 8, 8);
FIELD(lode_preset, doc, 16, 8);
FIELD(lode_preset, settings, 24, 8);

CODE(LODE_DEBUG, 1);
CODE(LODE_INFO, 2);
CODE(LODE_WARNING, 3);
CODE(LODE_ERROR, 4);

FIELD(lode_host, struct_size, 0, 4);
FIELD(lode_host, abi_minor, 4, 4);
FIELD(lode_host, ctx, 8, 8);
FIELD(lode_host, log, 16, 8);
FIELD(lode_host, cancelled, 24, 8);
FIELD(lode_host, progress, 32, 8);
FIELD(lode_host, record, 40, 8);
FIELD(lode_host, random, 48, 16);
FIELD(lode_host, extension, 64, 8);

FIELD(lode_matrix, struct_size, 0, 4);
FIELD(lode_matrix, rows, 4, 4);
FIELD(lode_matrix, columns, 8, 4);
FIELD(lode_matrix, reserved, 12, 4);
FIELD(lode_matrix, name, 16, 8);
FIELD(lode_matrix, row_labels, 24, 8);
FIELD(lode_matrix, column_labels, 32, 8);

CODE(LODE_MAXIMIZE, 1);
CODE(LODE_MINIMIZE, 2);

CODE(LODE_SPLIT_NONE, 0);
CODE(LODE_SPLIT_TRAIN, 1);
CODE(LODE_SPLIT_VALIDATION, 2);
CODE(LODE_SPLIT_TEST, 3);

CODE(LODE_METRIC_NOISY, 1);

FIELD(lode_metric, struct_size, 0, 4);
FIELD(lode_metric, direction, 4, 4);
FIELD(lode_metric, split, 8, 4);
FIELD(lode_metric, flags, 12, 4);
FIELD(lode_metric, name, 16, 8);
FIELD(lode_metric, unit, 24, 8);
FIELD(lode_metric, doc, 32, 8);
FIELD(lode_metric, dataset, 40, 8);
FIELD(lode_metric, epochs, 48, 8);

FIELD(lode_graph_sink, struct_size, 0, 4);
FIELD(lode_graph_sink, reserved, 4, 4);
FIELD(lode_graph_sink, ctx, 8, 8);
FIELD(lode_graph_sink, node, 16, 8);
FIELD(lode_graph_sink, edge, 24, 8);

FIELD(lode_query, struct_size, 0, 4);
FIELD(lode_query, reserved, 4, 4);
FIELD(lode_query, architecture, 8, 8);
FIELD(lode_query, fidelity, 16, 8);
FIELD(lode_query, seed, 24, 8);
FIELD(lode_query, metrics, 32, 8);
FIELD(lode_query, cost_seconds, 40, 8);
FIELD(lode_query, status, 48, 4);
FIELD(lode_query, reserved2, 52, 4);
FIELD(lode_query, error, 56, 8);

CODE(LODE_PROPOSES_ACTION, 1);
CODE(LODE_PROPOSES_ARCHITECTURE, 2);

FIELD(lode_proposal, struct_size, 0, 4);
FIELD(lode_proposal, kind, 4, 4);
FIELD(lode_proposal, action, 8, 8);
FIELD(lode_proposal, architecture, 16, 8);

CODE(LODE_TRIAL_RANDOM, 1);
CODE(LODE_TRIAL_FAILED, 2);
CODE(LODE_TRIAL_REUSED, 4);
CODE(LODE_TRIAL_REJECTED, 8);

FIELD(lode_trial, struct_size, 0, 4);
FIELD(lode_trial, flags, 4, 4);
FIELD(lode_trial, step, 8, 8);
FIELD(lode_trial, action, 16, 8);
FIELD(lode_trial, architecture, 24, 8);
FIELD(lode_trial, metrics, 32, 8);
FIELD(lode_trial, metric_count, 40, 4);
FIELD(lode_trial, reserved, 44, 4);
FIELD(lode_trial, reward, 48, 8);
FIELD(lode_trial, objectives, 56, 8);
FIELD(lode_trial, objective_count, 64, 4);
FIELD(lode_trial, reserved2, 68, 4);
FIELD(lode_trial, violation, 72, 8);

FIELD(lode_space_api, struct_size, 0, 4);
FIELD(lode_space_api, reserved, 4, 4);
FIELD(lode_space_api, matrix_count, 8, 8);
FIELD(lode_space_api, matrix, 16, 8);
FIELD(lode_space_api, log10_size, 24, 8);
FIELD(lode_space_api, discretize, 32, 8);
FIELD(lode_space_api, sample, 40, 8);
FIELD(lode_space_api, format, 48, 8);
FIELD(lode_space_api, parse, 56, 8);
FIELD(lode_space_api, mutate, 64, 8);
FIELD(lode_space_api, crossover, 72, 8);
FIELD(lode_space_api, neighbours, 80, 8);
FIELD(lode_space_api, canonical, 88, 8);
FIELD(lode_space_api, resample, 96, 8);
FIELD(lode_space_api, graph, 104, 8);
FIELD(lode_space_api, metric_count, 112, 8);
FIELD(lode_space_api, metric, 120, 8);
FIELD(lode_space_api, measure, 128, 8);

SIZE(lode_space, 16);
FIELD(lode_space, api, 0, 8);
FIELD(lode_space, instance, 8, 8);

FIELD(lode_oracle_api, struct_size, 0, 4);
FIELD(lode_oracle_api, reserved, 4, 4);
FIELD(lode_oracle_api, metric_count, 8, 8);
FIELD(lode_oracle_api, metric, 16, 8);
FIELD(lode_oracle_api, bind, 24, 8);
FIELD(lode_oracle_api, evaluate, 32, 8);

FIELD(lode_exploration_api, struct_size, 0, 4);
FIELD(lode_exploration_api, reserved, 4, 4);
FIELD(lode_exploration_api, explore, 8, 8);
FIELD(lode_exploration_api, perturb, 16, 8);

FIELD(lode_optimizer_api, struct_size, 0, 4);
FIELD(lode_optimizer_api, reserved, 4, 4);
FIELD(lode_optimizer_api, bind, 8, 8);
FIELD(lode_optimizer_api, ask, 16, 8);
FIELD(lode_optimizer_api, tell, 24, 8);

CODE(LODE_SPACE, 1);
CODE(LODE_ORACLE, 2);
CODE(LODE_EXPLORATION, 3);
CODE(LODE_OPTIMIZER, 4);

CODE(LODE_CAP_CONCURRENT, 1);
CODE(LODE_CAP_CANONICAL, 2);
CODE(LODE_CAP_SEVERAL_ASKS, 4);
CODE(LODE_CAP_EXPLORES, 8);
CODE(LODE_CAP_USES_TORCH, 16);
CODE(LODE_CAP_METRICS_VARY, 32);
CODE(LODE_CAP_FREE, 64);
CODE(LODE_CAP_ISOLATE, 128);

FIELD(lode_component, struct_size, 0, 4);
FIELD(lode_component, kind, 4, 4);
FIELD(lode_component, id, 8, 8);
FIELD(lode_component, version, 16, 8);
FIELD(lode_component, summary, 24, 8);
FIELD(lode_component, doc, 32, 8);
FIELD(lode_component, capabilities, 40, 4);
FIELD(lode_component, param_count, 44, 4);
FIELD(lode_component, params, 48, 8);
FIELD(lode_component, presets, 56, 8);
FIELD(lode_component, preset_count, 64, 4);
FIELD(lode_component, reserved, 68, 4);
FIELD(lode_component, api, 72, 8);
FIELD(lode_component, create, 80, 8);
FIELD(lode_component, destroy, 88, 8);
FIELD(lode_component, save, 96, 8);
FIELD(lode_component, load, 104, 8);
FIELD(lode_component, extension, 112, 8);

FIELD(lode_plugin, struct_size, 0, 4);
FIELD(lode_plugin, abi_minor, 4, 4);
FIELD(lode_plugin, id, 8, 8);
FIELD(lode_plugin, version, 16, 8);
FIELD(lode_plugin, licence, 24, 8);
FIELD(lode_plugin, build, 32, 8);
FIELD(lode_plugin, component_count, 40, 4);
FIELD(lode_plugin, reserved, 44, 4);
FIELD(lode_plugin, components, 48, 8);

/* ---- 1.1 ---- */

#if LODE_TARGET_MINOR >= 1
FIELD(lode_host, threads, 72, 4);
FIELD(lode_host, reserved, 76, 4);

FIELD(lode_oracle_api, prepare, 40, 8);

FIELD(lode_optimizer_api, exhausted, 32, 8);

FIELD(lode_metric, optimum, 56, 8);

CODE(LODE_METRIC_OPTIMUM, 2);

CODE(LODE_PARAM_INPUT, 64);
#endif

/* ---- 1.2 ---- */

#if LODE_TARGET_MINOR >= 2
FIELD(lode_fidelities, struct_size, 0, 4);
FIELD(lode_fidelities, count, 4, 4);
FIELD(lode_fidelities, values, 8, 8);
FIELD(lode_fidelities, min, 16, 8);

FIELD(lode_proposal, fidelity, 24, 8);

FIELD(lode_trial, fidelity, 80, 8);

FIELD(lode_oracle_api, fidelities, 48, 8);

FIELD(lode_optimizer_api, offer, 40, 8);

CODE(LODE_CAP_BATCH, 256);
CODE(LODE_CAP_ANY_ORDER, 512);

CODE(LODE_TRIAL_KNOWN, 16);
#endif

/* ---- 1.3 ---- */

#if LODE_TARGET_MINOR >= 3
CODE(LODE_RELAXED_UNROLLED, 1);
CODE(LODE_RELAXED_ABSENT, 2);
CODE(LODE_RELAXED_OUTPUT_SUM, 4);
CODE(LODE_RELAXED_RESHAPES, 8);

SIZE(lode_absent, 4);
CODE(LODE_ABSENT_ZERO, 0);
CODE(LODE_ABSENT_EXACT, 1);
CODE(LODE_ABSENT_OUTPUT_SUM, 2);

FIELD(lode_relaxed_info, struct_size, 0, 4);
FIELD(lode_relaxed_info, features, 4, 4);
FIELD(lode_relaxed_info, training_batches, 8, 8);
FIELD(lode_relaxed_info, validation_batches, 16, 8);

FIELD(lode_relaxed_start, struct_size, 0, 4);
FIELD(lode_relaxed_start, depth, 4, 4);
FIELD(lode_relaxed_start, seed, 8, 8);
FIELD(lode_relaxed_start, operations, 16, 8);
FIELD(lode_relaxed_start, skip_dropout, 24, 8);

FIELD(lode_relaxed_batch, struct_size, 0, 4);
FIELD(lode_relaxed_batch, split, 4, 4);
FIELD(lode_relaxed_batch, mixture, 8, 8);
FIELD(lode_relaxed_batch, number, 16, 8);
FIELD(lode_relaxed_batch, absent, 24, 4);
FIELD(lode_relaxed_batch, unrolled, 28, 4);
FIELD(lode_relaxed_batch, inner, 32, 8);
FIELD(lode_relaxed_batch, rate, 40, 8);
FIELD(lode_relaxed_batch, gradient, 48, 8);
FIELD(lode_relaxed_batch, loss, 56, 8);
FIELD(lode_relaxed_batch, accuracy, 64, 8);

FIELD(lode_relaxed_api, struct_size, 0, 4);
FIELD(lode_relaxed_api, reserved, 4, 4);
FIELD(lode_relaxed_api, describe, 8, 8);
FIELD(lode_relaxed_api, restart, 16, 8);
FIELD(lode_relaxed_api, step, 24, 8);
FIELD(lode_relaxed_api, measure, 32, 8);

SIZE(lode_relaxed, 16);
FIELD(lode_relaxed, api, 0, 8);
FIELD(lode_relaxed, instance, 8, 8);

FIELD(lode_oracle_api, relaxed, 56, 8);

FIELD(lode_optimizer_api, connect, 48, 8);

CODE(LODE_CAP_RELAXED, 1024);
#endif
