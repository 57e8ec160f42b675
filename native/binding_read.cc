// readBatch and the streams: arguments in, columns out. The other half of export_reads is binding_look.cc.
#include <algorithm>
#include <cerrno>
#include <cstdint>
#include <optional>

#include "binding_look.h"
#include "content_cache.h"
#include "read_batch.h"
#include "stream.h"
#include "utf8.h"

namespace ploke {
namespace {

constexpr size_t kSliceWidth = 5;                          // SLICE_WIDTH in src/native/look-batches.ts
constexpr size_t kExpectedHashWidth = 1 + sizeof(Digest);  // EXPECTED_HASH_WIDTH
// Slices up to this many bytes are cut out of a text that they share: a string of their own costs several
// times as much. Whoever keeps one of them keeps that text, so it is small too.
constexpr size_t kSharedSliceBytes = 1024;
constexpr size_t kSharedTextBytes = 64 * 1024;

// Small integers as long as all are: V8 makes a heap object of what it takes out of an array of doubles.
Napi::Value to_offsets(Napi::Env env, const std::vector<double>& offsets) {
  if (std::any_of(offsets.begin(), offsets.end(), [](double offset) { return offset > INT32_MAX; })) {
    return to_typed(env, offsets);
  }
  return to_typed(env, std::vector<int32_t>(offsets.begin(), offsets.end()));
}

class ReadJob final : public Job {
 public:
  static Napi::Value submit(const Napi::CallbackInfo& info);

  void run() override { batch_->run(); }

  Napi::Value finish(Napi::Env env) override {
    const std::vector<ReadBatch::File>& files = batch_->files();
    const size_t slice_count = batch_->request().slices.size();
    BatchStatus status(files.size());
    std::vector<double> byte_lengths(files.size());
    std::vector<uint8_t> as_expected(files.size());
    Columns columns(env, slice_count);
    SharedTexts shared(env, *batch_, &columns);
    Napi::Array hashes = Napi::Array::New(env, files.size());
    Napi::Array stamps = Napi::Array::New(env, batch_->request().stamps ? files.size() : 0);

    size_t next = 0;
    for (size_t i = 0; i < files.size(); i++) {
      const Napi::HandleScope scope(env);
      const size_t first = next;
      while (next < slice_count && batch_->request().slices[next].file == i) next++;
      SysError error = files[i].error;
      if (error.ok()) error = make_contents(env, first, next, &columns, &shared);
      if (!error.ok()) columns.blank(env, first, next);
      status.set(i, error);
      const auto index = static_cast<uint32_t>(i);
      byte_lengths[i] = static_cast<double>(files[i].byte_length);
      as_expected[i] = error.ok() && files[i].as_expected;
      if (error.ok() && !files[i].as_expected) hashes.Set(index, text_value(env, files[i].hash));
      if (batch_->request().stamps) {
        stamps.Set(index, error.ok() ? text_value(env, files[i].stamp) : env.Undefined());
      }
    }

    Napi::Object result = Napi::Object::New(env);
    status.write(env, result);
    result.Set("byteLengths", to_typed(env, byte_lengths));
    result.Set("hashes", hashes);
    result.Set("asExpected", to_typed(env, as_expected));
    result.Set("stamps", batch_->request().stamps ? Napi::Value(stamps) : env.Null());
    columns.write(env, result);
    result.Set("texts", shared.finish());
    result.Set("filesRead", Napi::Number::New(env, batch_->files_read()));
    result.Set("bytesRead", Napi::Number::New(env, static_cast<double>(batch_->bytes_read())));
    result.Set("passedCacheBy", Napi::Boolean::New(env, batch_->passed_cache_by()));
    return result;
  }

 private:
  // What is said of each slice.
  struct Columns {
    Columns(Napi::Env env, size_t count)
        : status(count),
          starts(count),
          ends(count),
          truncated(count),
          texts(count, -1),
          text_starts(count),
          contents(Napi::Array::New(env, count)) {}
    void blank(Napi::Env env, size_t begin, size_t end) {
      for (size_t i = begin; i < end; i++) {
        status[i] = 0;
        starts[i] = ends[i] = 0;
        truncated[i] = 0;
        texts[i] = -1;
        contents.Set(static_cast<uint32_t>(i), env.Undefined());
      }
    }
    void write(Napi::Env env, Napi::Object result) const {
      result.Set("sliceStatus", to_typed(env, status));
      result.Set("sliceStarts", to_offsets(env, starts));
      result.Set("sliceEnds", to_offsets(env, ends));
      result.Set("truncated", to_typed(env, truncated));
      result.Set("textOf", to_typed(env, texts));
      result.Set("textStarts", to_typed(env, text_starts));
      result.Set("contents", contents);
    }
    std::vector<int32_t> status;
    std::vector<double> starts, ends;
    std::vector<uint8_t> truncated;
    std::vector<int32_t> texts;  // which of the shared texts; -1: none
    std::vector<uint32_t> text_starts;
    Napi::Array contents;
  };

