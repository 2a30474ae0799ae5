/* The part of MPI that Lode needs, as a table of functions. The program itself is not linked to an
 * MPI library; it loads the module lode_mpi.so, which is, when mpirun has started it.
 *
 * Use it from one thread at a time. Messages are bytes; messages from one rank to another arrive in
 * order. An error of the MPI library ends the job. */
#pragma once

#include <stddef.h>

#ifdef __cplusplus
extern "C" {
#endif

typedef struct lode_mpi {
  /* Called first, and once. Waits until all ranks have called it. Returns 0 if the library allows
   * calls from different threads in turn. */
  int (*init)(void);
  int (*rank)(void);
  int (*size)(void);
  /* Copies the message and does not wait; later calls may complete the transfer. Returns 0, or -1
   * if memory is short. */
  int (*send)(int to, const void* bytes, size_t size);
  /* Returns whether a message has arrived, and if so sets its sender and size. Does not wait. */
  int (*probe)(int* from, size_t* size);
  /* Receives the message that probe() has reported. */
  void (*receive)(int from, void* bytes, size_t size);
  /* Ends all ranks at once. */
  void (*abort)(int status);
  /* Called last. Waits until all ranks have called it. */
  void (*finalize)(void);
} lode_mpi;

const lode_mpi* lode_mpi_v1(void);

#ifdef __cplusplus
}
#endif
