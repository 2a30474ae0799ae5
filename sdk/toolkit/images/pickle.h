// Reads Python pickles that contain only collections, numbers, text and arrays of bytes, such as
// the Python version of CIFAR. A pickle is a program; this machine has only the instructions that
// make such values. It calls nothing: of the names that a pickle may ask for it knows the three
// that numpy uses to write an array, and refuses all others, with their names.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <cstdint>
#include <deque>
#include <string>
#include <string_view>
#include <vector>

namespace lode::images {

struct PickledValue {
  enum Kind {
    kNone,
    kNumber,  // integers and truth values
    kText,    // text or bytes
    kList,    // a list or a tuple
    kDict,    // items: key, value, key, value, ...
    kName,    // refers to something outside the pickle: text is "module.name"
    kArray,   // an array of bytes: items are its dimensions, text its bytes, row-major
  };
  Kind kind = kNone;
  std::int64_t number = 0;
  std::string_view text;
  std::vector<const PickledValue*> items;

  // Returns the value of a dictionary's key; null if it does not have the key.
  const PickledValue* Find(std::string_view key) const;
};

class Pickle {
 public:
  static constexpr std::size_t kMaxValues = 1 << 20;

  // Reads a whole pickle of protocol 2 to 5; `bytes` must outlive it. Throws IoError "NAME:
  // ..." for a pickle that is truncated, damaged, contains anything else, or has more than
  // kMaxValues. Takes time and memory in proportion to the bytes.
  Pickle(std::string_view bytes, const std::string& name);

  const PickledValue& value() const { return *value_; }

 private:
  friend class PickleMachine;
  std::deque<PickledValue> values_;  // the others point into it
  std::deque<std::string> texts_;
  const PickledValue* value_ = nullptr;
};

}  // namespace lode::images