  // Small ASCII slices follow one another in the batch's first buffer: runs of them become one string each.
  class SharedTexts {
   public:
    SharedTexts(Napi::Env env, const ReadBatch& batch, Columns* columns)
        : env_(env), batch_(batch), columns_(columns), texts_(Napi::Array::New(env)) {}

    // False: the slice is none of those.
    bool add(size_t slice) {
      const ReadBatch::Content& content = batch_.contents()[slice];
      const auto size = static_cast<size_t>(content.slice.end - content.slice.start);
      if (!batch_.request().text || !content.ascii || content.buffer != 0 || size == 0 ||
          size > kSharedSliceBytes) {
        return false;
      }
      if (content.offset != end_ || end_ + size > start_ + kSharedTextBytes) {
        make();
        start_ = end_ = content.offset;
      }
      columns_->texts[slice] = static_cast<int32_t>(count_);
      columns_->text_starts[slice] = static_cast<uint32_t>(content.offset - start_);
      end_ += size;
      return true;
    }

    Napi::Array finish() {
      make();
      return texts_;
    }

   private:
    void make() {
      if (end_ == start_) return;
      const Napi::HandleScope scope(env_);
      ReadBatch::Content first;
      first.offset = start_;
      const auto* bytes = reinterpret_cast<const char*>(batch_.bytes(first));
      texts_.Set(count_++, to_text(env_, bytes, end_ - start_, true));
    }

    Napi::Env env_;
    const ReadBatch& batch_;
    Columns* columns_;
    Napi::Array texts_;
    uint32_t count_ = 0;
    size_t start_ = 0, end_ = 0;  // of the text that is being put together, in the first buffer
  };

  // The slices of one file. Its bytes are freed as soon as JavaScript has its own.
  SysError make_contents(Napi::Env env, size_t begin, size_t end, Columns* columns, SharedTexts* shared) {
    const bool text = batch_->request().text;
    for (size_t i = begin; i < end; i++) {
      const ReadBatch::Content& content = batch_->contents()[i];
      const Slice& slice = content.slice;
      columns->status[i] = slice.status;
      columns->starts[i] = static_cast<double>(slice.start);
      columns->ends[i] = static_cast<double>(slice.end);
      columns->truncated[i] = slice.truncated;
      if (slice.status == 0 && shared->add(i)) continue;
      Napi::Value value = env.Undefined();
      if (slice.status == 0) {
        const auto* bytes = reinterpret_cast<const char*>(batch_->bytes(content));
        const auto size = static_cast<size_t>(slice.end - slice.start);
        value = text ? to_text(env, bytes, size, content.ascii) : to_bytes(env, bytes, size);
      }
      if (env.IsExceptionPending()) {
        env.GetAndClearPendingException();
        return text ? SysError{kTooLarge, Call::none} : SysError{ENOMEM, Call::malloc};
      }
      columns->contents.Set(static_cast<uint32_t>(i), value);
    }
    for (size_t i = begin; i < end; i++) batch_->release(batch_->contents()[i]);
    return {};
  }

  PathList list_;
  std::optional<ReadBatch> batch_;
};

// False: not what SLICE_WIDTH and "ordered by file" say.
bool read_slices(const Napi::Value& value, size_t file_count, std::vector<ReadRequest::FileSlice>* slices) {
  if (!is_float64_array(value)) return false;
  const auto numbers = value.As<Napi::Float64Array>();
  if (numbers.ElementLength() % kSliceWidth != 0) return false;
  const double* number = numbers.Data();
  slices->reserve(numbers.ElementLength() / kSliceWidth);
  uint64_t file_before = 0;
  for (size_t i = 0; i < numbers.ElementLength(); i += kSliceWidth, number += kSliceWidth) {
    const uint64_t file = saturate(number[0]);
    const uint64_t mode = saturate(number[1]);
    if (file < file_before || file >= file_count || mode > static_cast<uint64_t>(SliceMode::last_lines))
      return false;
    file_before = file;
    slices->push_back(
        {static_cast<size_t>(file),
         {static_cast<SliceMode>(mode), saturate(number[2]), saturate(number[3]), saturate(number[4])}});
  }
  return true;
}

// False: not what EXPECTED_HASH_WIDTH says.
bool read_expected(const Napi::Value& value, size_t file_count,
                   std::vector<std::optional<Digest>>* expected) {
  if (value.IsNull()) return true;
  if (!value.IsTypedArray() || value.As<Napi::TypedArray>().TypedArrayType() != napi_uint8_array)
    return false;
  const auto bytes = value.As<Napi::Uint8Array>();
  if (bytes.ElementLength() != file_count * kExpectedHashWidth) return false;
  expected->resize(file_count);
  const uint8_t* next = bytes.Data();
  for (std::optional<Digest>& digest : *expected) {
    if (*next == 1) std::copy_n(next + 1, sizeof(Digest), digest.emplace().begin());
    next += kExpectedHashWidth;
  }
  return true;
}

Napi::Value ReadJob::submit(const Napi::CallbackInfo& info) {
  const Napi::Env env = info.Env();
  auto job = std::make_unique<ReadJob>();
  const Napi::Object argument = read_request(info, &job->list_);
  if (argument.IsEmpty()) return env.Undefined();
  ReadRequest request{batch_paths(&job->list_)};
  const Napi::Value max_file_bytes = argument.Get("maxFileBytes");
  if (!max_file_bytes.IsNumber() ||
      !read_slices(argument.Get("slices"), request.files.count(), &request.slices) ||
      !read_expected(argument.Get("expectedHashes"), request.files.count(), &request.expected)) {
    return refuse(env, "readBatch needs maxFileBytes, slices ordered by file, and hashes or none");
  }
  request.max_file_bytes = saturate(max_file_bytes.As<Napi::Number>().DoubleValue());
  request.text = is_true(argument.Get("text"));
  request.stamps = is_true(argument.Get("stamps"));
  const Napi::Value cache = argument.Get("cache");
  if (!cache.IsEmpty() && cache.IsExternal()) {
    request.cache = unwrap_handle<ContentCache>(env, cache);
    if (request.cache == nullptr) return env.Undefined();
  }
  job->batch_.emplace(std::move(request));
  return Environment::of(env).submit(env, std::move(job));
}

// --- streams ---

void set_error(Napi::Env env, Napi::Object result, SysError error) {
  result.Set("status", Napi::Number::New(env, error.code));
  result.Set("syscall", Napi::Number::New(env, static_cast<uint32_t>(error.call)));
}

class OpenStreamJob final : public Job {
 public:
  static Napi::Value submit(const Napi::CallbackInfo& info) {
    const Napi::Env env = info.Env();
    auto job = std::make_unique<OpenStreamJob>();
    if (read_request(info, &job->list_).IsEmpty()) return env.Undefined();
    if (job->list_.count() != 1) return refuse(env, "openStream needs one path");
    return Environment::of(env).submit(env, std::move(job));
  }

