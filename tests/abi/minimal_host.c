/* A host in plain C that knows only <lode/plugin.h> and offers next to nothing: creates, binds,
 * runs and destroys every component of the given plugins, each optimizer and oracle on each space,
 * and repeats this on a host whose table ends before its first function. Prints what worked.
 *
 * usage: minimal_host PLUGIN... */
#include <dlfcn.h>
#include <inttypes.h>
#include <lode/plugin.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { STEPS = 10, MOST_COMPONENTS = 256, MOST_CELLS = 1 << 16 };

typedef struct subject {
  const lode_component* component;
  lode_instance* instance;
} subject;

typedef struct registered {
  const lode_component* component;
  char* directory; /* directory of its plugin, with the slash */
} registered;

static registered components[MOST_COMPONENTS];
static size_t component_count;
static const char* situation = ""; /* the current action, for messages */
static int failures;

static void fault(const char* format, ...) {
  va_list arguments;
  va_start(arguments, format);
  printf("FAULT: %s: ", situation);
  vprintf(format, arguments);
  printf("\n");
  va_end(arguments);
  ++failures;
}

static void* allocate(size_t size) {
  void* memory = calloc(1, size);
  if (memory == NULL) { abort(); }
  return memory;
}

/* ---- the host's services ---- */

/* Weyl sequence, mixed (splitmix64). */
static void fill(void* ctx, uint64_t* out, size_t count) {
  uint64_t* state = ctx;
  for (size_t i = 0; i < count; ++i) {
    uint64_t word = *state += UINT64_C(0x9e3779b97f4a7c15);
    word = (word ^ (word >> 30)) * UINT64_C(0xbf58476d1ce4e5b9);
    word = (word ^ (word >> 27)) * UINT64_C(0x94d049bb133111eb);
    out[i] = word ^ (word >> 31);
  }
}

static uint64_t random_state;
static lode_random stream(void) { return (lode_random){.ctx = &random_state, .fill = fill}; }

/* A copy of the first `size` bytes, with nothing after them, so that a sanitizer detects reading
 * past the end. */
static void* beginning(const void* whole, size_t size) {
  return memcpy(allocate(size), whole, size);
}

/* A host with random numbers and every function NULL, or with a table that ends before the
 * functions. */
static lode_host* new_host(bool with_random) {
  const size_t size = with_random ? sizeof(lode_host) : offsetof(lode_host, log);
  const lode_host host = {.struct_size = (uint32_t)size, .random = stream()};
  return beginning(&host, size);
}

/* ---- statuses ---- */

static lode_error* new_error(void) {
  static lode_error error;
  memset(&error, 0, sizeof error);
  error.struct_size = sizeof error;
  return &error;
}

/* Whether a call succeeded; if not, it must give the reason in one line. */
static bool succeeded(lode_status status, const lode_error* error, const char* call) {
  if (status == LODE_OK) { return true; }
  if (status < LODE_OK || status > LODE_E_INTERNAL) {
    fault("%s: there is no status %" PRId32, call, status);
  }
  if (error->message[0] == '\0' || memchr(error->message, '\0', sizeof error->message) == NULL ||
      strchr(error->message, '\n') != NULL || error->code != status) {
    fault("%s: status %" PRId32 " comes without a one-line reason", call, status);
  }
  return false;
}

/* The same for a call that may fail only because the host or the space offers too little. */
static bool succeeded_or_unsupported(lode_status status, const lode_error* error,
                                     const char* call) {
  if (succeeded(status, error, call)) { return true; }
  if (status != LODE_E_UNSUPPORTED) {
    fault("%s: status %" PRId32 ": %s", call, status, error->message);
  }
  return false;
}

/* ---- instances ---- */

static bool has_required_parameter(const lode_component* c) {
  for (uint32_t i = 0; i < c->param_count; ++i) {
    if (LODE_AT(c->params, i)->flags & LODE_PARAM_REQUIRED) { return true; }
  }
  return false;
}

/* Paths are allocated. */
static lode_value default_of(const lode_param* p, const char* directory) {
  lode_value value = p->default_value;
  value.type = p->type;
  if (p->type == LODE_T_PATH) {
    const int length = (int)value.as.s.size;
    const size_t size = length > 0 ? strlen(directory) + value.as.s.size : 0;
    char* path = allocate(size + 1);
    if (length > 0) { snprintf(path, size + 1, "%s%.*s", directory, length, value.as.s.data); }
    value.as.s = (lode_str){path, size};
  }
  return value;
}

