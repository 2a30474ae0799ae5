/* The search space "my_component": a chain of layers of one width, each with an operation. Two
 * matrices with one-hot rows, written "skip,conv_1x1,conv_3x3,skip,skip,skip,32". */
#include <lode/plugin.h>
#include <math.h>
#include <stdio.h>
#include <string.h>

/* Rows 0 .. LAYERS-1 are the layers, row LAYERS is the width. Both lists have CHOICES values. */
enum { LAYERS = 6, ROWS = LAYERS + 1, CHOICES = 3, CELLS = ROWS * CHOICES };

static const char* const layer_names[LAYERS] = {"layer 1", "layer 2", "layer 3",
                                                "layer 4", "layer 5", "layer 6"};
static const char* const width_names[] = {"width"};
static const char* const operations[CHOICES] = {"skip", "conv_1x1", "conv_3x3"};
static const char* const widths[CHOICES] = {"16", "32", "64"};

static const char* const* values_of(uint32_t row) { return row < LAYERS ? operations : widths; }

static lode_status fail(lode_error* error, const char* what, uint32_t where) {
  if (error != NULL) {
    error->code = LODE_E_INVALID;
    snprintf(error->message, sizeof error->message, "%s %u", what, where);
  }
  return LODE_E_INVALID;
}

static uint32_t matrix_count(const lode_instance* space) {
  (void)space;
  return 2;
}

static lode_status matrix(const lode_instance* space, uint32_t index, lode_matrix* out,
                          lode_error* error) {
  (void)space;
  if (index > 1) { return fail(error, "there is no matrix", index); }
  out->rows = index == 0 ? LAYERS : 1;
  out->columns = CHOICES;
  out->reserved = 0;
  out->name = index == 0 ? "layers" : "width";
  out->row_labels = index == 0 ? layer_names : width_names;
  out->column_labels = index == 0 ? operations : widths;
  return LODE_OK;
}

static double log10_size(const lode_instance* space) {
  (void)space;
  return ROWS * log10(CHOICES);
}

/* Picks the largest cell of each row, the first of equals. */
static lode_status discretize(const lode_instance* space, const float* action,
                              uint8_t* architecture, lode_error* error) {
  (void)space;
  for (uint32_t cell = 0; cell < CELLS; ++cell) {
    if (!isfinite(action[cell])) { return fail(error, "not a finite number in cell", cell); }
  }
  memset(architecture, 0, CELLS);
  for (uint32_t row = 0; row < ROWS; ++row) {
    const float* cells = action + (size_t)row * CHOICES;
    uint32_t best = 0;
    for (uint32_t column = 1; column < CHOICES; ++column) {
      if (cells[column] > cells[best]) { best = column; }
    }
    architecture[row * CHOICES + best] = 1;
  }
  return LODE_OK;
}

/* Uniform on 0 .. n-1: words beyond the last whole multiple of n are redrawn. */
static uint32_t below(lode_random random, uint64_t n) {
  uint64_t word = 0;
  do { random.fill(random.ctx, &word, 1); } while (word >= UINT64_MAX - UINT64_MAX % n);
  return (uint32_t)(word % n);
}

static lode_status sample(const lode_instance* space, lode_random random, uint8_t* architecture,
                          lode_error* error) {
  (void)space;
  (void)error;
  memset(architecture, 0, CELLS);
  for (uint32_t row = 0; row < ROWS; ++row) {
    architecture[row * CHOICES + below(random, CHOICES)] = 1;
  }
  return LODE_OK;
}

/* Reads the choice of each row; returns false, with the row, if one is not one-hot. */
static bool read_choices(const uint8_t* architecture, uint32_t choices[ROWS], uint32_t* row) {
  for (*row = 0; *row < ROWS; ++*row) {
    uint32_t ones = 0, others = 0;
    for (uint32_t column = 0; column < CHOICES; ++column) {
      const uint8_t cell = architecture[*row * CHOICES + column];
      if (cell == 1) { choices[*row] = column; }
      ones += cell == 1;
      others += cell > 1;
    }
    if (ones != 1 || others != 0) { return false; }
  }
  return true;
}

static const char not_one_hot[] = "not exactly one 1 among zeros in row";

static lode_status format(const lode_instance* space, const uint8_t* architecture, lode_sink sink,
                          lode_error* error) {
  (void)space;
  char text[ROWS * 16];
  size_t size = 0;
  uint32_t choices[ROWS] = {0}, row = 0;
  if (!read_choices(architecture, choices, &row)) { return fail(error, not_one_hot, row); }
  for (row = 0; row < ROWS; ++row) {
    size += (size_t)snprintf(text + size, sizeof text - size, "%s%s", row > 0 ? "," : "",
                             values_of(row)[choices[row]]);
  }
  return sink.write(sink.ctx, text, size);
}

