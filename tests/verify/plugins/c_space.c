/* A search space in plain C11 with only what every space must have: two matrices, one-hot rows, 9 *
 * 8 = 72 architectures, written "ab/yxy": a letter for each row. */
#include <lode/plugin.h>
#include <math.h>
#include <stdio.h>
#include <string.h>

enum { LEFT_ROWS = 2, LEFT_COLUMNS = 3, RIGHT_ROWS = 3, RIGHT_COLUMNS = 2, ROWS = 5, CELLS = 12 };

static const char* const left_rows[] = {"first", "second"};
static const char* const left_columns[] = {"a", "b", "c"};
static const char* const right_rows[] = {"third", "fourth", "fifth"};
static const char* const right_columns[] = {"x", "y"};

static uint32_t columns_of(uint32_t row) { return row < LEFT_ROWS ? LEFT_COLUMNS : RIGHT_COLUMNS; }
static uint32_t first_cell(uint32_t row) {
  return row < LEFT_ROWS ? row * LEFT_COLUMNS
                         : LEFT_ROWS * LEFT_COLUMNS + (row - LEFT_ROWS) * RIGHT_COLUMNS;
}
static char letter_of(uint32_t row, uint32_t column) {
  return (char)((row < LEFT_ROWS ? 'a' : 'x') + (int)column);
}

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
  out->rows = index == 0 ? LEFT_ROWS : RIGHT_ROWS;
  out->columns = index == 0 ? LEFT_COLUMNS : RIGHT_COLUMNS;
  out->name = index == 0 ? "left" : "right";
  out->row_labels = index == 0 ? left_rows : right_rows;
  out->column_labels = index == 0 ? left_columns : right_columns;
  return LODE_OK;
}

static double log10_size(const lode_instance* space) {
  (void)space;
  return log10(72.0);
}

static lode_status discretize(const lode_instance* space, const float* action,
                              uint8_t* architecture, lode_error* error) {
  (void)space;
  for (uint32_t cell = 0; cell < CELLS; ++cell) {
    if (!isfinite(action[cell])) { return fail(error, "not a finite number in cell", cell); }
  }
  memset(architecture, 0, CELLS);
  for (uint32_t row = 0; row < ROWS; ++row) {
    const float* cells = action + first_cell(row);
    uint32_t best = 0;
    for (uint32_t column = 1; column < columns_of(row); ++column) {
      if (cells[column] > cells[best]) { best = column; }
    }
    architecture[first_cell(row) + best] = 1;
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
    architecture[first_cell(row) + below(random, columns_of(row))] = 1;
  }
  return LODE_OK;
}

/* Returns the column of a row's only 1, or columns_of(row) if the row is not one-hot. */
static uint32_t choice_of(const uint8_t* architecture, uint32_t row) {
  const uint8_t* cells = architecture + first_cell(row);
  uint32_t ones = 0, others = 0, choice = 0;
  for (uint32_t column = 0; column < columns_of(row); ++column) {
    if (cells[column] == 1) { choice = column; }
    ones += cells[column] == 1;
    others += cells[column] > 1;
  }
  return ones == 1 && others == 0 ? choice : columns_of(row);
}

static lode_status format(const lode_instance* space, const uint8_t* architecture, lode_sink sink,
                          lode_error* error) {
  (void)space;
  char text[ROWS + 1];
  for (uint32_t row = 0; row < ROWS; ++row) {
    const uint32_t choice = choice_of(architecture, row);
    if (choice == columns_of(row)) { return fail(error, "not exactly one 1 in row", row); }
    text[row + (row >= LEFT_ROWS)] = letter_of(row, choice);
  }
  text[LEFT_ROWS] = '/';
  return sink.write(sink.ctx, text, sizeof text);
}

static lode_status parse(const lode_instance* space, lode_str text, uint8_t* architecture,
                         lode_error* error) {
  (void)space;
  uint8_t bytes[CELLS] = {0};
  if (text.size != ROWS + 1) {
    return fail(error, "expected 6 characters, got", (uint32_t)text.size);
  }
  if (text.data[LEFT_ROWS] != '/') { return fail(error, "expected '/' at position", LEFT_ROWS); }
  for (uint32_t row = 0; row < ROWS; ++row) {
    const uint32_t at = row + (row >= LEFT_ROWS);
    const int choice = text.data[at] - letter_of(row, 0);
    if (choice < 0 || choice >= (int)columns_of(row)) {
      return fail(error, "unknown letter at position", at);
    }
    bytes[first_cell(row) + (uint32_t)choice] = 1;
  }
  memcpy(architecture, bytes, sizeof bytes);
  return LODE_OK;
}

static lode_status create(const lode_host* host, const lode_value* values, lode_instance** out,
                          lode_error* error) {
  static char nothing_to_keep;
  (void)host;
  (void)values;
  (void)error;
  *out = (lode_instance*)&nothing_to_keep;
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
};

static const lode_component component = {
    .struct_size = sizeof(lode_component),
    .kind = LODE_SPACE,
    .id = "c_space",
    .version = "1.0.0",
    .summary = "A small space in plain C.",
    .doc = "",
    .api = &api,
    .create = create,
    .destroy = destroy,
};

static const lode_component* const components[] = {&component};

const lode_plugin lode_plugin_v1 = {
    .struct_size = sizeof(lode_plugin),
    .abi_minor = LODE_TARGET_MINOR,
    .id = "lode.test.c_space",
    .version = "1.0.0",
    .licence = "Apache-2.0",
    .build = __VERSION__,
    .component_count = 1,
    .components = components,
};
