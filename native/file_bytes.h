// Reading an open regular file to its end. Its size is a hint: what counts is where read(2) says that it
// ends. Ends early with ECANCELED, between pieces, where an Interruption asks for it.
#pragma once

#include <functional>

#include "byte_buffer.h"
#include "platform.h"
#include "sha256.h"

namespace ploke {

// The whole file into `buffer`, and the hash of exactly those bytes. kTooLarge above `max_bytes`. `handle` is
// at offset 0.
Result<Digest> file_read_whole(const Handle& handle, uint64_t size_hint, uint64_t max_bytes,
                               ByteBuffer* buffer, Sha256* hash);

// The file piece by piece from its beginning, whatever the handle's offset, however large it is. `scratch`
// holds the pieces. Stops at an error of `each`, which may be empty.
Result<Digest> file_read_pieces(const Handle& handle, uint64_t size_hint, ByteBuffer* scratch, Sha256* hash,
                                const std::function<SysError(const uint8_t* data, size_t size)>& each);

// Where a file seems to end that may not have been finished when its size was asked for: ESTALE, if it was
// not.
SysError file_end_check(const Handle& handle, uint64_t end);

}  // namespace ploke
