// Writes messages of Protocol Buffers field by field, in their binary format
// (https://protobuf.dev/programming-guides/encoding).
#pragma once

#include <bit>
#include <cstdint>
#include <string>
#include <string_view>

namespace lode::core {

// The fields of one message, in the order in which they are added. `field` is the number that the
// message's schema gives to the field.
class ProtobufWriter {
 public:
  // An int32, int64, bool or enumeration that is not negative.
  ProtobufWriter& Integer(std::uint32_t field, std::uint64_t value) {
    Key(field, kVarint);
    Varint(value);
    return *this;
  }
  ProtobufWriter& Float(std::uint32_t field, float value) {
    Key(field, kFixed32);
    Fixed(std::bit_cast<std::uint32_t>(value), 4);
    return *this;
  }
  ProtobufWriter& Double(std::uint32_t field, double value) {
    Key(field, kFixed64);
    Fixed(std::bit_cast<std::uint64_t>(value), 8);
    return *this;
  }
  // A string, bytes, or a message.
  ProtobufWriter& Bytes(std::uint32_t field, std::string_view value) {
    Key(field, kLengthDelimited);
    Varint(value.size());
    text_ += value;
    return *this;
  }
  ProtobufWriter& Message(std::uint32_t field, const ProtobufWriter& message) {
    return Bytes(field, message.text());
  }

  const std::string& text() const { return text_; }

 private:
  enum WireType : std::uint32_t { kVarint = 0, kFixed64 = 1, kLengthDelimited = 2, kFixed32 = 5 };

  void Key(std::uint32_t field, WireType type) { Varint(field << 3 | type); }
  void Varint(std::uint64_t value) {
    for (; value >= 0x80; value >>= 7) { text_ += static_cast<char>(value | 0x80); }
    text_ += static_cast<char>(value);
  }
  // Little endian.
  void Fixed(std::uint64_t value, int bytes) {
    for (; bytes > 0; --bytes, value >>= 8) { text_ += static_cast<char>(value); }
  }

  std::string text_;
};

}  // namespace lode::core
