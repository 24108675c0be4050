// LD_PRELOAD shim: kills this process by SIGKILL at the N-th step that makes something durable (fsync or rename),
// just before it (FEDLOOM_CRASH_AT=N). With FEDLOOM_CRASH_SENDS each message to MPI is a step as well. What was written but not synced may or may not be there, as after a real
// kill. Counts across threads.
#define _GNU_SOURCE
#include <dlfcn.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <unistd.h>

static atomic_int steps;

static void step(void) {
  const char* at = getenv("FEDLOOM_CRASH_AT");
  if (at != NULL && atomic_fetch_add(&steps, 1) + 1 == atoi(at)) kill(getpid(), SIGKILL);
}

int fsync(int descriptor) {
  static int (*real)(int);
  if (real == NULL) real = (int (*)(int))dlsym(RTLD_NEXT, "fsync");
  step();
  return real(descriptor);
}

int rename(const char* from, const char* to) {
  static int (*real)(const char*, const char*);
  if (real == NULL) real = (int (*)(const char*, const char*))dlsym(RTLD_NEXT, "rename");
  step();
  return real(from, to);
}

// Open MPI's handles are pointers. The name of the call that Fedloom sends with.
int MPI_Issend(const void* buffer, int count, void* type, int to, int tag, void* communicator, void** request) {
  static int (*real)(const void*, int, void*, int, int, void*, void**);
  if (real == NULL) *(void**)&real = dlsym(RTLD_NEXT, "MPI_Issend");
  if (getenv("FEDLOOM_CRASH_SENDS") != NULL) step();
  return real(buffer, count, type, to, tag, communicator, request);
}