static subject create(const registered* r, const lode_host* host) {
  const lode_component* c = r->component;
  lode_value* values = allocate((c->param_count + 1) * sizeof *values);
  for (uint32_t i = 0; i < c->param_count; ++i) {
    values[i] = default_of(LODE_AT(c->params, i), r->directory);
  }
  subject made = {c, NULL};
  lode_error* error = new_error();
  const lode_status status = c->create(host, values, &made.instance, error);
  if (succeeded_or_unsupported(status, error, "create") && made.instance == NULL) {
    fault("create gave no instance");
  }
  for (uint32_t i = 0; i < c->param_count; ++i) {
    if (values[i].type == LODE_T_PATH) { free((void*)values[i].as.s.data); }
  }
  free(values);
  return made;
}

static void destroy(subject s) {
  if (s.instance != NULL) { s.component->destroy(s.instance); }
}

/* ---- the kinds at work: each returns how many steps it took ---- */

static uint32_t cells_of(lode_space space) {
  uint32_t cells = 0;
  for (uint32_t i = 0; i < space.api->matrix_count(space.instance); ++i) {
    lode_matrix m = {.struct_size = sizeof m};
    if (space.api->matrix(space.instance, i, &m, NULL) != LODE_OK) {
      fault("no matrix %" PRIu32, i);
    }
    cells += m.rows * m.columns;
  }
  if (cells == 0 || cells > MOST_CELLS) { fault("a space has %" PRIu32 " cells", cells); }
  return cells;
}

static lode_status keep(void* ctx, const void* data, size_t size) {
  char* text = ctx;
  const size_t used = strlen(text);
  if (used + size >= MOST_CELLS) { return LODE_E_NOMEM; }
  memcpy(text + used, data, size);
  text[used + size] = '\0';
  return LODE_OK;
}

static int use_space(lode_space space) {
  const uint32_t cells = cells_of(space);
  uint8_t* architecture = allocate(cells);
  uint8_t* again = allocate(cells);
  char* text = allocate(MOST_CELLS);
  int steps = 0;
  for (; steps < STEPS; ++steps) {
    text[0] = '\0';
    lode_error* error = new_error();
    succeeded(space.api->sample(space.instance, stream(), architecture, error), error, "sample");
    succeeded(space.api->format(space.instance, architecture, (lode_sink){text, keep}, error),
              error, "format");
    const lode_str str = {text, strlen(text)};
    succeeded(space.api->parse(space.instance, str, again, error), error, "parse");
    if (memcmp(architecture, again, cells) != 0) { fault("'%s' is read as something else", text); }
  }
  free(architecture);
  free(again);
  free(text);
  return steps;
}

/* There is no directory to give here: a component that prepares is only bound. */
static bool prepares(const lode_component* component) {
  const lode_oracle_api* api = component->api;
  return component->kind == LODE_ORACLE && LODE_HAS(api, prepare);
}

/* An optimizer that cannot work without a relaxed network, which this host does not have. */
static bool trains_network(const lode_component* component) {
  return component->kind == LODE_OPTIMIZER && (component->capabilities & LODE_CAP_RELAXED) != 0;
}

static int use_oracle(subject s, lode_space space) {
  const lode_oracle_api* api = s.component->api;
  lode_error* error = new_error();
  if (!succeeded_or_unsupported(api->bind(s.instance, space, error), error, "bind")) { return 0; }
  if (prepares(s.component)) { return 0; }
  uint8_t* architecture = allocate(cells_of(space));
  double* metrics = allocate((api->metric_count(s.instance) + 1) * sizeof *metrics);
  int steps = 0;
  for (; steps < STEPS; ++steps) {
    space.api->sample(space.instance, stream(), architecture, NULL);
    lode_query query = {.struct_size = sizeof query,
                        .architecture = architecture,
                        .fidelity = 1,
                        .seed = (uint64_t)steps,
                        .metrics = metrics,
                        .error = new_error()};
    if (api->evaluate(s.instance, &query, 1, NULL) != LODE_OK) { fault("evaluate failed"); }
    if (!succeeded_or_unsupported(query.status, query.error, "evaluate")) { break; }
  }
  free(architecture);
  free(metrics);
  return steps;
}

static int use_exploration(subject s) {
  const lode_exploration_api* api = s.component->api;
  float action[8] = {0};
  int steps = 0;
  for (; steps < STEPS; ++steps) {
    bool random = false;
    lode_error* error = new_error();
    if (LODE_HAS(api, explore) &&
        !succeeded_or_unsupported(api->explore(s.instance, (uint64_t)steps, &random, error), error,
                                  "explore")) {
      break;
    }
    if (LODE_HAS(api, perturb) &&
        !succeeded_or_unsupported(api->perturb(s.instance, (uint64_t)steps, action, 8, error),
                                  error, "perturb")) {
      break;
    }
  }
  return steps;
}

