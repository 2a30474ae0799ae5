/* A failing disk, preloaded into a program. Of the calls that change files below LODE_DISK (a
 * directory), the one with number LODE_DISK_FAILS_AT, counted from 1, fails with the error
 * LODE_DISK_ERROR, or kills the process if that is 0; with LODE_DISK_STAYS all later ones fail too.
 * LODE_DISK_LOG, a file, gets a line for each call. */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <signal.h>
#include <stdarg.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/uio.h>
#include <unistd.h>

static const char* disk;
static long fails_at, error_number, stays;
static int log_file = -1;
static atomic_long calls;

static long Number(const char* name) {
  const char* text = getenv(name);
  return text != NULL ? atol(text) : 0;
}

__attribute__((constructor)) static void Begin(void) {
  const char* log = getenv("LODE_DISK_LOG");
  disk = getenv("LODE_DISK");
  fails_at = Number("LODE_DISK_FAILS_AT");
  error_number = Number("LODE_DISK_ERROR");
  stays = Number("LODE_DISK_STAYS");
  if (log != NULL) {
    log_file =
        (int)syscall(SYS_openat, AT_FDCWD, log, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0666);
  }
}

/* Whether a call fails; if so, sets errno. */
static int Fails(const char* call, const char* path) {
  if (disk == NULL || path == NULL || strncmp(path, disk, strlen(disk)) != 0) { return 0; }
  const long number = atomic_fetch_add(&calls, 1) + 1;
  if (log_file >= 0) {
    char line[PATH_MAX + 64];
    const int size = snprintf(line, sizeof line, "%s %s\n", call, path);
    syscall(SYS_write, log_file, line, (size_t)size);
  }
  if (fails_at == 0 || number < fails_at || (number > fails_at && !stays)) { return 0; }
  if (error_number == 0) { kill(getpid(), SIGKILL); }
  errno = (int)error_number;
  return 1;
}

static int FailsOn(const char* call, int file) {
  char link[64], path[PATH_MAX];
  snprintf(link, sizeof link, "/proc/self/fd/%d", file);
  const ssize_t size = readlink(link, path, sizeof path - 1);
  if (size < 0) { return 0; }
  path[size] = '\0';
  return Fails(call, path);
}

#define REAL(name) ((__typeof__(&name))dlsym(RTLD_NEXT, #name))

static int Opens(const char* path, int flags) {
  return (flags & (O_CREAT | O_TRUNC)) != 0 && Fails("open", path);
}

#define OPEN(name)                                                  \
  int name(const char* path, int flags, ...) {                      \
    va_list rest;                                                   \
    va_start(rest, flags);                                          \
    const mode_t mode = va_arg(rest, mode_t);                       \
    va_end(rest);                                                   \
    return Opens(path, flags) ? -1 : REAL(name)(path, flags, mode); \
  }
OPEN(open)
OPEN(open64)

#define OPEN_AT(name)                                                          \
  int name(int directory, const char* path, int flags, ...) {                  \
    va_list rest;                                                              \
    va_start(rest, flags);                                                     \
    const mode_t mode = va_arg(rest, mode_t);                                  \
    va_end(rest);                                                              \
    return Opens(path, flags) ? -1 : REAL(name)(directory, path, flags, mode); \
  }
OPEN_AT(openat)
OPEN_AT(openat64)

#define OPEN_STREAM(name)                                                         \
  FILE* name(const char* path, const char* mode) {                                \
    return mode[0] != 'r' && Fails("open", path) ? NULL : REAL(name)(path, mode); \
  }
OPEN_STREAM(fopen)
OPEN_STREAM(fopen64)

int mkostemp(char* path, int flags) {
  return Fails("open", path) ? -1 : REAL(mkostemp)(path, flags);
}

ssize_t write(int file, const void* data, size_t size) {
  return FailsOn("write", file) ? -1 : REAL(write)(file, data, size);
}
ssize_t writev(int file, const struct iovec* data, int count) {
  return FailsOn("write", file) ? -1 : REAL(writev)(file, data, count);
}
ssize_t pwrite(int file, const void* data, size_t size, off_t at) {
  return FailsOn("write", file) ? -1 : REAL(pwrite)(file, data, size, at);
}
ssize_t pwrite64(int file, const void* data, size_t size, off64_t at) {
  return FailsOn("write", file) ? -1 : REAL(pwrite64)(file, data, size, at);
}
int fsync(int file) { return FailsOn("fsync", file) ? -1 : REAL(fsync)(file); }
int fdatasync(int file) { return FailsOn("fsync", file) ? -1 : REAL(fdatasync)(file); }
int ftruncate(int file, off_t size) {
  return FailsOn("truncate", file) ? -1 : REAL(ftruncate)(file, size);
}
int ftruncate64(int file, off64_t size) {
  return FailsOn("truncate", file) ? -1 : REAL(ftruncate64)(file, size);
}
int rename(const char* from, const char* to) {
  return Fails("rename", to) ? -1 : REAL(rename)(from, to);
}
int link(const char* from, const char* to) { return Fails("link", to) ? -1 : REAL(link)(from, to); }
int unlink(const char* path) { return Fails("unlink", path) ? -1 : REAL(unlink)(path); }
int remove(const char* path) { return Fails("unlink", path) ? -1 : REAL(remove)(path); }
int mkdir(const char* path, mode_t mode) {
  return Fails("mkdir", path) ? -1 : REAL(mkdir)(path, mode);
}
