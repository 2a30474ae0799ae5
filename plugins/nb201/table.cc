#include "plugins/nb201/table.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>
#include <zlib.h>

#include <algorithm>
#include <cerrno>
#include <charconv>
#include <cmath>
#include <cstring>
#include <limits>
#include <memory>
#include <system_error>

namespace nb201 {
namespace {

constexpr double kUnlimited = std::numeric_limits<double>::infinity();

std::string MiB(std::size_t bytes) { return std::to_string(bytes >> 20) + " MiB"; }

// ---- the file

class OpenFile {
 public:
  explicit OpenFile(const std::string& path)
      : path_(path), descriptor_(open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK)) {
    if (descriptor_ < 0) Fail();
  }
  OpenFile(const OpenFile&) = delete;
  OpenFile& operator=(const OpenFile&) = delete;
  ~OpenFile() {
    if (descriptor_ >= 0) close(descriptor_);
  }

  std::string ReadAll() const {
    struct stat status {};
    if (fstat(descriptor_, &status) != 0) Fail();
    if (S_ISDIR(status.st_mode)) throw lode::IoError(path_ + ": is a directory, expected a file");
    if (!S_ISREG(status.st_mode)) throw lode::IoError(path_ + ": is not a regular file");
    const auto size = static_cast<std::size_t>(status.st_size);
    if (size > kMaxTableBytes)
      throw lode::IoError(path_ + ": larger than " + MiB(kMaxTableBytes) + ", no table");
    std::string bytes(size, '\0');
    bytes.resize(ReadInto(bytes.data(), size));
    return bytes;
  }

 private:
  std::size_t ReadInto(char* data, std::size_t size) const {
    std::size_t done = 0;
    while (done < size) {
      const ssize_t got = read(descriptor_, data + done, size - done);
      if (got == 0) break;
      if (got > 0) {
        done += static_cast<std::size_t>(got);
      } else if (errno != EINTR) {
        Fail();
      }
    }
    return done;
  }
  [[noreturn]] void Fail() const {
    throw lode::IoError(path_ + ": " + std::generic_category().message(errno));
  }

  const std::string& path_;
  int descriptor_;
};

// ---- gzip

bool IsGzip(std::string_view bytes) { return bytes.starts_with("\x1f\x8b"); }

// A gzip file of one or more members, unpacked into one string.
class Inflater {
 public:
  Inflater(std::string_view bytes, const std::string& name, std::size_t max_bytes)
      : bytes_(bytes), name_(name), max_bytes_(max_bytes) {
    if (inflateInit2(&stream_, 15 + 16) != Z_OK) throw std::bad_alloc();
    stream_.next_in = reinterpret_cast<Bytef*>(const_cast<char*>(bytes.data()));
    stream_.avail_in = static_cast<uInt>(bytes.size());
  }
  Inflater(const Inflater&) = delete;
  Inflater& operator=(const Inflater&) = delete;
  ~Inflater() { inflateEnd(&stream_); }

  std::string Run() {
    text_.resize(std::min(FirstGuess(), max_bytes_ + 1));
    for (Step(); stream_.avail_in > 0; Step()) {
      if (!IsGzip(bytes_.substr(bytes_.size() - stream_.avail_in)))
        throw lode::IoError(name_ + ": has other data after the end of its gzip data");
      inflateReset(&stream_);
    }
    text_.resize(size_);
    return std::move(text_);
  }

 private:
  // The last four bytes of a gzip file claim its unpacked size; deflate packs 1032 : 1 at best.
  std::size_t FirstGuess() const {
    std::uint32_t claimed = 0;
    if (bytes_.size() >= 4) std::memcpy(&claimed, bytes_.data() + bytes_.size() - 4, 4);
    return std::min<std::size_t>(claimed, bytes_.size() * 1032) + 1;
  }

  // Unpacks to the end of one member.
  void Step() {
    for (int status = Z_OK; status != Z_STREAM_END;) {
      if (size_ == text_.size()) text_.resize(std::min(2 * size_, max_bytes_ + 1));
      const auto room = static_cast<uInt>(text_.size() - size_);
      stream_.next_out = reinterpret_cast<Bytef*>(text_.data() + size_);
      stream_.avail_out = room;
      status = inflate(&stream_, Z_NO_FLUSH);
      size_ += room - stream_.avail_out;
      if (size_ > max_bytes_)
        throw lode::IoError(name_ + ": unpacks to more than " + MiB(max_bytes_) + ", no table");
      CheckStatus(status);
    }
  }

