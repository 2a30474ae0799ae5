#include "core/exec/mpi_session.h"

#include <dlfcn.h>

#include <algorithm>
#include <cstdlib>
#include <string>
#include <thread>

#include "core/exec/mpi/lode_mpi.h"
#include "core/plugin/error.h"
#include "core/plugin/installation.h"

namespace lode::core {
namespace {

using Clock = std::chrono::steady_clock;

// Reads the variables that Open MPI's mpirun sets, or those that launchers that speak PMI set.
int FromEnvironment(std::initializer_list<const char*> names) {
  for (const char* name : names) {
    if (const char* value = std::getenv(name)) { return std::atoi(value); }
  }
  return 0;
}

// The module stays loaded, because MPI libraries cannot be unloaded. Its libraries are visible to
// all others, because Open MPI loads parts of itself that expect that.
const lode_mpi* LoadModule() {
  const std::string file = InstalledPath("lib/lode/lode_mpi.so").string();
  void* module = dlopen(file.c_str(), RTLD_NOW | RTLD_GLOBAL);
  if (module == nullptr) {
    throw HostError(
        "mpirun has started this program, but its MPI module cannot be loaded (Lode has it if MPI "
        "was installed when Lode was built): " +
        std::string(dlerror()));
  }
  const auto entry = reinterpret_cast<decltype(&lode_mpi_v1)>(dlsym(module, "lode_mpi_v1"));
  if (entry == nullptr) { throw HostError(file + ": exports no lode_mpi_v1"); }
  return entry();
}

}  // namespace

bool UnderMpi() { return FromEnvironment({"OMPI_COMM_WORLD_SIZE", "PMI_SIZE"}) > 1; }

int MpiRank() { return UnderMpi() ? FromEnvironment({"OMPI_COMM_WORLD_RANK", "PMI_RANK"}) : 0; }

MpiLink::MpiLink() : mpi_(LoadModule()) {
  if (mpi_->init() != 0) {
    throw HostError("the MPI library does not allow calls from several threads, not even in turn");
  }
}

MpiLink::~MpiLink() { mpi_->finalize(); }

int MpiLink::size() const { return mpi_->size(); }

void MpiLink::Send(int to, const Message& message) {
  const std::string bytes = Encode(message);
  if (mpi_->send(to, bytes.data(), bytes.size()) != 0) { throw std::bad_alloc(); }
}

std::optional<MpiLink::Received> MpiLink::Receive(std::chrono::milliseconds patience) {
  using std::chrono::microseconds;
  const auto deadline = Clock::now() + patience;
  int from = 0;
  std::size_t size = 0;
  // Polls again at once, then less and less often: after a long wait, a millisecond more is
  // harmless.
  for (microseconds pause{0}; mpi_->probe(&from, &size) == 0;) {
    if (Clock::now() >= deadline) { return std::nullopt; }
    std::this_thread::sleep_for(pause);
    pause = std::min(pause + pause / 4 + microseconds(2), microseconds(1000));
  }
  std::string bytes(size, '\0');
  mpi_->receive(from, bytes.data(), size);
  return Received{from, Decode(bytes)};
}

void MpiLink::Abort(int status) {
  mpi_->abort(status);
  std::abort();  // in case that returns
}

MpiSession::~MpiSession() {
  if (!UnderMpi()) { return; }
  try {
    for (int rank = 1; rank < link().size(); ++rank) { link().Send(rank, End{}); }
  } catch (const HostError&) {
    // The others cannot connect either, for the same reason.
  }
}

MpiLink& MpiSession::link() {
  if (!link_) { link_ = std::make_unique<MpiLink>(); }
  return *link_;
}

void MpiSession::Take() {
  if (taken_.exchange(true)) {
    throw HostError("MPI ranks evaluate for one run at a time: use --jobs 1");
  }
}

}  // namespace lode::core
