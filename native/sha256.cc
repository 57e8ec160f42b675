#include "sha256.h"

#include <cstdlib>
#include <cstring>

#include "platform.h"

namespace ploke {
namespace {

// --- as text ---

constexpr std::string_view kHashPrefix = "sha256-";

// -1: no lower-case hex digit.
int digit_value(char digit) {
  if (digit >= '0' && digit <= '9') return digit - '0';
  return digit >= 'a' && digit <= 'f' ? digit - 'a' + 10 : -1;
}

// --- the host's ---

struct HostFunctions {
  void* (*context_new)() = nullptr;
  void (*context_free)(void*) = nullptr;
  int (*init)(void*, const void*, void*) = nullptr;
  int (*update)(void*, const void*, size_t) = nullptr;
  int (*finish)(void*, unsigned char*, unsigned int*) = nullptr;
  const void* algorithm = nullptr;
  bool trusted = false;
};

template <class Function>
bool look_up(Function* function, const char* name) {
  *function = reinterpret_cast<Function>(host_symbol(name));
  return *function != nullptr;
}

bool host_hash(const HostFunctions& host, void* context, const void* data, size_t size, size_t cut,
               Digest* digest) {
  unsigned int length = 0;
  return host.init(context, host.algorithm, nullptr) == 1 && host.update(context, data, cut) == 1 &&
         host.update(context, static_cast<const uint8_t*>(data) + cut, size - cut) == 1 &&
         host.finish(context, digest->data(), &length) == 1 && length == digest->size();
}

// Two hashes in one context: what it takes to trust that a symbol of a known name is the function we know.
bool answers_are_right(const HostFunctions& host) {
  // FIPS 180-4 examples: the one-block and the two-block message.
  static const char* const messages[] = {"abc", "abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq"};
  static const char* const answers[] = {
      "sha256-ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad",
      "sha256-248d6a61d20638b8e5c026930c3e6039a33ce45964ff2167f6ecedd419db06c1"};
  void* context = host.context_new();
  if (context == nullptr) return false;
  bool right = true;
  for (size_t i = 0; i < 2 && right; i++) {
    Digest digest;
    const size_t size = std::strlen(messages[i]);
    right = host_hash(host, context, messages[i], size, size / 2, &digest) && hash_text(digest) == answers[i];
  }
  host.context_free(context);
  return right;
}

HostFunctions find_host_functions() {
  HostFunctions host;
  const char* portable = std::getenv("PLOKE_IO_PORTABLE_SHA256");
  if (portable != nullptr && std::strcmp(portable, "1") == 0) return host;
  if (!look_up(&host.context_new, "EVP_MD_CTX_new") || !look_up(&host.context_free, "EVP_MD_CTX_free") ||
      !look_up(&host.init, "EVP_DigestInit_ex") || !look_up(&host.update, "EVP_DigestUpdate") ||
      !look_up(&host.finish, "EVP_DigestFinal_ex")) {
    return host;
  }
  // OpenSSL 3 searches its providers for the algorithm at each EVP_DigestInit_ex with EVP_sha256() (230 ns);
  // one fetched beforehand is used as it is (crypto(7), "Performance"). OpenSSL 1.1 and BoringSSL know only
  // the other. It is held for the life of the process, as the functions are.
  void* (*fetch)(void*, const char*, const char*) = nullptr;
  const void* (*plain)() = nullptr;
  if (look_up(&fetch, "EVP_MD_fetch")) host.algorithm = fetch(nullptr, "SHA256", nullptr);
  if (host.algorithm == nullptr && look_up(&plain, "EVP_sha256")) host.algorithm = plain();
  host.trusted = host.algorithm != nullptr && answers_are_right(host);
  return host;
}

const HostFunctions& host_functions() {
  static const HostFunctions host = find_host_functions();
  return host;
}

// --- portable ---

// FIPS 180-4, 4.2.2.
constexpr uint32_t kRound[64] = {
    0x428a2f98, 0x71374491, 0xb5c0fbcf, 0xe9b5dba5, 0x3956c25b, 0x59f111f1, 0x923f82a4, 0xab1c5ed5,
    0xd807aa98, 0x12835b01, 0x243185be, 0x550c7dc3, 0x72be5d74, 0x80deb1fe, 0x9bdc06a7, 0xc19bf174,
    0xe49b69c1, 0xefbe4786, 0x0fc19dc6, 0x240ca1cc, 0x2de92c6f, 0x4a7484aa, 0x5cb0a9dc, 0x76f988da,
    0x983e5152, 0xa831c66d, 0xb00327c8, 0xbf597fc7, 0xc6e00bf3, 0xd5a79147, 0x06ca6351, 0x14292967,
    0x27b70a85, 0x2e1b2138, 0x4d2c6dfc, 0x53380d13, 0x650a7354, 0x766a0abb, 0x81c2c92e, 0x92722c85,
    0xa2bfe8a1, 0xa81a664b, 0xc24b8b70, 0xc76c51a3, 0xd192e819, 0xd6990624, 0xf40e3585, 0x106aa070,
    0x19a4c116, 0x1e376c08, 0x2748774c, 0x34b0bcb5, 0x391c0cb3, 0x4ed8aa4a, 0x5b9cca4f, 0x682e6ff3,
    0x748f82ee, 0x78a5636f, 0x84c87814, 0x8cc70208, 0x90befffa, 0xa4506ceb, 0xbef9a3f7, 0xc67178f2,
};

uint32_t rotate(uint32_t value, int by) { return (value >> by) | (value << (32 - by)); }

uint32_t load_big_endian(const uint8_t* bytes) {
  return static_cast<uint32_t>(bytes[0]) << 24 | static_cast<uint32_t>(bytes[1]) << 16 |
         static_cast<uint32_t>(bytes[2]) << 8 | bytes[3];
}

}  // namespace

// FIPS 180-4, 5.3.3.
void PortableSha256::reset() {
  constexpr uint32_t kInitial[8] = {0x6a09e667, 0xbb67ae85, 0x3c6ef372, 0xa54ff53a,
                                    0x510e527f, 0x9b05688c, 0x1f83d9ab, 0x5be0cd19};
  std::memcpy(state_, kInitial, sizeof state_);
  size_ = 0;
}

// FIPS 180-4, 6.2.2, with its names.
void PortableSha256::block(const uint8_t* bytes) {
  uint32_t w[64];
  for (int t = 0; t < 16; t++) w[t] = load_big_endian(bytes + 4 * t);
  for (int t = 16; t < 64; t++) {
    const uint32_t s0 = rotate(w[t - 15], 7) ^ rotate(w[t - 15], 18) ^ (w[t - 15] >> 3);
    const uint32_t s1 = rotate(w[t - 2], 17) ^ rotate(w[t - 2], 19) ^ (w[t - 2] >> 10);
    w[t] = w[t - 16] + s0 + w[t - 7] + s1;
  }
  uint32_t a = state_[0], b = state_[1], c = state_[2], d = state_[3];
  uint32_t e = state_[4], f = state_[5], g = state_[6], h = state_[7];
  for (int t = 0; t < 64; t++) {
    const uint32_t t1 =
        h + (rotate(e, 6) ^ rotate(e, 11) ^ rotate(e, 25)) + ((e & f) ^ (~e & g)) + kRound[t] + w[t];
    const uint32_t t2 = (rotate(a, 2) ^ rotate(a, 13) ^ rotate(a, 22)) + ((a & b) ^ (a & c) ^ (b & c));
    h = g, g = f, f = e, e = d + t1;
    d = c, c = b, b = a, a = t1 + t2;
  }
  state_[0] += a, state_[1] += b, state_[2] += c, state_[3] += d;
  state_[4] += e, state_[5] += f, state_[6] += g, state_[7] += h;
}

void PortableSha256::update(const void* data, size_t size) {
  const auto* bytes = static_cast<const uint8_t*>(data);
  const size_t held = size_ % 64;
  size_ += size;
  if (held > 0) {
    const size_t taken = size < 64 - held ? size : 64 - held;
    if (taken > 0) std::memcpy(pending_ + held, bytes, taken);
    bytes += taken;
    size -= taken;
    if (held + taken < 64) return;
    block(pending_);
  }
  for (; size >= 64; bytes += 64, size -= 64) block(bytes);
  if (size > 0) std::memcpy(pending_, bytes, size);
}

Digest PortableSha256::finish() {
  // FIPS 180-4, 5.1.1: a one bit, zeros, and the length in bits as 64 bits at the end of a block.
  const uint64_t bits = size_ * 8;
  uint8_t padding[72] = {0x80};
  const size_t held = size_ % 64;
  const size_t zeros_end = held < 56 ? 56 - held : 120 - held;
  for (int i = 0; i < 8; i++) padding[zeros_end + i] = static_cast<uint8_t>(bits >> (56 - 8 * i));
  update(padding, zeros_end + 8);
  Digest digest;
  for (int i = 0; i < 32; i++) digest[i] = static_cast<uint8_t>(state_[i / 4] >> (24 - 8 * (i % 4)));
  reset();
  return digest;
}

// --- either ---

bool sha256_is_host() { return host_functions().trusted; }

Sha256::Sha256() {
  if (host_functions().trusted) context_ = host_functions().context_new();
}

Sha256::~Sha256() {
  if (context_ != nullptr) host_functions().context_free(context_);
}

void Sha256::begin() {
  begun_ = true;
  const HostFunctions& host = host_functions();
  failed_ = context_ != nullptr && host.init(context_, host.algorithm, nullptr) != 1;
}

void Sha256::update(const void* data, size_t size) {
  if (!begun_) begin();
  if (context_ == nullptr) {
    portable_.update(data, size);
  } else if (!failed_) {
    failed_ = host_functions().update(context_, data, size) != 1;
  }
}

std::optional<Digest> Sha256::finish() {
  if (!begun_) begin();
  begun_ = false;
  if (context_ == nullptr) return portable_.finish();
  Digest digest;
  unsigned int length = 0;
  if (failed_ || host_functions().finish(context_, digest.data(), &length) != 1 || length != digest.size())
    return std::nullopt;
  return digest;
}

Digest Sha256::of(const void* data, size_t size) {
  update(data, size);
  if (std::optional<Digest> digest = finish()) return *digest;
  PortableSha256 portable;
  portable.update(data, size);
  return portable.finish();
}

std::string hash_text(const Digest& digest) {
  constexpr char kDigits[] = "0123456789abcdef";
  std::string text(kHashTextBytes, '\0');
  kHashPrefix.copy(&text[0], kHashPrefix.size());
  size_t end = kHashPrefix.size();
  for (const uint8_t byte : digest) {
    text[end++] = kDigits[byte >> 4];
    text[end++] = kDigits[byte & 15];
  }
  return text;
}

std::optional<Digest> hash_parse(std::string_view text) {
  if (text.size() != kHashTextBytes || text.substr(0, kHashPrefix.size()) != kHashPrefix) return std::nullopt;
  text.remove_prefix(kHashPrefix.size());
  Digest digest;
  for (size_t i = 0; i < digest.size(); i++) {
    const int high = digit_value(text[2 * i]), low = digit_value(text[2 * i + 1]);
    if (high < 0 || low < 0) return std::nullopt;
    digest[i] = static_cast<uint8_t>(high << 4 | low);
  }
  return digest;
}

}  // namespace ploke
