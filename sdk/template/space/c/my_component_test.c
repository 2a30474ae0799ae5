/* Unit tests of my_component, through the plugin's table. */
#include <lode/plugin.h>
#include <stdio.h>
#include <string.h>

static int failures;
#define EXPECT(condition)                                                     \
  do {                                                                        \
    if (!(condition)) {                                                       \
      fprintf(stderr, "%s:%d: not so: %s\n", __FILE__, __LINE__, #condition); \
      ++failures;                                                             \
    }                                                                         \
  } while (0)

enum { CELLS = 21 };

static const lode_space_api* api;
static lode_instance* space;

static lode_status parse(const char* text, uint8_t* architecture) {
  const lode_str view = {text, strlen(text)};
  return api->parse(space, view, architecture, NULL);
}

static lode_status append(void* ctx, const void* data, size_t size) {
  strncat(ctx, data, size);
  return LODE_OK;
}

static void test_text(void) {
  const float action[CELLS] = {0};
  uint8_t architecture[CELLS], parsed[CELLS];
  char text[200] = "";
  const lode_sink sink = {text, append};
  EXPECT(api->discretize(space, action, architecture, NULL) == LODE_OK);
  EXPECT(api->format(space, architecture, sink, NULL) == LODE_OK);
  EXPECT(strcmp(text, "skip,skip,skip,skip,skip,skip,16") == 0);
  EXPECT(parse(text, parsed) == LODE_OK);
  EXPECT(memcmp(parsed, architecture, CELLS) == 0);
  EXPECT(parse("skip,skip,skip,skip,skip,skop,16", parsed) == LODE_E_INVALID);
}

static void test_params(void) {
  uint8_t architecture[CELLS];
  double params = -1;
  EXPECT(parse("conv_1x1,skip,skip,conv_3x3,skip,skip,32", architecture) == LODE_OK);
  EXPECT(api->measure(space, architecture, &params, NULL) == LODE_OK);
  EXPECT(params == 10 * 32 * 32);
}

int main(void) {
  const lode_component* component = lode_plugin_v1.components[0];
  api = component->api;
  EXPECT(component->create(NULL, NULL, &space, NULL) == LODE_OK);
  test_text();
  test_params();
  component->destroy(space);
  return failures > 0;
}
