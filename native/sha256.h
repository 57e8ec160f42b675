// SHA-256 (FIPS 180-4) by the OpenSSL that the host process carries and exports, never by one we link: the
// host's uses the processor's instructions, and two OpenSSLs in one process would fight over symbols. Where
// the host exports none, or it fails a known answer, a portable implementation takes over.
// PLOKE_IO_PORTABLE_SHA256=1 forces that one.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace ploke {

using Digest = std::array<uint8_t, 32>;

// Finds and checks the host's functions, once per process. Call it on the JavaScript thread first: it reads
// the environment, which only that thread may change.
bool sha256_is_host();

// The state of the portable implementation.
class PortableSha256 {
 public:
  PortableSha256() { reset(); }
  void reset();
  void update(const void* data, size_t size);
  Digest finish();

 private:
  void block(const uint8_t* bytes);
  uint32_t state_[8];
  uint8_t pending_[64];
  uint64_t size_;
};

// One hash after another: finish() starts anew. Keep one for a whole job, since making the host's context
// costs as much as hashing 300 bytes. Not for two threads at once.
class Sha256 {
 public:
  Sha256();
  ~Sha256();
  Sha256(const Sha256&) = delete;
  Sha256& operator=(const Sha256&) = delete;

  void update(const void* data, size_t size);
  // nullopt: the host's implementation refused half-way (a FIPS provider in its error state does), so there
  // is no hash.
  std::optional<Digest> finish();
  // One call; falls back to the portable implementation, so it cannot fail.
  Digest of(const void* data, size_t size);

 private:
  void begin();
  void* context_ = nullptr;  // EVP_MD_CTX, or nullptr: portable
  bool begun_ = false;
  bool failed_ = false;
  PortableSha256 portable_;
};

// `sha256-` and 64 lower-case hex digits.
std::string hash_text(const Digest& digest);
constexpr size_t kHashTextBytes = 7 + 64;
// nullopt: it is not what hash_text writes.
std::optional<Digest> hash_parse(std::string_view text);

}  // namespace ploke