  void CheckStatus(int status) const {
    if (status == Z_MEM_ERROR) throw std::bad_alloc();
    if (status == Z_BUF_ERROR || (status == Z_OK && stream_.avail_in == 0 && stream_.avail_out > 0))
      throw lode::IoError(name_ + ": the gzip data is cut off");
    if (status != Z_OK && status != Z_STREAM_END)
      throw lode::IoError(name_ + ": the gzip data is damaged: " +
                          (stream_.msg != nullptr ? stream_.msg : "unknown reason"));
  }

  std::string_view bytes_;
  const std::string& name_;
  std::size_t max_bytes_;
  z_stream stream_{};
  std::string text_;
  std::size_t size_ = 0;
};

// ---- the text

// A number column that is asked for, and what its values may be.
struct NumberColumn {
  std::string_view name;
  double Results::*member;
  double max;
  bool whole;
};

class Parser {
 public:
  Parser(std::string_view text, const std::string& name, const ResultColumns& columns)
      : rest_(text),
        name_(name),
        numbers_{{{columns.valid_accuracy, &Results::valid_accuracy, 100, false},
                  {columns.test_accuracy, &Results::test_accuracy, 100, false},
                  {columns.params, &Results::params, kUnlimited, true},
                  {columns.mflops, &Results::mflops, kUnlimited, false}}},
        table_(kArchitectures),
        line_of_(kArchitectures, 0) {}

  Table Run() {
    if (rest_.empty()) throw lode::IoError(name_ + ": is empty");
    ReadHeader();
    while (!rest_.empty()) ReadRow();
    RequireAll();
    return std::move(table_);
  }

 private:
  static constexpr std::size_t kNumbers = 4;
  static constexpr std::size_t kMaxColumns = 1000;
  static constexpr std::uint8_t kIgnored = 255, kArchitecture = kNumbers;

  [[noreturn]] void Fail(const std::string& message) const {
    throw lode::IoError(name_ + ":" + std::to_string(line_) + ": " + message);
  }
  [[noreturn]] void FailAt(std::size_t column, const std::string& message) const {
    throw lode::IoError(name_ + ":" + std::to_string(line_) + ":" + std::to_string(column) + ": " +
                        message);
  }
  // The column of the first character of `field`, a part of the line in hand.
  std::size_t ColumnOf(std::string_view field) const {
    return static_cast<std::size_t>(field.data() - line_text_.data()) + 1;
  }

  void NextLine() {
    ++line_;
    const std::size_t end = rest_.find('\n');
    if (end == std::string_view::npos)
      Fail("the file is cut off: its last line does not end with a newline");
    line_text_ = rest_.substr(0, end);
    rest_.remove_prefix(end + 1);
    if (line_text_.ends_with('\r')) line_text_.remove_suffix(1);
  }

  // Calls visit(k, field) for each field of the line in hand and returns their number.
  template <class Visit>
  std::size_t ForEachField(Visit&& visit) const {
    const char* at = line_text_.data();
    const char* const end = at + line_text_.size();
    for (std::size_t k = 0;; ++k) {
      const void* tab = at == end ? nullptr : std::memchr(at, '\t', static_cast<size_t>(end - at));
      const char* const stop = tab == nullptr ? end : static_cast<const char*>(tab);
      visit(k, std::string_view(at, static_cast<std::size_t>(stop - at)));
      if (tab == nullptr) return k + 1;
      at = stop + 1;
    }
  }

