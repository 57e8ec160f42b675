// Takes the place of the exception handling in zig's C++ library, with the stack unwinder and the demangler of names that
// come with it: 100 KB, which was a fifth of the addon. The addon is compiled with -fno-exceptions, so what the library
// throws (no memory, no mutex) has nobody to catch it and ends the process either way. This says which exception it was.
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>

#define UNUSED __attribute__((unused))

// What every std::type_info begins with (Itanium C++ ABI, "RTTI Layout").
struct type_info {
  const void *virtual_table;
  const char *name;
};

// Without printf, of which MinGW links its own: 20 KB.
static _Noreturn void end(const char *reason) {
  fputs("ploke-io: the C++ library ends the process: ", stderr);
  fputs(reason, stderr);
  fputs("\n", stderr);
  abort();
}

// How the library and its ABI layer say that they give up: the text is told as it stands, which none of it fills in more
// than a name of a function.
_Noreturn void abort_message(const char *format, ...) { end(format); }
_Noreturn void _ZNSt3__122__libcpp_verbose_abortEPKcz(const char *format, ...) { end(format); }

// The names, and what they are given, are those of the Itanium C++ ABI: Exception Handling, "Level II: C++ ABI".

void *__cxa_allocate_exception(size_t size) {
  void *exception = malloc(size);
  if (exception == NULL) end("no memory for an exception");
  return exception;
}

void __cxa_free_exception(void *exception) { free(exception); }

_Noreturn void __cxa_throw(void *exception UNUSED, const struct type_info *type, void (*destroy)(void *) UNUSED) {
  end(type->name);
}

_Noreturn void __cxa_rethrow(void) { end("rethrow"); }
_Noreturn void __cxa_rethrow_primary_exception(void *exception UNUSED) { end("rethrow"); }

void *__cxa_begin_catch(void *exception) { return exception; }
void __cxa_end_catch(void) {}

// std::exception_ptr: there is never an exception to refer to.
void *__cxa_current_primary_exception(void) { return NULL; }
void __cxa_increment_exception_refcount(void *exception UNUSED) {}
void __cxa_decrement_exception_refcount(void *exception UNUSED) {}
unsigned __cxa_uncaught_exceptions(void) { return 0; }

// std::terminate, and std::get_new_handler, which operator new asks before it throws.
_Noreturn void _ZSt9terminatev(void) { end("std::terminate"); }
void (*_ZSt15get_new_handlerv(void))(void) { return NULL; }

// Nothing unwinds the stack, so nobody calls these; the tables of the library's functions name them. The last one is what
// Windows calls it.
_Noreturn void _Unwind_Resume(void *exception UNUSED) { end("unwinding"); }
_Noreturn void __gxx_personality_v0(void) { end("unwinding"); }
_Noreturn void __gxx_personality_seh0(void) { end("unwinding"); }

#ifdef _WIN32
// MinGW's own printf, of 20 KB, serves two here: its start code, which says what it ends the process for, and the text of
// an unknown error's number in the C++ library. msvcrt.dll has one for that.
int __mingw_vfprintf(FILE *file, const char *format, va_list arguments UNUSED) { return fputs(format, file); }
int __mingw_vsnprintf(char *buffer, size_t size, const char *format, va_list arguments) {
  const int length = _vsnprintf(buffer, size, format, arguments);
  if (size > 0) buffer[size - 1] = '\0';
  return length;
}
#endif
