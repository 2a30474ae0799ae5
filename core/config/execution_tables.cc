#include "core/config/pipeline_tables.h"

namespace lode::core {
namespace {

constexpr char kIsolateDoc[] =
    "Which components run in child processes. true: oracles; a crash, a hang or too much "
    "memory then costs only one trial. all: also the others, in one process; there it fails "
    "the run and names the component, and `lode resume` continues. If not given: true with "
    "a timeout or a memory limit, if an oracle declares that it runs foreign or heavy code, "
    "and with several workers unless each oracle evaluates batches, or each can be called "
    "from several threads.";

constexpr char kMemoryLimitDoc[] =
    "How much memory a child process and the processes that it starts may use; 0: not "
    "limited. A control group (cgroup v2) enforces the limit where one can be made, and "
    "counts files in memory and shared memory, too. Elsewhere the resident memory of the "
    "processes is added up 50 times a second, whatever their parents, sessions and "
    "environment; this misses memory that no process has mapped, and counts shared memory "
    "once for each process.";

}  // namespace

const TypedTable<ExecutionConfig>& ExecutionTable() {
  using E = ExecutionConfig;
  using Key = HostKey<E>;
  static const TypedTable<E> table(
      {.name = "execution",
       .doc =
           "where evaluations happen, how failures are handled, when trials are written to disk"},
      {Key("on_error", &E::on_error,
           "The effect of a failed evaluation. skip: its trial fails, and the search continues; "
           "stop: it ends the run; retry: it is repeated, at most `retries` times, then skip.")
           .KeepsResults(),
       Key("retries", &E::retries,
           "With on_error = \"retry\": how many times a failed evaluation is repeated, for "
           "temporary failures (a lost device, a full queue). The first repetition waits 0.1 s, "
           "and each further one twice as long, up to a minute.",
           Range{1})
           .KeepsResults(),
       Key("max_failures", &E::max_failures,
           "Number of consecutive failed trials that end the run.", Range{1})
           .KeepsResults(),
       Key("commit", &E::commit,
           "When a trial is written to disk. trial: before the optimizer learns of it; batch: at "
           "most 100 ms later; auto: like trial if its evaluation took 10 ms or more, otherwise "
           "like batch.")
           .KeepsResults(),
       Key("workers", &E::workers,
           "Number of evaluations at once: in processes of their own, or, if `isolate` is false, "
           "in one call of an oracle that evaluates batches, or in threads. The number affects the "
           "trials, because the optimizer makes that many proposals before it learns the first "
           "result; where the evaluations happen does not. Under MPI, the other ranks are the "
           "workers.",
           Range{1, 1024}),
       Key("order", &E::order,
           "With several workers: the order in which the optimizer learns the results. asked: that "
           "of its proposals, so that the trials are the same however long evaluations take, but "
           "workers wait for a slow one; finished: as evaluations finish, so that no worker waits. "
           "Then trials depend on time, and the order is stored: `lode resume` gets the same "
           "trials. Needs an optimizer that declares that it takes results in any order.")
           .WrittenIf([](const E& execution) { return execution.order != Order::kAsked; }),
       Key("threads", &E::threads,
           "Number of threads that each evaluation, and each preparation, may use. Another number "
           "rounds the sums of a training differently, so the default does not depend on the "
           "machine.",
           Range{1, 1024}),
       Key("isolate", &E::isolate, kIsolateDoc).KeepsResults(),
       Key("timeout_seconds", &E::timeout_seconds,
           "How long an evaluation in a child process may take; 0: not limited.", Range{0})
           .Unit("s"),
       Key("memory_limit", &E::memory_limit, kMemoryLimitDoc).Unit("MiB")});
  return table;
}

}  // namespace lode::core
