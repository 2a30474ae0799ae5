// A page of memory in which a worker leaves the component that it is in, for its host to read at any time,
// also after it has died.
#pragma once

#include <cstdint>
#include <string>

#include "core/plugin/component_call.h"
#include "core/plugin/file_descriptor.h"

namespace lode::core {

class CallPage {
 public:
  // Throws HostError if there is no memory.
  CallPage();
  ~CallPage();
  CallPage(const CallPage&) = delete;
  CallPage& operator=(const CallPage&) = delete;

  // A descriptor of the page, to give to the worker. Once.
  Descriptor Share();

  std::string component() const;
  std::uint64_t calls() const;

 private:
  Descriptor file_;
  SharedCall* call_ = nullptr;
};

// The worker's end: component calls of this process are noted in the page of `descriptor`, if it is one.
void NoteCallsIn(int descriptor);

}  // namespace lode::core