/* Tells a trial like a host that knew neither several goals nor limits. */
static void tell(subject s, uint64_t step, const lode_proposal* proposal) {
  const lode_optimizer_api* api = s.component->api;
  const double reward = 1.0 / (double)(step + 1);
  const size_t size = offsetof(lode_trial, objectives);
  const lode_trial whole = {
      .struct_size = (uint32_t)size,
      .step = step,
      .action = proposal->kind == LODE_PROPOSES_ACTION ? proposal->action : NULL,
      .architecture = proposal->architecture,
      .metrics = &reward,
      .metric_count = 1,
      .reward = reward,
  };
  lode_trial* trial = beginning(&whole, size);
  lode_error* error = new_error();
  succeeded_or_unsupported(api->tell(s.instance, trial, 1, error), error, "tell");
  free(trial);
}

static int use_optimizer(subject s, lode_space space) {
  const lode_optimizer_api* api = s.component->api;
  const uint32_t cells = cells_of(space);
  lode_error* error = new_error();
  if (!succeeded_or_unsupported(api->bind(s.instance, space, error), error, "bind")) { return 0; }
  lode_proposal proposal = {.struct_size = sizeof proposal,
                            .action = allocate(cells * sizeof(float)),
                            .architecture = allocate(cells),
                            .fidelity = 1};
  int steps = 0;
  for (; steps < STEPS; ++steps) {
    if (!succeeded_or_unsupported(api->ask(s.instance, &proposal, error), error, "ask")) { break; }
    if (proposal.kind == LODE_PROPOSES_ACTION) {
      succeeded(
          space.api->discretize(space.instance, proposal.action, proposal.architecture, error),
          error, "discretize");
    }
    tell(s, (uint64_t)steps, &proposal);
  }
  free(proposal.action);
  free(proposal.architecture);
  return steps;
}

/* ---- all combinations ---- */

static int use(subject s, lode_space space) {
  switch (s.component->kind) {
    case LODE_SPACE:
      return use_space((lode_space){s.component->api, s.instance});
    case LODE_ORACLE:
      return use_oracle(s, space);
    case LODE_EXPLORATION:
      return use_exploration(s);
    default:
      return use_optimizer(s, space);
  }
}

/* Returns the steps that the component took with some space of a plugin; -1 if that could not be
 * tried. */
static int use_with(const registered* r, const registered* space, const lode_host* host) {
  static char title[512];
  snprintf(title, sizeof title, "%s with %s", r->component->id, space->component->id);
  situation = title;
  const subject bound = create(space, host);
  const subject s = create(r, host);
  int steps = -1;
  if (s.instance != NULL && bound.instance != NULL) {
    steps = use(s, (lode_space){bound.component->api, bound.instance});
  }
  destroy(s); /* before the space it is bound to */
  destroy(bound);
  return steps;
}

static void use_with_each_space(const registered* r, bool with_random) {
  if (has_required_parameter(r->component)) {
    printf("  %-24s needs parameters\n", r->component->id);
    return;
  }
  lode_host* host = new_host(with_random);
  int steps = 0;
  for (size_t i = 0; i < component_count; ++i) {
    if (components[i].component->kind != LODE_SPACE) { continue; }
    const int done = use_with(r, &components[i], host);
    if (done > 0) { steps += done; }
    if (with_random && done > 0 && done < STEPS) {
      fault("only %d steps on a host with random", done);
    }
  }
  printf("  %-24s %d steps\n", r->component->id, steps);
  const bool may_refuse = prepares(r->component) || trains_network(r->component);
  if (with_random && steps == 0 && !may_refuse) { fault("works with no space"); }
  free(host);
}

static void load(const char* file) {
  void* library = dlopen(file, RTLD_NOW | RTLD_LOCAL);
  const lode_plugin* plugin = library != NULL ? dlsym(library, LODE_ENTRY_SYMBOL) : NULL;
  if (plugin == NULL || plugin->abi_minor > LODE_ABI_MINOR) {
    printf("FAULT: %s: %s\n", file, plugin == NULL ? dlerror() : "is for a newer host");
    ++failures;
    return;
  }
  const char* slash = strrchr(file, '/');
  const size_t length = slash != NULL ? (size_t)(slash - file) + 1 : 0;
  for (uint32_t i = 0; i < plugin->component_count && component_count < MOST_COMPONENTS; ++i) {
    char* directory = allocate(length + 1);
    memcpy(directory, file, length);
    components[component_count++] = (registered){plugin->components[i], directory};
  }
}

int main(int argc, char** argv) {
  for (int i = 1; i < argc; ++i) { load(argv[i]); }
  for (int with_random = 1; with_random >= 0; --with_random) {
    printf("host with %s:\n", with_random ? "random numbers only" : "nothing");
    for (size_t i = 0; i < component_count; ++i) {
      use_with_each_space(&components[i], with_random != 0);
    }
  }
  for (size_t i = 0; i < component_count; ++i) { free(components[i].directory); }
  printf("%zu components, %d faults\n", component_count, failures);
  return failures > 0 || component_count == 0;
}
