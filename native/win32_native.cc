// The native functions, with handles of ours.
#include "win32.h"

namespace ploke {
namespace {

// OBJ_DONT_REPARSE (OBJECT_ATTRIBUTES in ntdef.h; Windows 10 1607).
constexpr ULONG kObjectDontReparse = 0x1000;
constexpr ULONG kObjectCaseInsensitive = 0x40;
constexpr size_t kMaxNameUnits = 0x7ffe;  // UNICODE_STRING counts bytes in 16 bits

using NtCreateFileFunction = NTSTATUS(NTAPI*)(PHANDLE, ACCESS_MASK, POBJECT_ATTRIBUTES, PIO_STATUS_BLOCK,
                                              PLARGE_INTEGER, ULONG, ULONG, ULONG, ULONG, PVOID, ULONG);
// NtQueryInformationFile, NtSetInformationFile and NtQueryVolumeInformationFile alike.
using NtInformationFunction = NTSTATUS(NTAPI*)(HANDLE, PIO_STATUS_BLOCK, PVOID, ULONG, int);

NTSTATUS information(NtInformationFunction function, const Handle& handle, int which, void* buffer,
                     size_t size) {
  if (function == nullptr) return static_cast<NTSTATUS>(kStatusNotSupported);
  IO_STATUS_BLOCK block = {};
  return function(native(handle), &block, buffer, static_cast<ULONG>(size), which);
}

NTSTATUS open(HANDLE directory, std::wstring_view name, const NativeOpen& how, Handle* opened) {
  static const auto create = native_function_as<NtCreateFileFunction>("NtCreateFile");
  if (create == nullptr) return static_cast<NTSTATUS>(kStatusNotSupported);
  if (name.size() > kMaxNameUnits) return static_cast<NTSTATUS>(kStatusInvalidParameter);
  UNICODE_STRING text;
  text.Buffer = const_cast<wchar_t*>(name.data());
  text.Length = static_cast<USHORT>(name.size() * sizeof(wchar_t));
  text.MaximumLength = text.Length;
  OBJECT_ATTRIBUTES attributes = {};
  attributes.Length = sizeof(attributes);
  attributes.RootDirectory = directory;
  attributes.ObjectName = &text;
  // Without OBJ_INHERIT: no child process gets it.
  attributes.Attributes = kObjectCaseInsensitive | (how.strictly ? kObjectDontReparse : 0);
  const ULONG options =
      how.options | FILE_SYNCHRONOUS_IO_NONALERT | (how.as_link ? FILE_OPEN_REPARSE_POINT : 0);
  HANDLE raw = nullptr;
  IO_STATUS_BLOCK block = {};
  const NTSTATUS status =
      create(&raw, how.access | SYNCHRONIZE, &attributes, &block, nullptr, FILE_ATTRIBUTE_NORMAL,
             FILE_SHARE_READ | FILE_SHARE_WRITE | FILE_SHARE_DELETE, how.disposition, options, nullptr, 0);
  if (succeeded(status)) *opened = Handle(reinterpret_cast<intptr_t>(raw));
  return status;
}

}  // namespace

void* native_function(const char* name) {
  const HMODULE module = ::GetModuleHandleW(L"ntdll.dll");
  return module == nullptr ? nullptr : reinterpret_cast<void*>(::GetProcAddress(module, name));
}

NTSTATUS query(const Handle& handle, InformationClass which, void* buffer, size_t size) {
  static const auto function = native_function_as<NtInformationFunction>("NtQueryInformationFile");
  return information(function, handle, which, buffer, size);
}

NTSTATUS query_volume(const Handle& handle, VolumeInformationClass which, void* buffer, size_t size) {
  static const auto function = native_function_as<NtInformationFunction>("NtQueryVolumeInformationFile");
  return information(function, handle, which, buffer, size);
}

NTSTATUS set(const Handle& handle, InformationClass which, void* buffer, size_t size) {
  static const auto function = native_function_as<NtInformationFunction>("NtSetInformationFile");
  return information(function, handle, which, buffer, size);
}

NTSTATUS native_open(const Handle& directory, std::wstring_view name, const NativeOpen& how, Handle* opened) {
  return open(native(directory), name, how, opened);
}

NTSTATUS native_open_path(std::wstring_view path, const NativeOpen& how, Handle* opened) {
  return open(nullptr, path, how, opened);
}

bool on_wine() {
  // Documented by Wine for programs that have to know.
  static const bool wine = native_function("wine_get_version") != nullptr;
  return wine;
}

}  // namespace ploke
