// Fills the pointers of win32-host-imports.mjs with the functions of the program that loads the addon, whatever its file is
// called. Node built as a library (`--shared`) has them in libnode.dll.
#include <windows.h>

// In the order of the names, which end with an empty one.
extern FARPROC ploke_io_host_imports[];
extern const char ploke_io_host_import_names[];

static FARPROC host_function(const char *name) {
  HMODULE library = GetModuleHandleW(L"libnode.dll");
  FARPROC function = library == NULL ? NULL : GetProcAddress(library, name);
  return function != NULL ? function : GetProcAddress(GetModuleHandleW(NULL), name);
}

// Only looks up what is loaded already, which is allowed here ("Dynamic-Link Library Best Practices"). FALSE makes
// LoadLibrary fail: a host that lacks a function of Node-API is told so at once, and not by a crash later.
BOOL WINAPI DllMain(HINSTANCE library, DWORD reason, LPVOID reserved) {
  (void)library;
  (void)reserved;
  if (reason != DLL_PROCESS_ATTACH) return TRUE;
  const char *name = ploke_io_host_import_names;
  for (FARPROC *function = ploke_io_host_imports; *name != '\0'; function++) {
    *function = host_function(name);
    if (*function == NULL) return FALSE;
    while (*name != '\0') name++;
    name++;
  }
  return TRUE;
}
