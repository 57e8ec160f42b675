// Opaque handles that JavaScript holds.
#pragma once

#include <napi.h>

#include <cstdint>
#include <memory>
#include <type_traits>
#include <utility>

namespace ploke {

// An address of its own for each T. It is of this copy of the addon, so handles of another copy in the
// process are foreign. Not constant: a linker may give constants of one value one address.
template <class T>
inline char kHandleAnchor = 0;

template <class T>
napi_type_tag handle_tag() {
  return {0x706c6f6b652d696fu /* "ploke-io" */,
          reinterpret_cast<uintptr_t>(&kHandleAnchor<std::remove_const_t<T>>)};
}

// In a ring of the handles that JavaScript has, of which the environment is one. Used on the thread of the
// environment.
class HandleLink {
 public:
  HandleLink() = default;
  HandleLink(const HandleLink&) = delete;
  HandleLink& operator=(const HandleLink&) = delete;
  ~HandleLink();
  void insert(HandleLink* link);
  void unlink();
  // Of the environment's link: lets go of what all others hold, and unlinks them. Their finalizers may come
  // later or, as in a worker that Bun terminates, never.
  void release_all();

 private:
  HandleLink* previous_ = this;
  HandleLink* next_ = this;
};

// What there is once, whatever T is: environment_handles.cc.
Napi::Value wrap_tagged(Napi::Env env, std::shared_ptr<void> value, napi_type_tag tag);
std::shared_ptr<void> unwrap_tagged(Napi::Env env, Napi::Value value, napi_type_tag tag);
std::shared_ptr<void> release_tagged(Napi::Value value, napi_type_tag tag);

template <class T>
Napi::Value wrap_handle(Napi::Env env, std::shared_ptr<T> value) {
  return wrap_tagged(env, std::const_pointer_cast<std::remove_const_t<T>>(std::move(value)), handle_tag<T>());
}

template <class T>
std::shared_ptr<T> unwrap_handle(Napi::Env env, Napi::Value value) {
  return std::static_pointer_cast<T>(unwrap_tagged(env, value, handle_tag<T>()));
}

template <class T>
std::shared_ptr<T> release_handle(Napi::Value value) {
  return std::static_pointer_cast<T>(release_tagged(value, handle_tag<T>()));
}

}  // namespace ploke
