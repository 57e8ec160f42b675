// A growable run of bytes that says so when memory runs out, where std::vector would throw. For anything
// whose size a file decides.
#pragma once

#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <cstring>
#include <utility>

namespace ploke {

class ByteBuffer {
 public:
  ByteBuffer() = default;
  ByteBuffer(ByteBuffer&& other) noexcept
      : data_(std::exchange(other.data_, nullptr)),
        size_(std::exchange(other.size_, 0)),
        capacity_(std::exchange(other.capacity_, 0)) {}
  ByteBuffer& operator=(ByteBuffer&& other) noexcept {
    if (this != &other) {
      std::free(data_);
      data_ = std::exchange(other.data_, nullptr);
      size_ = std::exchange(other.size_, 0);
      capacity_ = std::exchange(other.capacity_, 0);
    }
    return *this;
  }
  ByteBuffer(const ByteBuffer&) = delete;
  ByteBuffer& operator=(const ByteBuffer&) = delete;
  ~ByteBuffer() { std::free(data_); }

  uint8_t* data() { return data_; }
  const uint8_t* data() const { return data_; }
  size_t size() const { return size_; }
  size_t capacity() const { return capacity_; }
  void resize_within_capacity(size_t size) { size_ = size; }
  void clear() { size_ = 0; }
  void release() { *this = ByteBuffer(); }

  // False: no memory; what is held stays as it is.
  [[nodiscard]] bool reserve(size_t capacity) {
    if (capacity <= capacity_) return true;
    void* grown = std::realloc(data_, capacity);
    if (grown == nullptr) return false;
    data_ = static_cast<uint8_t*>(grown);
    capacity_ = capacity;
    return true;
  }

  // Makes room for `more` bytes, at least doubling, so that appending in pieces costs a constant per byte.
  [[nodiscard]] bool grow_for(size_t more) {
    if (more <= capacity_ - size_) return true;
    if (more > SIZE_MAX / 2 - size_) return false;
    const size_t needed = size_ + more;
    return reserve(capacity_ > needed / 2 ? capacity_ * 2 : needed);
  }

  [[nodiscard]] bool append(const void* bytes, size_t count) {
    if (count == 0) return true;
    if (!grow_for(count)) return false;
    std::memcpy(data_ + size_, bytes, count);
    size_ += count;
    return true;
  }

  // Gives back what is not used. Failing to is no failure.
  void shrink() {
    if (size_ == 0 || size_ == capacity_) return;
    void* shrunk = std::realloc(data_, size_);
    if (shrunk == nullptr) return;
    data_ = static_cast<uint8_t*>(shrunk);
    capacity_ = size_;
  }

 private:
  uint8_t* data_ = nullptr;
  size_t size_ = 0;
  size_t capacity_ = 0;
};

}  // namespace ploke
