#include "toolkit/images/npy.h"

#include <bit>
#include <charconv>
#include <cstring>
#include <lode/plugin.hpp>
#include <lode/text.hpp>

namespace lode::images {
namespace {

static_assert(std::endian::native == std::endian::little,
              "lengths and elements are read without conversion");

constexpr std::string_view kMagic = "\x93NUMPY";
constexpr std::size_t kVersionEnd = 8;
// NumPy's own limit for headers that are not trusted (max_header_size).
constexpr std::size_t kMaxTextBytes = 10'000;
constexpr std::size_t kMaxDimensions = 32;  // NumPy's

// Returns the offset of the first byte of the text.
std::size_t TextBegin(std::string_view bytes, const std::string& name) {
  if (!bytes.starts_with(kMagic)) {
    throw IoError(name + ": begins with " + Quote(bytes.substr(0, kMagic.size())) + ", expected " +
                  Quote(kMagic));
  }
  const auto major = static_cast<unsigned char>(bytes[6]);
  const auto minor = static_cast<unsigned char>(bytes[7]);
  if (major < 1 || major > 3 || minor != 0) {
    throw IoError(name + ": has version " + std::to_string(major) + "." + std::to_string(minor) +
                  " of the format, expected 1.0, 2.0 or 3.0");
  }
  return kVersionEnd + (major == 1 ? 2 : 4);
}

// Parses the text, a dictionary with the three known keys.
class TextParser {
 public:
  TextParser(std::string_view text, const std::string& name) : text_(text), name_(name) {}

  NpyHeader Run() {
    Expect('{');
    while (!Take('}')) {
      ReadEntry();
      if (!Take(',')) {
        Expect('}');
        break;
      }
    }
    SkipSpace();
    if (at_ != text_.size()) { Fail("expected the end"); }
    if (!has_descr_) { Fail("no 'descr'"); }
    if (!has_order_) { Fail("no 'fortran_order'"); }
    if (!has_shape_) { Fail("no 'shape'"); }
    return header_;
  }

 private:
  void ReadEntry() {
    const std::string_view key = ReadText();
    Expect(':');
    if (key == "descr") {
      Once(has_descr_, key);
      ReadDescr();
    } else if (key == "fortran_order") {
      Once(has_order_, key);
      ReadOrder();
    } else if (key == "shape") {
      Once(has_shape_, key);
      ReadShape();
    } else {
      Fail("unknown key " + Quote(key) + ", expected 'descr', 'fortran_order' and 'shape'");
    }
  }

  void Once(bool& seen, std::string_view key) {
    if (seen) { Fail(Quote(key) + " appears twice"); }
    seen = true;
  }

  // "|u1", "<i8".
  void ReadDescr() {
    SkipSpace();
    if (at_ < text_.size() && text_[at_] == '[') { Fail("structured elements, expected numbers"); }
    const std::string_view descr = ReadText();
    if (descr.find('O') != std::string_view::npos) {
      Fail("elements " + Quote(descr) + " are Python objects, which are never read");
    }
    const bool known = descr.size() == 3 && (descr[1] == 'u' || descr[1] == 'i') &&
                       std::string_view("1248").find(descr[2]) != std::string_view::npos &&
                       (descr[0] == '<' || (descr[0] == '|' && descr[2] == '1'));
    if (!known) {
      Fail("elements " + Quote(descr) + ", expected whole numbers, '|u1' or '<i8' say");
    }
    header_.kind = descr[1];
    header_.element_bytes = static_cast<std::size_t>(descr[2] - '0');
  }

  void ReadOrder() {
    if (TakeWord("True")) { Fail("a column-major array, expected a row-major one"); }
    if (!TakeWord("False")) { Fail("expected False or True"); }
  }

  // "()", "(5,)", "(5, 3)".
  void ReadShape() {
    Expect('(');
    bool comma = true;
    while (!Take(')')) {
      if (!comma) { Fail("expected ',' or ')'"); }
      if (header_.shape.size() == kMaxDimensions) { Fail("too many dimensions"); }
      header_.shape.push_back(ReadSize());
      comma = Take(',');
    }
    if (header_.shape.size() == 1 && !comma) { Fail("expected ',' after the only size"); }
  }

