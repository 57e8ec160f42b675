/*
 * What Debian's libstdc++ and libgcc ask of glibc, and musl does not have under that name. With it a program that was built
 * for Alpine runs over Debian's musl, so that the addon for musl is tested by a runtime that is linked with musl. The addon
 * itself asks for none of this: it is linked with its own C++ library.
 */
#define _GNU_SOURCE
#include <pthread.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <sys/random.h>
#include <time.h>

/* The GNU C Library Reference Manual, "Single-Threaded": a program may always be told that it is not. */
char __libc_single_threaded = 0;

/* The unwinder asks for it first, and goes on with dl_iterate_phdr(3) where it fails. */
int _dl_find_object(void* address, void* result) {
  (void)address;
  (void)result;
  return -1;
}

/* strftime_l(3). */
size_t __strftime_l(char* text, size_t size, const char* format, const struct tm* when, locale_t locale) {
  return strftime_l(text, size, format, when, locale);
}

/* arc4random(3). */
uint32_t arc4random(void) {
  uint32_t value;
  if (getrandom(&value, sizeof value, 0) != sizeof value) abort();
  return value;
}

/* GCC, "x86 Built-in Functions" (__builtin_cpu_supports): all zero says that the processor has nothing special. */
struct {
  unsigned vendor, type, subtype, features[1];
} __cpu_model;
unsigned __cpu_features2[1];
int __cpu_indicator_init(void) {
  return 0;
}

/* Itanium C++ ABI, "Runtime API", destructors of thread_local objects: called at the end of their thread, last one first. */
struct ending {
  void (*function)(void*);
  void* object;
  struct ending* next;
};

static pthread_key_t key;
static pthread_once_t once = PTHREAD_ONCE_INIT;

static void run(void* list) {
  for (struct ending* one = list; one;) {
    struct ending* next = one->next;
    one->function(one->object);
    free(one);
    one = next;
  }
}

static void make_key(void) {
  if (pthread_key_create(&key, run) != 0) abort();
}

int __cxa_thread_atexit_impl(void (*function)(void*), void* object, void* library) {
  (void)library;
  pthread_once(&once, make_key);
  struct ending* one = malloc(sizeof *one);
  if (!one) return -1;
  one->function = function;
  one->object = object;
  one->next = pthread_getspecific(key);
  return pthread_setspecific(key, one);
}
