#include "toolkit/files/text_file.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>
#include <zlib.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <lode/plugin.hpp>
#include <new>
#include <string_view>
#include <system_error>
#include <utility>

#include "toolkit/files/archive.h"
#include "toolkit/files/naming_file.h"

namespace lode::files {
namespace {

constexpr std::size_t kChunk = std::size_t{4} << 20;  // bytes between two polls

std::string MiB(std::size_t bytes) { return std::to_string(bytes >> 20) + " MiB"; }

// ---- the file

class OpenFile {
 public:
  OpenFile(const std::string& path, const Poll& poll)
      : path_(path),
        poll_(poll),
        descriptor_(open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK)) {
    if (descriptor_ < 0) { Fail(); }
  }
  OpenFile(const OpenFile&) = delete;
  OpenFile& operator=(const OpenFile&) = delete;
  ~OpenFile() {
    if (descriptor_ >= 0) { close(descriptor_); }
  }

  std::string ReadAll() const {
    struct stat status {};
    if (fstat(descriptor_, &status) != 0) { Fail(); }
    if (S_ISDIR(status.st_mode)) { throw IoError(path_ + ": is a directory, expected a file"); }
    if (!S_ISREG(status.st_mode)) { throw IoError(path_ + ": is not a regular file"); }
    const auto size = static_cast<std::size_t>(status.st_size);
    if (size > kMaxBytes) {
      throw IoError(path_ + ": larger than " + MiB(kMaxBytes) + ", not a table");
    }
    std::string bytes(size, '\0');
    bytes.resize(ReadInto(bytes.data(), size));
    return bytes;
  }

 private:
  std::size_t ReadInto(char* data, std::size_t size) const {
    std::size_t done = 0;
    while (done < size) {
      if (poll_) { poll_(); }
      const ssize_t got = read(descriptor_, data + done, std::min(kChunk, size - done));
      if (got == 0) { break; }
      if (got > 0) {
        done += static_cast<std::size_t>(got);
      } else if (errno != EINTR) {
        Fail();
      }
    }
    return done;
  }
  [[noreturn]] void Fail() const {
    throw IoError(path_ + ": " + std::generic_category().message(errno));
  }

  const std::string& path_;
  const Poll& poll_;
  int descriptor_;
};

// ---- gzip

bool IsGzip(std::string_view bytes) { return bytes.starts_with("\x1f\x8b"); }

// Decompresses a gzip file of one or more members into one string.
class Inflater {
 public:
  Inflater(std::string_view bytes, const std::string& name, std::size_t max_bytes, const Poll& poll)
      : bytes_(bytes), name_(name), max_bytes_(max_bytes), poll_(poll) {
    if (inflateInit2(&stream_, 15 + 16) != Z_OK) { throw std::bad_alloc(); }
    stream_.next_in = reinterpret_cast<Bytef*>(const_cast<char*>(bytes.data()));
    stream_.avail_in = static_cast<uInt>(bytes.size());
  }
  Inflater(const Inflater&) = delete;
  Inflater& operator=(const Inflater&) = delete;
  ~Inflater() { inflateEnd(&stream_); }

  std::string Run() {
    text_.resize(std::min(FirstGuess(), max_bytes_ + 1));
    for (Step(); stream_.avail_in > 0; Step()) {
      if (!IsGzip(bytes_.substr(bytes_.size() - stream_.avail_in))) {
        throw IoError(name_ + ": has other data after the end of its gzip data");
      }
      inflateReset(&stream_);
    }
    text_.resize(size_);
    return std::move(text_);
  }

 private:
  // The last four bytes of a gzip file claim its decompressed size; deflate compresses 1032 : 1 at
  // best.
  std::size_t FirstGuess() const {
    std::uint32_t claimed = 0;
    if (bytes_.size() >= 4) { std::memcpy(&claimed, bytes_.data() + bytes_.size() - 4, 4); }
    return std::min<std::size_t>(claimed, bytes_.size() * 1032) + 1;
  }

  // Decompresses to the end of one member.
  void Step() {
    for (int status = Z_OK; status != Z_STREAM_END;) {
      if (poll_) { poll_(); }
      if (size_ == text_.size()) { text_.resize(std::min(2 * size_, max_bytes_ + 1)); }
      const auto room = static_cast<uInt>(std::min(kChunk, text_.size() - size_));
      stream_.next_out = reinterpret_cast<Bytef*>(text_.data() + size_);
      stream_.avail_out = room;
      status = inflate(&stream_, Z_NO_FLUSH);
      size_ += room - stream_.avail_out;
      if (size_ > max_bytes_) {
        throw IoError(name_ + ": unpacks to more than " + MiB(max_bytes_) + ", not a table");
      }
      CheckStatus(status);
    }
  }

  void CheckStatus(int status) const {
    if (status == Z_MEM_ERROR) { throw std::bad_alloc(); }
    if (status == Z_BUF_ERROR ||
        (status == Z_OK && stream_.avail_in == 0 && stream_.avail_out > 0)) {
      throw IoError(name_ + ": the gzip data is truncated");
    }
    if (status != Z_OK && status != Z_STREAM_END) {
      throw IoError(name_ + ": the gzip data is damaged: " +
                    (stream_.msg != nullptr ? stream_.msg : "unknown reason"));
    }
  }

  std::string_view bytes_;
  const std::string& name_;
  std::size_t max_bytes_;
  const Poll& poll_;
  z_stream stream_{};
  std::string text_;
  std::size_t size_ = 0;
};

}  // namespace

std::string_view WithoutByteOrderMark(std::string_view text) {
  constexpr std::string_view kMark = "\xef\xbb\xbf";
  return text.starts_with(kMark) ? text.substr(kMark.size()) : text;
}

std::string Unpack(std::string bytes, const std::string& name, std::size_t max_bytes,
                   const Poll& poll) {
  if (IsGzip(bytes)) { return Inflater(bytes, name, max_bytes, poll).Run(); }
  return bytes;
}

std::string ReadTextFile(const std::string& path, const Poll& poll) {
  return files::NamingFile(path, [&] {
    std::string bytes = OpenFile(path, poll).ReadAll();
    const std::string advice = ArchiveAdvice(path);
    if (!advice.empty()) { throw IoError(path + ": " + advice); }
    return Unpack(std::move(bytes), path, kMaxBytes, poll);
  });
}

}  // namespace lode::files