  void ReadHeader() {
    NextLine();
    if (std::any_of(line_text_.begin(), line_text_.end(),
                    [](char c) { return c != '\t' && static_cast<unsigned char>(c) < 0x20; }))
      throw lode::IoError(name_ + ": is neither a table of tab-separated text nor gzip");
    std::vector<std::string_view> names;
    ForEachField([&](std::size_t k, std::string_view name) {
      if (k == kMaxColumns) Fail("more than " + std::to_string(kMaxColumns) + " columns");
      if (std::find(names.begin(), names.end(), name) != names.end())
        FailAt(ColumnOf(name), "a second column " + Quote(name));
      names.push_back(name);
    });
    roles_.assign(names.size(), kIgnored);
    for (std::uint8_t k = 0; k < kNumbers; ++k) roles_[Find(names, numbers_[k].name)] = k;
    roles_[Find(names, kArchitectureColumn)] = kArchitecture;
  }

  std::size_t Find(const std::vector<std::string_view>& names, std::string_view name) const {
    const auto at = std::find(names.begin(), names.end(), name);
    if (at == names.end())
      Fail("no column " + Quote(name) + " (nearest: " + Quote(Nearest(name, names)) + ")");
    return static_cast<std::size_t>(at - names.begin());
  }

  void ReadRow() {
    NextLine();
    Results results{};
    std::uint32_t index = 0;
    const std::size_t fields = ForEachField([&](std::size_t k, std::string_view field) {
      const std::uint8_t role = k < roles_.size() ? roles_[k] : kIgnored;
      if (role == kArchitecture) {
        index = ReadArchitecture(field);
      } else if (role != kIgnored) {
        results.*numbers_[role].member = ReadNumber(field, numbers_[role]);
      }
    });
    if (fields != roles_.size())
      Fail(std::to_string(fields) + " fields, expected " + std::to_string(roles_.size()));
    if (line_of_[index] != 0)
      Fail("the architecture " + nb201::Format(FromIndex(index)) + " is on line " +
           std::to_string(line_of_[index]) + " already");
    line_of_[index] = line_;
    table_[index] = results;
  }

  std::uint32_t ReadArchitecture(std::string_view field) const {
    Cell cell{};
    ParseError error;
    if (!nb201::Parse(field, &cell, &error))
      FailAt(ColumnOf(field) + error.column - 1, error.message);
    return ToIndex(cell);
  }

  double ReadNumber(std::string_view field, const NumberColumn& column) const {
    double value = 0;
    const auto [stop, fault] = std::from_chars(field.data(), field.data() + field.size(), value);
    const auto fail = [&](const std::string& what) {
      FailAt(ColumnOf(field), std::string(column.name) + " is " + Quote(field) + ", " + what);
    };
    if (fault == std::errc::result_out_of_range) fail("beyond the range of numbers");
    if (fault != std::errc() || stop != field.data() + field.size()) fail("expected a number");
    if (!std::isfinite(value)) fail("expected a finite number");
    if (value < 0 || value > column.max)
      fail(column.max == kUnlimited ? "expected at least 0" : "expected 0 to 100 percent");
    if (column.whole && value != std::floor(value)) fail("expected a whole number");
    return value;
  }

  void RequireAll() const {
    const auto first = std::find(line_of_.begin(), line_of_.end(), 0u);
    if (first == line_of_.end()) return;
    const auto missing = std::count(first, line_of_.end(), 0u);
    const auto index = static_cast<std::uint32_t>(first - line_of_.begin());
    throw lode::IoError(name_ + ": " + std::to_string(missing) + " of " +
                        std::to_string(kArchitectures) + " architectures are missing, the first " +
                        nb201::Format(FromIndex(index)));
  }

  std::string_view rest_;
  const std::string& name_;
  std::array<NumberColumn, kNumbers> numbers_;
  std::vector<std::uint8_t> roles_;  // of each field: an index into numbers_, or one of the above
  Table table_;
  std::vector<std::uint32_t> line_of_;  // of each architecture; 0: not met yet
  std::string_view line_text_;
  std::uint32_t line_ = 0;
};

}  // namespace

std::string Unpack(std::string bytes, const std::string& name, std::size_t max_bytes) {
  if (IsGzip(bytes)) return Inflater(bytes, name, max_bytes).Run();
  return bytes;
}

Table ParseTable(std::string_view text, const std::string& name, const ResultColumns& columns) {
  return Parser(text, name, columns).Run();
}

Table ReadTable(const std::string& path, const ResultColumns& columns) {
  return ParseTable(Unpack(OpenFile(path).ReadAll(), path), path, columns);
}

}  // namespace nb201
