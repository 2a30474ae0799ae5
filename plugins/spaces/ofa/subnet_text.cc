#include "plugins/spaces/ofa/subnet_text.h"

#include <algorithm>
#include <charconv>
#include <lode/text.hpp>
#include <set>
#include <span>
#include <system_error>

#include "toolkit/notation/cursor.h"

namespace ofa {
namespace {

constexpr std::array<std::string_view, 3> kKeys = {"ks", "e", "d"};
constexpr std::array<std::string_view, 4> kOtherKeys = {"wid", "r", "image_size", "width"};

void AppendList(std::string_view key, std::span<const std::uint8_t> values, std::string& text) {
  (text += '"') += key;
  text += "\": [";
  for (const std::uint8_t value : values) {
    text += static_cast<char>('0' + value);
    text += ", ";
  }
  text.replace(text.size() - 2, 2, "]");
}

// Returns where the value at `index` of a key's list belongs: "unit 1 layer 2".
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
  SubnetParser(std::string_view text, const Surroundings& around)
      : cursor_(text, "_.-+"), around_(around) {}

  Subnet Read() {
    cursor_.TakeLeadingName();
    cursor_.Expect("{", " at the start");
    do { ReadEntry(); } while (TakeComma("}", "after the values of a key"));
    RequireAllKeys();
    cursor_.ExpectEnd();
    return subnet_;
  }

 private:
  // Returns true after a comma that is followed by another item, false after `end`.
  bool TakeComma(std::string_view end, const std::string& where) {
    cursor_.TakeLastComma(end);
    if (cursor_.Take(end)) {
      end_ = cursor_.at();
      return false;
    }
    if (cursor_.Take(",")) { return true; }
    cursor_.FailExpecting("\",\" or " + lode::Quote(end) + " " + where);
  }

  void ReadEntry() {
    const std::string_view key = ReadKey();
    cursor_.Expect(":", " after the key");
    if (key == "ks") {
      ReadList(key, kKernels, subnet_.kernel);
    } else if (key == "e") {
      ReadList(key, kExpands, subnet_.expand);
    } else if (key == "d") {
      ReadList(key, kDepthValues, subnet_.depth);
    } else if (key == "wid") {
      if (!cursor_.Take("None") && !cursor_.Take("null")) { cursor_.FailExpecting("None as wid"); }
    } else {
      ReadSurrounding(key);
    }
  }

  std::string_view ReadKey() {
    const std::size_t first = cursor_.at();
    const std::string_view quote = cursor_.ExpectQuote("a key in quotes");
    const std::size_t size = cursor_.rest().find(quote);
    if (size == std::string_view::npos) {
      lode::notation::Cursor::FailAt(first, "a key has no " + std::string(quote) + " at its end");
    }
    const std::string_view name = cursor_.rest().substr(0, size);
    if (std::ranges::find(kKeys, name) == kKeys.end() &&
        std::ranges::find(kOtherKeys, name) == kOtherKeys.end()) {
      lode::notation::Cursor::FailAt(
          first, "unknown key " + lode::Quote(name) + R"(, expected "ks", "e" and "d")");
    }
    if (!seen_.insert(name).second) {
      lode::notation::Cursor::FailAt(first, "key " + lode::Quote(name) + " appears twice");
    }
    cursor_.Skip(size + 1);
    return name;
  }

  void ReadList(std::string_view key, const std::array<std::uint8_t, 3>& allowed,
                std::span<std::uint8_t> out) {
    const std::string_view closing = cursor_.ExpectOpening("\"[\" before the values");
    std::size_t count = 0;
    do {
      if (count == out.size()) {
        cursor_.Fail(std::string(key) + " has more than " + std::to_string(count) + " values");
      }
      out[count] = ReadValue(key, count, allowed);
      ++count;
    } while (TakeComma(closing, "after a value"));
    if (count < out.size()) {
      lode::notation::Cursor::FailAt(end_ - 1, std::string(key) + " has " + std::to_string(count) +
                                                   " values, expected " +
                                                   std::to_string(out.size()));
    }
  }

  std::uint8_t ReadValue(std::string_view key, std::size_t index,
                         const std::array<std::uint8_t, 3>& allowed) {
    const std::string_view token = cursor_.Token();
    const auto* const value = std::find_if(allowed.begin(), allowed.end(), [&](std::uint8_t v) {
      return token.size() == 1 && token[0] == static_cast<char>('0' + v);
    });
    if (value == allowed.end()) {
      cursor_.FailExpecting(Alternatives(allowed) + " as " + std::string(key) + " of " +
                            Place(key, index));
    }
    cursor_.Skip(token.size());
    return *value;
  }

  // Reads a number, alone or in a list, that is also a parameter of the space.
  void ReadSurrounding(std::string_view key) {
    const std::string_view closing = cursor_.TakeOpening();
    const std::string_view token = cursor_.Token();
    double value = 0;
    const auto [stop, fault] = std::from_chars(token.data(), token.data() + token.size(), value);
    if (fault != std::errc() || stop != token.data() + token.size()) {
      cursor_.FailExpecting("a number as " + std::string(key));
    }
    const bool is_width = key == "width";
    const double own = is_width ? around_.width : static_cast<double>(around_.resolution);
    if (own != 0 && value != own) {
      const std::string name = is_width ? "width" : "resolution";
      cursor_.Fail(std::string(key) + " is " + std::string(token) + ", but the space's " + name +
                   " differs: set " + name + "=" + std::string(token));
    }
    cursor_.Skip(token.size());
    if (closing.empty()) { return; }
    cursor_.ExpectClosing(closing, " after the one value of " + std::string(key));
  }

  void RequireAllKeys() const {
    for (const std::string_view key : kKeys) {
      if (!seen_.contains(key)) {
        lode::notation::Cursor::FailAt(end_ - 1, "key " + lode::Quote(key) + " is missing");
      }
    }
  }

  lode::notation::Cursor cursor_;
  Surroundings around_;
  std::size_t end_ = 0;  // after the last closing bracket
  std::set<std::string_view> seen_;
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

Subnet Parse(std::string_view text, const Surroundings& around) {
  return SubnetParser(text, around).Read();
}

}  // namespace ofa
