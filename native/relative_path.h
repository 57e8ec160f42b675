// The text of a path argument, taken apart. TypeScript has removed ".", ".." and "//" already; a text that
// still has them is refused here, so that no mistake there can become an escape.
#pragma once

#include <string>
#include <string_view>

namespace ploke {

class RelativePath {
 public:
  explicit RelativePath(std::string_view path) : text_(path) {
    while (!text_.empty() && text_.back() == '/') {
      text_.pop_back();
      wants_directory_ = true;
    }
  }

  // Without a trailing slash: a *at call would follow a link before it.
  const std::string& text() const { return text_; }
  bool wants_directory() const { return wants_directory_; }
  std::string directory() const { return split() == std::string::npos ? "" : text_.substr(0, split()); }
  std::string name() const { return split() == std::string::npos ? text_ : text_.substr(split() + 1); }

  // To the directory, "" for the root. The "." keeps a link before it what it is in the whole path: not the
  // last name, which the kernel treats otherwise (protected_symlinks in proc(5)); and the directory must be
  // searchable.
  std::string way() const { return split() == std::string::npos ? "" : directory() + "/."; }

  bool valid() const {
    if (text_.empty()) return true;
    for (size_t begin = 0; begin <= text_.size();) {
      size_t end = text_.find('/', begin);
      if (end == std::string::npos) end = text_.size();
      const std::string_view name = std::string_view(text_).substr(begin, end - begin);
      if (name.empty() || name == "." || name == "..") return false;
      begin = end + 1;
    }
    return text_.find('\0') == std::string::npos;
  }

 private:
  size_t split() const { return text_.rfind('/'); }

  std::string text_;
  bool wants_directory_ = false;
};

}  // namespace ploke