  std::size_t ReadSize() {
    SkipSpace();
    std::size_t size = 0;
    const char* begin = text_.data() + at_;
    const auto [end, error] = std::from_chars(begin, text_.data() + text_.size(), size);
    if (error != std::errc()) { Fail("expected a size"); }
    at_ += static_cast<std::size_t>(end - begin);
    return size;
  }

  // Text between quotes of either kind; nothing NumPy writes here has escapes.
  std::string_view ReadText() {
    SkipSpace();
    const char quote = at_ < text_.size() ? text_[at_] : '\0';
    if (quote != '\'' && quote != '"') { Fail("expected a text"); }
    const std::size_t end = text_.find(quote, at_ + 1);
    if (end == std::string_view::npos) { Fail("an unterminated string"); }
    const std::string_view text = text_.substr(at_ + 1, end - at_ - 1);
    at_ = end + 1;
    return text;
  }

  bool TakeWord(std::string_view word) {
    SkipSpace();
    if (!text_.substr(at_).starts_with(word)) { return false; }
    at_ += word.size();
    return true;
  }
  bool Take(char c) { return TakeWord({&c, 1}); }
  void Expect(char c) {
    if (!Take(c)) { Fail("expected '" + std::string(1, c) + "'"); }
  }
  void SkipSpace() {
    while (at_ < text_.size() && (text_[at_] == ' ' || text_[at_] == '\n')) { ++at_; }
  }

  [[noreturn]] void Fail(const std::string& what) const {
    throw IoError(name_ + ": the header, byte " + std::to_string(at_ + 1) +
                  " of its text: " + what);
  }

  std::string_view text_;
  const std::string& name_;
  std::size_t at_ = 0;
  NpyHeader header_;
  bool has_descr_ = false, has_order_ = false, has_shape_ = false;
};

bool FitsMemory(const NpyHeader& header) {
  std::size_t bytes = header.element_bytes;
  for (const std::size_t n : header.shape) {
    if (__builtin_mul_overflow(bytes, n, &bytes)) { return false; }
  }
  return true;
}

template <class T>
std::int64_t As(std::string_view element) {
  T value;
  std::memcpy(&value, element.data(), sizeof value);
  return static_cast<std::int64_t>(value);
}

}  // namespace

std::size_t NpyHeaderBytes(std::string_view preamble, const std::string& name) {
  if (preamble.size() < kNpyPreambleBytes) {
    throw IoError(name + ": has " + std::to_string(preamble.size()) + " bytes, expected at least " +
                  std::to_string(kNpyPreambleBytes) + " of a header");
  }
  const std::size_t begin = TextBegin(preamble, name);
  std::uint32_t text = 0;
  std::memcpy(&text, preamble.data() + kVersionEnd, begin - kVersionEnd);
  if (text > kMaxTextBytes) {
    throw IoError(name + ": its header has " + std::to_string(text) + " bytes, expected at most " +
                  std::to_string(kMaxTextBytes));
  }
  return begin + text;
}

NpyHeader ParseNpyHeader(std::string_view bytes, const std::string& name) {
  const std::size_t begin = TextBegin(bytes, name);
  NpyHeader header = TextParser(bytes.substr(begin), name).Run();
  if (!FitsMemory(header)) {
    throw IoError(name + ": its shape " + NpyShapeText(header.shape) +
                  " is more than fits in memory");
  }
  return header;
}

std::int64_t NpyInteger(const NpyHeader& header, std::string_view element) {
  const bool is_signed = header.kind == 'i';
  switch (header.element_bytes) {
    case 1:
      return is_signed ? As<std::int8_t>(element) : As<std::uint8_t>(element);
    case 2:
      return is_signed ? As<std::int16_t>(element) : As<std::uint16_t>(element);
    case 4:
      return is_signed ? As<std::int32_t>(element) : As<std::uint32_t>(element);
    default:
      return is_signed ? As<std::int64_t>(element) : As<std::uint64_t>(element);
  }
}

std::string NpyShapeText(const std::vector<std::size_t>& shape) {
  std::string text = "(";
  for (std::size_t i = 0; i < shape.size(); ++i) {
    text += (i > 0 ? ", " : "") + std::to_string(shape[i]);
  }
  return text + (shape.size() == 1 ? ",)" : ")");
}

}  // namespace lode::images
