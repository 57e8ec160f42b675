// What every batch is given, free of Node-API: where the paths lead and when to stop.
#pragma once

#include <functional>
#include <string_view>
#include <vector>

#include "resolve.h"

namespace ploke {

struct BatchPaths {
  Resolver resolver;
  std::vector<std::string_view> paths;
  std::vector<uint8_t> roots;
  std::function<bool()> cancelled;  // looked at before each item
  size_t count() const { return paths.size(); }
};

}  // namespace ploke
