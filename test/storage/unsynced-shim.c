/*
 * Loaded into a process (LD_PRELOAD), writes down everything that it does to its database: each
 * write, truncation, creation and sync, in order. After the process is killed, the test knows
 * which writes were never synced, and builds files as a machine might have them that lost power:
 * those writes absent, or there in part and in any order. Real syncs are left out.
 *
 * Record: kind (1), file (1), offset (8), length (8), data. Kinds: O created, W written,
 * T truncated (offset is the length), S synced, D directory synced.
 */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <fcntl.h>
#include <pthread.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#undef ftruncate64
#undef open64
#undef openat64
#undef pwrite64

enum { NONE, MAIN, WAL, DIRECTORY };
static unsigned char files[65536];
static int journal = -1;
static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;

static ssize_t (*real_write)(int, const void *, size_t);
static ssize_t (*real_pwrite)(int, const void *, size_t, off64_t);
static int (*real_ftruncate)(int, off64_t);
static int (*real_open)(const char *, int, ...);
static int (*real_openat)(int, const char *, int, ...);
static int (*real_close)(int);
static int (*real_fsync)(int);
static int (*real_fdatasync)(int);

__attribute__((constructor)) static void setup(void) {
  real_write = dlsym(RTLD_NEXT, "write");
  real_pwrite = dlsym(RTLD_NEXT, "pwrite64");
  real_ftruncate = dlsym(RTLD_NEXT, "ftruncate64");
  real_open = dlsym(RTLD_NEXT, "open64");
  real_openat = dlsym(RTLD_NEXT, "openat64");
  real_close = dlsym(RTLD_NEXT, "close");
  real_fsync = dlsym(RTLD_NEXT, "fsync");
  real_fdatasync = dlsym(RTLD_NEXT, "fdatasync");
  const char *path = getenv("SHIM_JOURNAL");
  if (path) journal = real_open(path, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0600);
}

static void all(const void *data, size_t length) {
  const char *at = data;
  while (length > 0) {
    ssize_t done = real_write(journal, at, length);
    if (done <= 0) abort();
    at += done;
    length -= done;
  }
}

static void note(char kind, int file, int64_t offset, const void *data, int64_t length) {
  char head[18];
  head[0] = kind;
  head[1] = (char)file;
  memcpy(head + 2, &offset, 8);
  memcpy(head + 10, &length, 8);
  all(head, sizeof head);
  if (length > 0) all(data, length);
}

static int known(int fd) {
  return journal >= 0 && fd >= 0 && fd < 65536 ? files[fd] : NONE;
}

static int ends(const char *text, const char *end) {
  size_t a = strlen(text), b = strlen(end);
  return a >= b && strcmp(text + a - b, end) == 0;
}

static int opened(int fd, const char *path, int created) {
  if (fd < 0 || fd >= 65536 || journal < 0) return fd;
  const char *directory = getenv("SHIM_DIRECTORY");
  int file = NONE;
  if (ends(path, "/sallyport.db")) file = MAIN;
  else if (ends(path, "/sallyport.db-wal")) file = WAL;
  else if (directory && strcmp(path, directory) == 0) file = DIRECTORY;
  pthread_mutex_lock(&lock);
  files[fd] = (unsigned char)file;
  if (file && created) note('O', file, 0, NULL, 0);
  pthread_mutex_unlock(&lock);
  return fd;
}

static int absent(const char *path) {
  struct stat s;
  return stat(path, &s) != 0;
}

#define MODE(flags) \
  mode_t mode = 0; \
  if ((flags) & (O_CREAT | O_TMPFILE)) { \
    va_list rest; \
    va_start(rest, flags); \
    mode = va_arg(rest, mode_t); \
    va_end(rest); \
  }

int open(const char *path, int flags, ...) {
  MODE(flags)
  int created = (flags & O_CREAT) && absent(path);
  return opened(real_open(path, flags, mode), path, created);
}
int open64(const char *path, int flags, ...) {
  MODE(flags)
  int created = (flags & O_CREAT) && absent(path);
  return opened(real_open(path, flags, mode), path, created);
}
int openat(int at, const char *path, int flags, ...) {
  MODE(flags)
  return opened(real_openat(at, path, flags, mode), path, 0);
}
int openat64(int at, const char *path, int flags, ...) {
  MODE(flags)
  return opened(real_openat(at, path, flags, mode), path, 0);
}
int close(int fd) {
  if (known(fd)) files[fd] = NONE;
  return real_close(fd);
}

static ssize_t written(int fd, int file, const void *data, ssize_t length, int64_t offset) {
  (void)fd;
  if (length > 0) note('W', file, offset, data, length);
  return length;
}

ssize_t write(int fd, const void *data, size_t length) {
  int file = known(fd);
  if (!file) return real_write(fd, data, length);
  pthread_mutex_lock(&lock);
  int64_t offset = lseek64(fd, 0, SEEK_CUR);
  ssize_t done = written(fd, file, data, real_write(fd, data, length), offset);
  pthread_mutex_unlock(&lock);
  return done;
}
ssize_t pwrite64(int fd, const void *data, size_t length, off64_t offset) {
  int file = known(fd);
  if (!file) return real_pwrite(fd, data, length, offset);
  pthread_mutex_lock(&lock);
  ssize_t done = written(fd, file, data, real_pwrite(fd, data, length, offset), offset);
  pthread_mutex_unlock(&lock);
  return done;
}
ssize_t pwrite(int fd, const void *data, size_t length, off_t offset) {
  return pwrite64(fd, data, length, offset);
}

int ftruncate64(int fd, off64_t length) {
  int file = known(fd);
  if (!file) return real_ftruncate(fd, length);
  pthread_mutex_lock(&lock);
  int done = real_ftruncate(fd, length);
  if (done == 0) note('T', file, length, NULL, 0);
  pthread_mutex_unlock(&lock);
  return done;
}
int ftruncate(int fd, off_t length) { return ftruncate64(fd, length); }

static int synced(int fd, int (*real)(int)) {
  int file = known(fd);
  if (!file) return real(fd);
  /* As slow as a disk, so that the process is often killed while writes wait. */
  usleep(2000);
  pthread_mutex_lock(&lock);
  note(file == DIRECTORY ? 'D' : 'S', file, 0, NULL, 0);
  pthread_mutex_unlock(&lock);
  return 0;
}
int fsync(int fd) { return synced(fd, real_fsync); }
int fdatasync(int fd) { return synced(fd, real_fdatasync); }
