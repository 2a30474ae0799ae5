/* What Lode needs of MPI, as a table of functions: the program does without an MPI library, and
 * loads the module lode_mpi.so, which has one, when mpirun has started it.
 *
 * One thread at a time. Messages are bytes; two from one rank to another arrive in order. An error
 * of the MPI library ends the job. */
#ifndef LODE_CORE_EXEC_MPI_LODE_MPI_H_
#define LODE_CORE_EXEC_MPI_LODE_MPI_H_

#include <stddef.h>

#ifdef __cplusplus
extern "C" {
#endif

typedef struct lode_mpi {
  /* First, and once. Waits until all ranks do it. 0 if the library serves changing threads. */
  int (*init)(void);
  int (*rank)(void);
  int (*size)(void);
  /* Copies the message and does not wait; what was sent goes on its way in later calls. 0, or -1 if
   * memory is short. */
  int (*send)(int to, const void* bytes, size_t size);
  /* Whether a message is there; then from whom, and how large it is. Does not wait. */
  int (*probe)(int* from, size_t* size);
  /* Takes the message that probe() has told of. */
  void (*receive)(int from, void* bytes, size_t size);
  /* Ends all ranks at once. */
  void (*abort)(int status);
  /* Last. Waits until all ranks do it. */
  void (*finalize)(void);
} lode_mpi;

const lode_mpi* lode_mpi_v1(void);

#ifdef __cplusplus
}
#endif

#endif
