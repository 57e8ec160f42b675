// Opaque handles that JavaScript holds. Include environment.h instead.
#pragma once

#include <napi.h>

#include <cstdint>
#include <memory>
#include <type_traits>
#include <utility>

namespace ploke {

// What an External points to; the tag says which T it was, and the shared pointer knows how to delete it.
struct HandleBox {
  std::shared_ptr<void> value;
};

// An address of its own for each T. It is of this copy of the addon, so handles of another copy in the
// process are foreign.
template <class T>
inline constexpr char kHandleAnchor = 0;

template <class T>
napi_type_tag handle_tag() {
  return {0x706c6f6b652d696fu /* "ploke-io" */,
          reinterpret_cast<uintptr_t>(&kHandleAnchor<std::remove_const_t<T>>)};
}

template <class T>
Napi::Value wrap_handle(Napi::Env env, std::shared_ptr<T> value) {
  auto box = std::make_unique<HandleBox>();
  box->value = std::const_pointer_cast<std::remove_const_t<T>>(std::move(value));
  const auto external =
      Napi::External<HandleBox>::New(env, box.get(), [](Napi::Env, HandleBox* own) { delete own; });
  if (external.IsEmpty()) return env.Undefined();
  static_cast<void>(box.release());  // the finalizer deletes it
  const napi_type_tag tag = handle_tag<T>();
  external.TypeTag(&tag);
  return external;
}

// nullptr, with a TypeError pending, for anything that is not a handle of T's kind. Only the tag makes the
// pointer safe to look at: an External of another addon points to who knows what.
template <class T>
HandleBox* handle_box(Napi::Env env, Napi::Value value) {
  if (value.IsExternal()) {
    const auto external = value.As<Napi::External<HandleBox>>();
    const napi_type_tag tag = handle_tag<T>();
    if (external.CheckTypeTag(&tag)) return external.Data();
  }
  if (!env.IsExceptionPending())
    Napi::TypeError::New(env, "not a handle of this kind").ThrowAsJavaScriptException();
  return nullptr;
}

template <class T>
std::shared_ptr<T> unwrap_handle(Napi::Env env, Napi::Value value) {
  HandleBox* box = handle_box<T>(env, value);
  if (box == nullptr) return nullptr;
  if (box->value == nullptr) {
    Napi::TypeError::New(env, "the handle is closed").ThrowAsJavaScriptException();
    return nullptr;
  }
  return std::static_pointer_cast<T>(box->value);
}

template <class T>
std::shared_ptr<T> release_handle(Napi::Value value) {
  HandleBox* box = handle_box<T>(value.Env(), value);
  if (box == nullptr) return nullptr;
  return std::static_pointer_cast<T>(std::exchange(box->value, nullptr));
}

}  // namespace ploke
