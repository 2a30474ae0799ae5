/* A space of `rows` decisions with three values each, written "0120", with everything that a space
 * may have; or with one of the faults that authors of spaces make. */
#define MUTANT_KIND "space"
#include <math.h>
#include <time.h>

#include "tests/verify/mutants/mutant.h"

enum { VALUES = 3, MOST_ROWS = 8, MOST_CELLS = VALUES * MOST_ROWS };

struct lode_instance {
  uint32_t rows;
  const lode_host* host;
};

static uint32_t shared_rows; /* of the latest instance */
static uint32_t calls;

static uint32_t rows_of(const lode_instance* space) {
  return fault == 47 ? shared_rows : space->rows;
}
static uint32_t cells_of(const lode_instance* space) { return rows_of(space) * VALUES; }

static void set(uint8_t* architecture, uint32_t row, uint32_t value) {
  memset(architecture + row * VALUES, 0, VALUES);
  architecture[row * VALUES + value] = 1;
}

/* Returns the value of a row's only 1, or VALUES. */
static uint32_t value_of(const uint8_t* architecture, uint32_t row) {
  const uint8_t* cells = architecture + row * VALUES;
  uint32_t ones = 0, others = 0, value = 0;
  for (uint32_t v = 0; v < VALUES; ++v) {
    if (cells[v] == 1) { value = v; }
    ones += cells[v] == 1;
    others += cells[v] > 1;
  }
  if (fault == 19 && row == 0 && ones == 0 && others == 0) { return 0; }
  return ones == 1 && others == 0 ? value : VALUES;
}

static bool is_valid(const lode_instance* space, const uint8_t* architecture) {
  for (uint32_t row = 0; row < rows_of(space); ++row) {
    if (value_of(architecture, row) == VALUES) { return false; }
  }
  return true;
}

static lode_status refuse(lode_error* error) {
  if (fault == 51) { return fail(error, LODE_E_INVALID, "no architecture\nof this space"); }
  if (fault == 60 && error != NULL) {
    memset(error->message, 'x', sizeof error->message);
    error->code = LODE_E_INVALID;
    return LODE_E_INVALID;
  }
  return fail(error, LODE_E_INVALID, "no architecture of this space");
}

/* ---- shape */

static uint32_t matrix_count(const lode_instance* space) {
  (void)space;
  return 1;
}

static lode_status matrix(const lode_instance* space, uint32_t index, lode_matrix* out,
                          lode_error* error) {
  static const char* const rows[] = {"a", "b", "c", "d", "e", "f", "g", "h"};
  static const char* const twice[] = {"a", "a", "c", "d", "e", "f", "g", "h"};
  static const char* const values[] = {"zero", "one", "two"};
  static const char* const colored[] = {"zero", "one", "\x1b[31mtwo"};
  if (index > 0 && fault != 55) { return fail(error, LODE_E_INVALID, "there is one matrix"); }
  out->rows = rows_of(space);
  out->columns = VALUES;
  out->name = "choices";
  out->row_labels = fault == 54 ? twice : rows;
  out->column_labels = fault == 21 ? colored : values;
  return LODE_OK;
}

static double log10_size(const lode_instance* space) {
  return rows_of(space) * (fault == 44 ? log(VALUES) : log10(VALUES));
}

static lode_status discretize(const lode_instance* space, const float* action,
                              uint8_t* architecture, lode_error* error) {
  const uint32_t cells = cells_of(space);
  for (uint32_t cell = 0; cell < cells; ++cell) {
    if (!isfinite(action[cell]) && fault != 25) { return refuse(error); }
  }
  memset(architecture, 0, cells);
  if (fault == 24 && action[cells] > 0) { ++calls; }
  for (uint32_t row = 0; row < rows_of(space); ++row) {
    const float* a = action + row * VALUES;
    uint32_t best = 0;
    for (uint32_t v = 1; v < VALUES; ++v) {
      if (a[v] > a[best]) { best = v; }
    }
    if (fault == 23 && row + 1 == rows_of(space)) { best = 0; }
    if (fault == 27 && ++calls % 500 == 0) { best = (best + 1) % VALUES; }
    if (fault == 26 && a[best] < 0) { continue; }
    architecture[row * VALUES + best] = 1;
  }
  return LODE_OK;
}

/* ---- random functions */

