// A page of shared memory in which a worker notes the component that it is in. Its host can read it
// at any time, even after the worker has died.
#pragma once

#include <cstdint>
#include <string>

#include "core/plugin/component_call.h"
#include "toolkit/posix/descriptor.h"

namespace lode::core {

class CallPage {
 public:
  // Throws HostError if there is no shared memory.
  CallPage();
  ~CallPage();
  CallPage(const CallPage&) = delete;
  CallPage& operator=(const CallPage&) = delete;

  // Returns a descriptor of the page, to give to the worker. Call it once.
  posix::Descriptor Share();

  std::string component() const;
  std::uint64_t calls() const;

 private:
  posix::Descriptor file_;
  SharedCall* call_ = nullptr;
};

// The worker's end: notes this process's component calls in the page of `descriptor`, if that is a
// page. Closes `descriptor`.
void NoteCallsIn(int descriptor);

}  // namespace lode::core
