#include "plugins/ofa/subnet_text.h"

#include <algorithm>
#include <lode/text.hpp>
#include <span>

namespace ofa {
namespace {

constexpr std::array<std::string_view, 3> kKeys = {"ks", "e", "d"};

void AppendList(std::string_view key, std::span<const std::uint8_t> values, std::string& text) {
  (text += '"') += key;
  text += "\": [";
  for (const std::uint8_t value : values) {
    text += static_cast<char>('0' + value);
    text += ", ";
  }
  text.replace(text.size() - 2, 2, "]");
}

// Where the value at `index` of a key's list belongs: "unit 1 layer 2".
std::string Place(std::string_view key, std::size_t index) {
  return key == "d" ? UnitName(index) : LayerName(index);
}

// "3, 5 or 7"
std::string Alternatives(const std::array<std::uint8_t, 3>& allowed) {
  return std::to_string(allowed[0]) + ", " + std::to_string(allowed[1]) + " or " +
         std::to_string(allowed[2]);
}

class SubnetParser {
 public:
  explicit SubnetParser(std::string_view text) : text_(text) {}

  Subnet Read() {
    Expect('{', "at the start");
    do {
      ReadEntry();
    } while (TakeComma('}', "after the values of a key"));
    RequireAllKeys();
    SkipSpace();
    if (at_ < text_.size()) Fail("expected the end, found " + Found());
    return subnet_;
  }

 private:
  [[noreturn]] void Fail(const std::string& message) const { FailAt(at_, message); }
  [[noreturn]] static void FailAt(std::size_t at, const std::string& message) {
    throw lode::InvalidError("column " + std::to_string(at + 1) + ": " + message);
  }

  static bool IsSpace(char c) { return c == ' ' || c == '\t' || c == '\n' || c == '\r'; }
  void SkipSpace() {
    while (at_ < text_.size() && IsSpace(text_[at_])) ++at_;
  }

  // What stands here: a word or number as a whole, else one character.
  std::string_view Token() const {
    const std::string_view rest = text_.substr(at_);
    const auto part = [](char c) {
      return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') ||
             c == '.' || c == '-' || c == '+';
    };
    const auto end = std::find_if_not(rest.begin(), rest.end(), part);
    return rest.substr(0, std::max<std::size_t>(1, static_cast<std::size_t>(end - rest.begin())));
  }
  std::string Found() const { return at_ == text_.size() ? "the end" : lode::Quote(Token()); }

  bool Take(char c) {
    SkipSpace();
    if (at_ == text_.size() || text_[at_] != c) return false;
    ++at_;
    return true;
  }
  void Expect(char c, const char* where) {
    if (!Take(c)) Fail("expected " + lode::Quote({&c, 1}) + " " + where + ", found " + Found());
  }
  // True after a comma, false after `end`.
  bool TakeComma(char end, const char* where) {
    if (Take(',')) return true;
    if (Take(end)) return false;
    Fail("expected \",\" or " + lode::Quote({&end, 1}) + " " + where + ", found " + Found());
  }

  void ReadEntry() {
    const std::size_t key = ReadKey();
    Expect(':', "after the key");
    if (key == 0) {
      ReadList(kKeys[key], kKernels, subnet_.kernel);
    } else if (key == 1) {
      ReadList(kKeys[key], kExpands, subnet_.expand);
    } else {
      ReadList(kKeys[key], kDepthValues, subnet_.depth);
    }
  }

  // Returns the key's position in kKeys.
  std::size_t ReadKey() {
    if (!Take('"')) Fail("expected a key in quotes, found " + Found());
    const std::size_t first = at_ - 1;
    const std::size_t end = text_.find('"', at_);
    if (end == std::string_view::npos) FailAt(first, "a key has no \" at its end");
    const std::string_view name = text_.substr(at_, end - at_);
    const auto key =
        static_cast<std::size_t>(std::find(kKeys.begin(), kKeys.end(), name) - kKeys.begin());
    if (key == kKeys.size())
      FailAt(first, "unknown key " + lode::Quote(name) + R"(, expected "ks", "e" and "d")");
    if (seen_[key]) FailAt(first, "key " + lode::Quote(name) + " for the second time");
    seen_[key] = true;
    at_ = end + 1;
    return key;
  }

  void ReadList(std::string_view key, const std::array<std::uint8_t, 3>& allowed,
                std::span<std::uint8_t> out) {
    Expect('[', "before the values");
    std::size_t count = 0;
    do {
      SkipSpace();
      if (count == out.size())
        Fail(std::string(key) + " has more than " + std::to_string(count) + " values");
      out[count] = ReadValue(key, count, allowed);
      ++count;
    } while (TakeComma(']', "after a value"));
    if (count < out.size()) {
      FailAt(at_ - 1, std::string(key) + " has " + std::to_string(count) + " values, expected " +
                          std::to_string(out.size()));
    }
  }

  std::uint8_t ReadValue(std::string_view key, std::size_t index,
                         const std::array<std::uint8_t, 3>& allowed) {
    const std::string_view token = at_ < text_.size() ? Token() : "";
    const auto* const value = std::find_if(allowed.begin(), allowed.end(), [&](std::uint8_t v) {
      return token.size() == 1 && token[0] == static_cast<char>('0' + v);
    });
    if (value == allowed.end()) {
      Fail("expected " + Alternatives(allowed) + " as " + std::string(key) + " of " +
           Place(key, index) + ", found " + Found());
    }
    at_ += token.size();
    return *value;
  }

  void RequireAllKeys() const {
    for (std::size_t key = 0; key < kKeys.size(); ++key)
      if (!seen_[key]) FailAt(at_ - 1, "key " + lode::Quote(kKeys[key]) + " is missing");
  }

  std::string_view text_;
  std::size_t at_ = 0;
  std::array<bool, kKeys.size()> seen_{};
  Subnet subnet_{};
};

}  // namespace

std::string Format(const Subnet& subnet) {
  std::string text;
  text.reserve(200);
  text += '{';
  AppendList(kKeys[0], subnet.kernel, text);
  text += ", ";
  AppendList(kKeys[1], subnet.expand, text);
  text += ", ";
  AppendList(kKeys[2], subnet.depth, text);
  text += '}';
  return text;
}

Subnet Parse(std::string_view text) { return SubnetParser(text).Read(); }

}  // namespace ofa
