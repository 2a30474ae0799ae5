#include "toolkit/pytorch/element_type.h"

#include <algorithm>
#include <bit>
#include <cstdint>
#include <cstring>
#include <iterator>

namespace lode::pytorch {
namespace {

static_assert(std::endian::native == std::endian::little, "elements are copied unchanged");

template <class T>
T Load(const char* element) {
  T value;
  std::memcpy(&value, element, sizeof value);
  return value;
}

template <class T>
float Convert(const char* element) {
  return static_cast<float>(Load<T>(element));
}

float ConvertBool(const char* element) { return *element != 0 ? 1 : 0; }

float ConvertBfloat16(const char* element) {
  return std::bit_cast<float>(std::uint32_t{Load<std::uint16_t>(element)} << 16);
}

// IEEE 754 binary16: a sign, 5 bits of exponent with bias 15, 10 bits of fraction.
float ConvertHalf(const char* element) {
  const std::uint32_t half = Load<std::uint16_t>(element);
  const std::uint32_t sign = (half & 0x8000U) << 16, exponent = half >> 10 & 31U;
  const std::uint32_t fraction = half & 0x3ffU;
  if (exponent == 0) {  // zero, or smaller than every normal number
    const float magnitude = static_cast<float>(fraction) * 0x1p-24F;
    return sign == 0 ? magnitude : -magnitude;
  }
  const std::uint32_t biased = exponent == 31 ? 255 : exponent + 112;
  return std::bit_cast<float>(sign | biased << 23 | fraction << 13);
}

constexpr ElementType kElementTypes[] = {
    {"torch.FloatStorage", 4, Convert<float>},
    {"torch.DoubleStorage", 8, Convert<double>},
    {"torch.HalfStorage", 2, ConvertHalf},
    {"torch.BFloat16Storage", 2, ConvertBfloat16},
    {"torch.LongStorage", 8, Convert<std::int64_t>},
    {"torch.IntStorage", 4, Convert<std::int32_t>},
    {"torch.ShortStorage", 2, Convert<std::int16_t>},
    {"torch.CharStorage", 1, Convert<std::int8_t>},
    {"torch.ByteStorage", 1, Convert<std::uint8_t>},
    {"torch.BoolStorage", 1, ConvertBool},
};

}  // namespace

const ElementType* FindElementType(std::string_view name) {
  const ElementType* found = std::ranges::find(kElementTypes, name, &ElementType::name);
  return found == std::end(kElementTypes) ? nullptr : found;
}

}  // namespace lode::pytorch
