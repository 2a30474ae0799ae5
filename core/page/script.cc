#include "core/page/script.h"

#include <duktape.h>

#include <utility>

#include "core/plugin/error.h"

namespace lode::core {
namespace {

// What the engine does under its protection: there, its errors come back as values.
struct Task {
  const std::string& source;  // or the name of a function
  const std::vector<std::string>* arguments;
};

void PushText(duk_context* engine, const std::string& text) {
  duk_push_lstring(engine, text.data(), text.size());
}

duk_ret_t RunSource(duk_context* engine, void* data) {
  const Task& task = *static_cast<const Task*>(data);
  duk_compile_lstring(engine, DUK_COMPILE_EVAL, task.source.data(), task.source.size());
  duk_call(engine, 0);
  return 1;
}

duk_ret_t CallFunction(duk_context* engine, void* data) {
  const Task& task = *static_cast<const Task*>(data);
  duk_get_global_lstring(engine, task.source.data(), task.source.size());
  for (const std::string& argument : *task.arguments) { PushText(engine, argument); }
  duk_call(engine, static_cast<duk_idx_t>(task.arguments->size()));
  return 1;
}

// Returns the result as text, after which the engine's stack is as before.
std::string Protected(duk_context* engine, duk_safe_call_function run, Task task,
                      const std::string& name) {
  const bool failed = duk_safe_call(engine, run, &task, 0, 1) != DUK_EXEC_SUCCESS;
  duk_size_t size = 0;
  const char* text = duk_safe_to_lstring(engine, -1, &size);
  std::string result(text, size);
  duk_pop(engine);
  if (failed) { throw HostError(name + ": " + result); }
  return result;
}

}  // namespace

void Script::Close::operator()(duk_hthread* engine) const { duk_destroy_heap(engine); }

Script::Script(const std::string& source, std::string name)
    : name_(std::move(name)), engine_(duk_create_heap_default()) {
  if (engine_ == nullptr) { throw HostError(name_ + ": there is no memory for a script"); }
  Protected(engine_.get(), RunSource, {source, nullptr}, name_);
}

std::string Script::Call(const std::string& function, const std::vector<std::string>& arguments) {
  return Protected(engine_.get(), CallFunction, {function, &arguments}, name_);
}

}  // namespace lode::core
