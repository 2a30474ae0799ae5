#include "core/exec/call_page.h"

#include <sys/mman.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <new>
#include <utility>

#include "core/plugin/error.h"

namespace lode::core {
namespace {

SharedCall* Map(int descriptor) {
  void* memory =
      mmap(nullptr, sizeof(SharedCall), PROT_READ | PROT_WRITE, MAP_SHARED, descriptor, 0);
  return memory == MAP_FAILED ? nullptr : static_cast<SharedCall*>(memory);
}

}  // namespace

CallPage::CallPage() : file_(memfd_create("lode calls", MFD_CLOEXEC)) {
  if (file_.is_open() && ftruncate(file_.get(), sizeof(SharedCall)) == 0) {
    call_ = Map(file_.get());
  }
  if (call_ == nullptr) {
    throw HostError(std::string("a worker process cannot be started: no shared memory: ") +
                    std::strerror(errno));
  }
  new (call_) SharedCall;
}

CallPage::~CallPage() { munmap(call_, sizeof(SharedCall)); }

posix::Descriptor CallPage::Share() { return std::move(file_); }

// The worker may be writing the text meanwhile, and a plugin gone wild may overwrite it.
std::string CallPage::component() const {
  const char* const text = call_->component.data();
  return {text, strnlen(text, call_->component.size())};
}

std::uint64_t CallPage::calls() const { return call_->count.load(std::memory_order_relaxed); }

void NoteCallsIn(int descriptor) {
  if (SharedCall* call = Map(descriptor)) { ComponentCall::ShareIn(call); }
  close(descriptor);
}

}  // namespace lode::core