static uint32_t draw_value(const lode_instance* space, lode_random random, uint32_t row) {
  if (fault == 1) {
    const uint32_t value = below(random, VALUES + 1);
    return value == VALUES ? 0 : value;
  }
  if (fault == 2 && row + 1 == rows_of(space)) { return below(random, VALUES - 1); }
  if (fault == 4 && row == 0) { return calls++ % VALUES; }
  return below(random, VALUES);
}

static lode_status sample(const lode_instance* space, lode_random random, uint8_t* architecture,
                          lode_error* error) {
  static uint32_t kept[MOST_ROWS];
  uint32_t own[MOST_ROWS];
  uint32_t* values = fault == 46 ? kept : own;
  (void)error;
  for (uint32_t row = 0; row < rows_of(space); ++row) {
    values[row] = draw_value(space, random, row);
  }
  if (fault == 3) { values[1] = values[0]; }
  if (fault == 61) { values[0] = values[rows_of(space) - 1] = below(random, VALUES); }
  for (uint32_t row = 0; row < rows_of(space); ++row) { set(architecture, row, values[row]); }
  if (fault == 62) { architecture[cells_of(space)] = 0; }
  return LODE_OK;
}

static uint32_t row_to_mutate(const lode_instance* space, lode_random random) {
  const uint32_t rows = rows_of(space);
  if (fault == 5 && rows > 1) { return below(random, rows - 1); }
  if (fault == 59) {
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return (uint32_t)(now.tv_nsec / 100) % rows;
  }
  return below(random, rows);
}

static lode_status mutate(const lode_instance* space, lode_random random, const uint8_t* parent,
                          uint8_t* child, lode_error* error) {
  if (!is_valid(space, parent)) { return refuse(error); }
  const uint32_t row = row_to_mutate(space, random);
  uint32_t step = fault == 8 ? 1 : 1 + below(random, VALUES - 1);
  if (fault == 6 && below(random, 3) == 0) { step = 0; }
  if (fault == 63) { step = 1 + (below(random, 200) == 0); }
  memcpy(child, parent, cells_of(space));
  set(child, row, (value_of(parent, row) + step) % VALUES);
  if (fault == 7) {
    const uint32_t next = (row + 1) % rows_of(space);
    set(child, next, (value_of(parent, next) + 1) % VALUES);
  }
  if (fault == 9) { ((uint8_t*)parent)[0] ^= 1; }
  return LODE_OK;
}

static lode_status crossover(const lode_instance* space, lode_random random, const uint8_t* mother,
                             const uint8_t* father, uint8_t* child, lode_error* error) {
  if (!is_valid(space, mother) || !is_valid(space, father)) { return refuse(error); }
  for (uint32_t row = 0; row < rows_of(space); ++row) {
    bool from_father = below(random, 2) == 1;
    if (fault == 10) { from_father = false; }
    if (fault == 11 && row == 0) { from_father = true; }
    if (fault == 64 && row + 1 == rows_of(space)) { from_father = false; }
    uint32_t value = value_of(from_father ? father : mother, row);
    if (fault == 12 && row == 1) { value = below(random, VALUES); }
    set(child, row, value);
  }
  if (fault == 65) { ((uint8_t*)father)[1] = 0; }
  return LODE_OK;
}

static lode_status resample(const lode_instance* space, lode_random random, double probability,
                            const uint8_t* parent, uint8_t* child, lode_error* error) {
  if (!is_valid(space, parent) || !(probability >= 0 && probability <= 1)) { return refuse(error); }
  if (fault == 36) { probability /= 2; }
  for (uint32_t row = 0; row < rows_of(space); ++row) {
    const bool redraw = uniform(random) < probability;
    uint32_t value = redraw ? below(random, VALUES) : value_of(parent, row);
    if (fault == 35 && row + 1 == rows_of(space)) { value = value_of(parent, row); }
    if (fault == 66 && redraw) {
      value = (value_of(parent, row) + 1 + below(random, VALUES - 1)) % VALUES;
    }
    set(child, row, value);
  }
  return LODE_OK;
}

/* ---- text */

