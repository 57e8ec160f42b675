#include "environment.h"

namespace ploke {

namespace {

// What an External points to; the tag says of which type it was, and the shared pointer knows how to delete
// it.
struct HandleBox : HandleLink {
  std::shared_ptr<void> value;
};

// nullptr, with a TypeError pending, for anything that is not a handle with this tag. Only the tag makes the
// pointer safe to look at: an External of another addon points to who knows what.
HandleBox* box_of(Napi::Env env, Napi::Value value, napi_type_tag tag) {
  if (value.IsExternal()) {
    const auto external = value.As<Napi::External<HandleBox>>();
    if (external.CheckTypeTag(&tag)) return external.Data();
  }
  if (!env.IsExceptionPending())
    Napi::TypeError::New(env, "not a handle of this kind").ThrowAsJavaScriptException();
  return nullptr;
}

}  // namespace

HandleLink::~HandleLink() { unlink(); }

void HandleLink::insert(HandleLink* link) {
  link->next_ = next_;
  link->previous_ = this;
  next_->previous_ = link;
  next_ = link;
}

void HandleLink::unlink() {
  previous_->next_ = next_;
  next_->previous_ = previous_;
  previous_ = next_ = this;
}

void HandleLink::release_all() {
  while (next_ != this) {
    auto* box = static_cast<HandleBox*>(next_);
    box->unlink();
    box->value.reset();
  }
}

Napi::Value wrap_tagged(Napi::Env env, std::shared_ptr<void> value, napi_type_tag tag) {
  auto box = std::make_unique<HandleBox>();
  box->value = std::move(value);
  const auto external =
      Napi::External<HandleBox>::New(env, box.get(), [](Napi::Env, HandleBox* own) { delete own; });
  if (external.IsEmpty()) return env.Undefined();
  Environment::of(env).handles.insert(box.get());
  static_cast<void>(box.release());  // the finalizer deletes it
  external.TypeTag(&tag);
  return external;
}

std::shared_ptr<void> unwrap_tagged(Napi::Env env, Napi::Value value, napi_type_tag tag) {
  HandleBox* box = box_of(env, value, tag);
  if (box == nullptr) return nullptr;
  if (box->value == nullptr) {
    Napi::TypeError::New(env, "the handle is closed").ThrowAsJavaScriptException();
    return nullptr;
  }
  return box->value;
}

std::shared_ptr<void> release_tagged(Napi::Value value, napi_type_tag tag) {
  HandleBox* box = box_of(value.Env(), value, tag);
  if (box == nullptr) return nullptr;
  return std::exchange(box->value, nullptr);
}

}  // namespace ploke
