#include "core/exec/mpi/lode_mpi.h"

#include <mpi.h>
#include <stdlib.h>
#include <string.h>

/* A message being sent: MPI reads it until the request is done. */
typedef struct outgoing {
  struct outgoing* next;
  MPI_Request request;
  unsigned char bytes[];
} outgoing;

static outgoing* under_way = NULL;

static int init(void) {
  int provided = 0;
  MPI_Init_thread(NULL, NULL, MPI_THREAD_SERIALIZED, &provided);
  return provided >= MPI_THREAD_SERIALIZED ? 0 : -1;
}

static int rank(void) {
  int n = 0;
  MPI_Comm_rank(MPI_COMM_WORLD, &n);
  return n;
}

static int size(void) {
  int n = 0;
  MPI_Comm_size(MPI_COMM_WORLD, &n);
  return n;
}

/* Frees messages that were sent. Waits for all of them if `wait`. */
static void clear(int wait) {
  outgoing** at = &under_way;
  while (*at != NULL) {
    outgoing* message = *at;
    int done = 1;
    if (wait) {
      MPI_Wait(&message->request, MPI_STATUS_IGNORE);
    } else {
      MPI_Test(&message->request, &done, MPI_STATUS_IGNORE);
    }
    if (done) {
      *at = message->next;
      free(message);
    } else {
      at = &message->next;
    }
  }
}

static int send_bytes(int to, const void* bytes, size_t count) {
  outgoing* message = malloc(sizeof *message + count);
  clear(0);
  if (message == NULL) { return -1; }
  memcpy(message->bytes, bytes, count);
  MPI_Isend(message->bytes, (int)count, MPI_BYTE, to, 0, MPI_COMM_WORLD, &message->request);
  message->next = under_way;
  under_way = message;
  return 0;
}

static int probe(int* from, size_t* count) {
  int there = 0, bytes = 0;
  MPI_Status status;
  clear(0);
  MPI_Iprobe(MPI_ANY_SOURCE, 0, MPI_COMM_WORLD, &there, &status);
  if (!there) { return 0; }
  MPI_Get_count(&status, MPI_BYTE, &bytes);
  *from = status.MPI_SOURCE;
  *count = (size_t)bytes;
  return 1;
}

static void receive(int from, void* bytes, size_t count) {
  MPI_Recv(bytes, (int)count, MPI_BYTE, from, 0, MPI_COMM_WORLD, MPI_STATUS_IGNORE);
}

static void abort_all(int status) { MPI_Abort(MPI_COMM_WORLD, status); }

static void finalize(void) {
  clear(1);
  MPI_Finalize();
}

const lode_mpi* lode_mpi_v1(void) {
  static const lode_mpi table = {init, rank, size, send_bytes, probe, receive, abort_all, finalize};
  return &table;
}