static lode_status format(const lode_instance* space, const uint8_t* architecture, lode_sink sink,
                          lode_error* error) {
  static char kept[MOST_ROWS + 1];
  char own[MOST_ROWS + 1];
  char* text = fault == 45 ? kept : own;
  if (!is_valid(space, architecture)) { return refuse(error); }
  for (uint32_t row = 0; row < rows_of(space); ++row) {
    uint32_t value = value_of(architecture, row);
    if (fault == 18 && row + 1 == rows_of(space) && value == 2) { value = 1; }
    text[row] = (char)('0' + value);
  }
  text[rows_of(space)] = '\n';
  const lode_status status = sink.write(sink.ctx, text, rows_of(space) + (fault == 20));
  if (status == LODE_OK || fault == 22) { return LODE_OK; }
  return fail(error, status, "the text cannot be written");
}

static lode_status parse(const lode_instance* space, lode_str text, uint8_t* architecture,
                         lode_error* error) {
  uint8_t bytes[MOST_CELLS] = {0};
  uint32_t size = (uint32_t)text.size;
  if (fault == 13) {
    const char* blank = memchr(text.data, ' ', text.size);
    if (blank != NULL) { size = (uint32_t)(blank - text.data); }
  }
  if (fault == 16) { size = (uint32_t)strlen(text.data); }
  if (fault == 67 && size > rows_of(space) && text.data[rows_of(space)] == '\0') {
    size = rows_of(space);
  }
  const bool shorter = fault == 14 && size > 0 && size < rows_of(space);
  if (size != rows_of(space) && !shorter) {
    return fault == 17 ? fail(error, LODE_E_UNSUPPORTED, "too long or short") : refuse(error);
  }
  for (uint32_t row = 0; row < rows_of(space); ++row) {
    uint32_t value = row < size ? (uint32_t)(unsigned char)text.data[row] - '0' : 0;
    if (fault == 15 && value < 10) { value %= VALUES; }
    if (fault == 52 && value < VALUES) { set(architecture, row, value); }
    if (value >= VALUES) { return refuse(error); }
    set(bytes, row, value);
  }
  memcpy(architecture, bytes, cells_of(space));
  return LODE_OK;
}

/* ---- functions of architectures */

static lode_status neighbours(const lode_instance* space, const uint8_t* architecture,
                              lode_sink sink, lode_error* error) {
  uint8_t bytes[MOST_CELLS];
  if (!is_valid(space, architecture)) { return refuse(error); }
  const uint32_t rows = rows_of(space), shift = fault == 33 ? calls++ : 0;
  if (fault == 32) { sink.write(sink.ctx, architecture, cells_of(space)); }
  for (uint32_t r = 0; r < rows - (fault == 31); ++r) {
    const uint32_t row = (r + shift) % rows;
    for (uint32_t step = 1; step < VALUES; ++step) {
      memcpy(bytes, architecture, cells_of(space));
      set(bytes, row, (value_of(architecture, row) + step) % VALUES);
      const lode_status status = sink.write(sink.ctx, bytes, cells_of(space));
      if (status != LODE_OK && fault != 34) { return fail(error, status, "cannot be written"); }
    }
  }
  return LODE_OK;
}

/* The order of decisions does not matter: sorts the values in ascending order. */
static lode_status canonical(const lode_instance* space, const uint8_t* architecture,
                             uint8_t* representative, lode_error* error) {
  uint32_t counts[VALUES] = {0}, row = 0;
  if (!is_valid(space, architecture)) { return refuse(error); }
  const uint32_t rows = rows_of(space);
  for (uint32_t r = 0; r < rows; ++r) { ++counts[value_of(architecture, r)]; }
  for (uint32_t value = 0; value < VALUES; ++value) {
    for (uint32_t i = 0; i < counts[value]; ++i) { set(representative, row++, value); }
  }
  for (uint32_t r = 0; r < rows && fault == 28; ++r) {
    set(representative, r, value_of(architecture, (r + 1) % rows));
  }
  for (uint32_t r = 0; r < rows && fault == 29; ++r) { set(representative, r, 0); }
  if (fault == 30) { memcpy((uint8_t*)architecture, representative, cells_of(space)); }
  return LODE_OK;
}