/* Returns the value that `text` begins with, up to a comma or its end; CHOICES if the row has no
 * such value. */
static uint32_t find_value(lode_str text, uint32_t row) {
  const char* comma = text.size > 0 ? memchr(text.data, ',', text.size) : NULL;
  const size_t size = comma != NULL ? (size_t)(comma - text.data) : text.size;
  uint32_t choice = 0;
  while (choice < CHOICES && (strlen(values_of(row)[choice]) != size ||
                              memcmp(values_of(row)[choice], text.data, size) != 0)) {
    ++choice;
  }
  return choice;
}

static lode_status parse(const lode_instance* space, lode_str text, uint8_t* architecture,
                         lode_error* error) {
  (void)space;
  uint8_t bytes[CELLS] = {0};
  size_t at = 0;
  for (uint32_t row = 0; row < ROWS; ++row) {
    if (row > 0 && at++ == text.size) { return fail(error, "too few values:", row); }
    const lode_str rest = {text.data + at, text.size - at};
    const uint32_t choice = find_value(rest, row);
    if (choice == CHOICES) { return fail(error, "unknown value at column", (uint32_t)at + 1); }
    bytes[row * CHOICES + choice] = 1;
    at += strlen(values_of(row)[choice]);
  }
  if (at < text.size) { return fail(error, "expected the end at column", (uint32_t)at + 1); }
  memcpy(architecture, bytes, sizeof bytes);
  return LODE_OK;
}

/* Optional, needed by evolution and hill climbers: gives one row another value. */
static lode_status mutate(const lode_instance* space, lode_random random, const uint8_t* parent,
                          uint8_t* child, lode_error* error) {
  (void)space;
  uint32_t choices[ROWS] = {0}, row = 0;
  if (!read_choices(parent, choices, &row)) { return fail(error, not_one_hot, row); }
  row = below(random, ROWS);
  const uint32_t choice = (choices[row] + 1 + below(random, CHOICES - 1)) % CHOICES;
  memcpy(child, parent, CELLS);
  child[row * CHOICES + choices[row]] = 0;
  child[row * CHOICES + choice] = 1;
  return LODE_OK;
}

/* Optional, all three or none: metrics that follow from an architecture alone. */
static uint32_t metric_count(const lode_instance* space) {
  (void)space;
  return 1;
}

static lode_status metric(const lode_instance* space, uint32_t index, lode_metric* out,
                          lode_error* error) {
  (void)space;
  if (index > 0) { return fail(error, "there is no metric", index); }
  out->direction = LODE_MINIMIZE;
  out->split = LODE_SPLIT_NONE;
  out->flags = 0;
  out->name = "params";
  out->unit = "count";
  out->doc = "Weights of the convolutions.";
  out->dataset = "";
  out->epochs = 0;
  return LODE_OK;
}

static lode_status measure(const lode_instance* space, const uint8_t* architecture, double* metrics,
                           lode_error* error) {
  (void)space;
  static const double kernel_sizes[CHOICES] = {0, 1, 9};
  uint32_t choices[ROWS] = {0}, row = 0;
  if (!read_choices(architecture, choices, &row)) { return fail(error, not_one_hot, row); }
  const double width = 16 << choices[LAYERS];
  metrics[0] = 0;
  for (row = 0; row < LAYERS; ++row) { metrics[0] += kernel_sizes[choices[row]] * width * width; }
  return LODE_OK;
}

/* There are no parameters, so there is no state to keep: all instances are the same object. */
static lode_status create(const lode_host* host, const lode_value* values, lode_instance** out,
                          lode_error* error) {
  static char instance;
  (void)host;
  (void)values;
  (void)error;
  *out = (lode_instance*)&instance;
  return LODE_OK;
}

static void destroy(lode_instance* space) { (void)space; }

static const lode_space_api api = {
    .struct_size = sizeof(lode_space_api),
    .matrix_count = matrix_count,
    .matrix = matrix,
    .log10_size = log10_size,
    .discretize = discretize,
    .sample = sample,
    .format = format,
    .parse = parse,
    .mutate = mutate,
    .metric_count = metric_count,
    .metric = metric,
    .measure = measure,
};

static const lode_component component = {
    .struct_size = sizeof(lode_component),
    .kind = LODE_SPACE,
    .id = "my_component",
    .version = "1.0.0",
    .summary = "A chain of layers.",
    .doc = "",
    .api = &api,
    .create = create,
    .destroy = destroy,
};

static const lode_component* const components[] = {&component};

const lode_plugin lode_plugin_v1 = {
    .struct_size = sizeof(lode_plugin),
    .abi_minor = LODE_TARGET_MINOR,
    .id = "example.my_component",
    .version = "1.0.0",
    .licence = "Apache-2.0",
    .build = "cc " __VERSION__,
    .component_count = 1,
    .components = components,
};