  void run() override {
    if (list_.cancel.requested()) {
      error_ = {ECANCELED, Call::none};
      return;
    }
    const std::function<bool()> cancelled = [this] { return list_.cancel.requested(); };
    const Interruption interruption(cancelled);
    Result<std::shared_ptr<FileStream>> opened =
        stream_open(Resolver(list_.set), list_.roots[0], list_.paths[0]);
    if (opened.ok()) stream_ = opened.take();
    error_ = opened.error();
  }

  Napi::Value finish(Napi::Env env) override {
    Napi::Object result = Napi::Object::New(env);
    set_error(env, result, error_);
    result.Set("byteLength",
               Napi::Number::New(env, stream_ ? static_cast<double>(stream_->byte_length()) : 0));
    result.Set("stream", stream_ ? wrap_handle(env, std::move(stream_)) : env.Undefined());
    return result;
  }

 private:
  PathList list_;
  std::shared_ptr<FileStream> stream_;
  SysError error_;
};

class ReadStreamJob final : public Job {
 public:
  static Napi::Value submit(const Napi::CallbackInfo& info) {
    const Napi::Env env = info.Env();
    if (!info[1].IsNumber() || !info[2].IsNumber())
      return refuse(env, "readStream needs a position and a length");
    auto job = std::make_unique<ReadStreamJob>();
    job->stream_ = unwrap_handle<FileStream>(env, info[0]);
    if (job->stream_ == nullptr) return env.Undefined();
    job->position_ = saturate(info[1].As<Napi::Number>().DoubleValue());
    job->size_ =
        static_cast<size_t>(std::min<uint64_t>(saturate(info[2].As<Napi::Number>().DoubleValue()), SIZE_MAX));
    return Environment::of(env).submit(env, std::move(job));
  }

  void run() override { error_ = stream_->read(position_, size_, &bytes_); }

  Napi::Value finish(Napi::Env env) override {
    Napi::Value bytes = to_bytes(env, bytes_.data(), bytes_.size());
    if (env.IsExceptionPending()) {
      env.GetAndClearPendingException();
      error_ = {ENOMEM, Call::malloc};
      bytes = to_bytes(env, nullptr, 0);
    }
    Napi::Object result = Napi::Object::New(env);
    set_error(env, result, error_);
    result.Set("bytes", bytes);
    return result;
  }

 private:
  std::shared_ptr<FileStream> stream_;  // of its own: closing it meanwhile takes nothing away
  uint64_t position_ = 0;
  size_t size_ = 0;
  ByteBuffer bytes_;
  SysError error_;
};

void close_stream(const Napi::CallbackInfo& info) { release_handle<FileStream>(info[0]); }

}  // namespace

void export_reads(Napi::Object exports) {
  sha256_is_host();  // settles it on this thread, see sha256.h
  export_function(exports, "readBatch", ReadJob::submit);
  export_function(exports, "openStream", OpenStreamJob::submit);
  export_function(exports, "readStream", ReadStreamJob::submit);
  export_function(exports, "closeStream", close_stream);
  export_looks(exports);
}

}  // namespace ploke