static lode_status graph(const lode_instance* space, const uint8_t* architecture,
                         const lode_graph_sink* sink, lode_error* error) {
  static const char* const names[] = {"zero", "one", "two"};
  const lode_str none = {"", 0}, node = {"node", 4};
  if (!is_valid(space, architecture)) { return refuse(error); }
  lode_status status = sink->node(sink->ctx, none, node);
  for (uint32_t row = 0; row < rows_of(space) && (status == LODE_OK || fault == 39); ++row) {
    const char* name = names[fault == 38 ? 0 : value_of(architecture, row)];
    const lode_str label = {name, strlen(name)};
    status = sink->node(sink->ctx, none, fault == 68 ? none : node);
    if (status == LODE_OK || fault == 39) {
      status = sink->edge(sink->ctx, row, row + 1 + (fault == 37), label);
    }
  }
  if (status == LODE_OK || fault == 39) { return LODE_OK; }
  return fail(error, status, "cannot be drawn");
}

static uint32_t metric_count(const lode_instance* space) {
  (void)space;
  return 2;
}

static lode_status metric(const lode_instance* space, uint32_t index, lode_metric* out,
                          lode_error* error) {
  (void)space;
  if (index > 1) { return fail(error, LODE_E_INVALID, "there are two metrics"); }
  out->direction = LODE_MINIMIZE;
  out->split = LODE_SPLIT_NONE;
  out->flags = 0;
  out->name = index == 0 ? (fault == 57 ? "reward" : "sum") : "twos";
  out->unit = "count";
  out->doc = "A sum over the rows.";
  out->dataset = "";
  out->epochs = 0;
  return LODE_OK;
}

static lode_status measure(const lode_instance* space, const uint8_t* architecture, double* metrics,
                           lode_error* error) {
  static double last;
  double sum = 0, twos = 0;
  if (!is_valid(space, architecture)) { return refuse(error); }
  for (uint32_t row = 0; row < rows_of(space); ++row) {
    sum += value_of(architecture, row);
    twos += value_of(architecture, row) == 2;
  }
  metrics[0] = fault == 40 ? metrics[0] + sum : fault == 42 ? last : sum;
  metrics[1] = fault == 43 ? (sum - sum) / sum : twos;
  if (fault == 41) { metrics[2] = 0; }
  last = sum;
  return LODE_OK;
}

/* ---- instances */

static lode_status create(const lode_host* host, const lode_value* values, lode_instance** out,
                          lode_error* error) {
  const int64_t rows = values[0].as.i, shade = values[1].as.i;
  if (shade < 0 || shade > 7) { return fail(error, LODE_E_INVALID, "shade is out of range"); }
  lode_instance* space = malloc(sizeof *space);
  space->rows = (uint32_t)rows;
  space->host = host;
  if (fault == 49) { *out = space; }
  if (rows == 7 || ((rows < 1 || rows > MOST_ROWS) && fault != 50)) {
    if (fault != 49) { free(space); }
    return fail(error, LODE_E_INVALID, rows == 7 ? "7 brings bad luck" : "rows is out of range");
  }
  if (rows > MOST_ROWS) { space->rows = MOST_ROWS; }
  if (rows < 1) { space->rows = 1; }
  if (fault == 48) {
    void* volatile lost = malloc(500);
    (void)lost;
  }
  if (fault == 53) { printf("made a space\n"); }
  if (fault == 58 && LODE_HAS(host, log)) { host->log(host, LODE_INFO, NULL, 10); }
  shared_rows = space->rows;
  *out = space;
  return LODE_OK;
}

static void destroy(lode_instance* space) {
  if (fault == 69 && LODE_HAS(space->host, log)) {
    space->host->log(space->host, LODE_INFO, "over\nand out", 12);
  }
  void* volatile again = space;
  free(space);
  if (fault == 70) { free(again); }
}

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
    .crossover = crossover,
    .neighbours = neighbours,
    .canonical = canonical,
    .resample = resample,
    .graph = graph,
    .metric_count = metric_count,
    .metric = metric,
    .measure = measure,
};

static lode_param params[] = {
    INT_PARAM("rows", "Number of decisions, but not 7.", 4, 1, 8),
    INT_PARAM("shade", "Changes nothing.", 0, 0, 7),
};

MUTANT(LODE_SPACE, "A space for mutations.");

/* Changes the declaration for faults of declarations. */
__attribute__((constructor)) static void edit_declaration(void) {
  read_fault();
  if (fault == 56) { params[1].name = "use"; }
  if (fault == 71) { component.summary = "no sentence"; }
  if (fault == 72) { params[1].default_value.as.i = 9; }
}
