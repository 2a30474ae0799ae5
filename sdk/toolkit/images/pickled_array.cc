#include "toolkit/images/pickled_array.h"

#include <array>
#include <lode/plugin.hpp>

namespace lode::images {
namespace {

using files::PickledValue;

constexpr std::array<std::string_view, 4> kNames = {"numpy.ndarray", "numpy.dtype",
                                                    "numpy.core.multiarray._reconstruct",
                                                    "numpy._core.multiarray._reconstruct"};

[[noreturn]] void Fail(const std::string& name, const char* what) {
  throw IoError(name + ": has " + what);
}

bool IsBytes(const PickledValue& type) {
  return type.kind == PickledValue::kObject && type.text == "numpy.dtype" &&
         !type.arguments().empty() && type.arguments()[0]->IsText("u1");
}

// Returns whether an array of these dimensions has that many bytes. No product overflows.
bool Fits(const std::vector<std::uint64_t>& shape, std::uint64_t bytes) {
  std::uint64_t size = 1;
  for (const std::uint64_t length : shape) {
    if (length != 0 && size > bytes / length) { return false; }
    size *= length;
  }
  return size == bytes;
}

}  // namespace

const files::PickleTerms kArrayTerms = {kNames, "a collection, number or array of bytes"};

// An array is made empty by _reconstruct(...); its state is (version, dimensions, type, whether it
// is column-major, bytes).
PickledArray ArrayOf(const PickledValue& value, const std::string& name) {
  if (value.kind != PickledValue::kObject || !value.text.ends_with("._reconstruct")) { return {}; }
  const std::vector<const PickledValue*> none;
  const auto& parts = value.state == nullptr ? none : value.state->items;
  if (parts.size() != 5 || parts[1]->kind != PickledValue::kList ||
      parts[4]->kind != PickledValue::kText) {
    Fail(name, "an array without dimensions and bytes");
  }
  if (!IsBytes(*parts[2])) { Fail(name, "an array of something other than bytes"); }
  if (parts[3]->number != 0) { Fail(name, "a column-major array"); }
  PickledArray array{{}, parts[4]->text};
  for (const PickledValue* length : parts[1]->items) {
    if (length->kind != PickledValue::kNumber || length->number < 0) {
      Fail(name, "an array of impossible dimensions");
    }
    array.shape.push_back(static_cast<std::uint64_t>(length->number));
  }
  if (!Fits(array.shape, array.bytes.size())) {
    Fail(name, "an array whose bytes do not fit its dimensions");
  }
  return array;
}

}  // namespace lode::images
