// What binding_commit.cc and binding_directory.cc share. Node-API side.
#pragma once

#include <napi.h>

#include "durability.h"

namespace ploke {

// The request's `durability`. False: not a value of NativeDurability.
bool read_durability(const Napi::Object& request, Durability* durability);

}  // namespace ploke
