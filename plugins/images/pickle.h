// Reads Python pickles that hold nothing but collections, numbers, text and arrays of bytes, such as
// the Python version of CIFAR. A pickle is a program; this machine has the instructions that make
// such values and no others. It calls nothing: of the names that a pickle may ask for it knows the
// three that numpy writes an array with, and refuses all others by name.
// SPDX-License-Identifier: Apache-2.0
#ifndef LODE_PLUGINS_IMAGES_PICKLE_H_
#define LODE_PLUGINS_IMAGES_PICKLE_H_

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
    kName,    // of something outside the pickle: text is "module.name"
    kArray,   // of bytes: items are the lengths of its dimensions, text the bytes, row-major
  };
  Kind kind = kNone;
  std::int64_t number = 0;
  std::string_view text;
  std::vector<const PickledValue*> items;

  // The value of a key of a dictionary; null if it has none.
  const PickledValue* Find(std::string_view key) const;
};

class Pickle {
 public:
  static constexpr std::size_t kMaxValues = 1 << 20;

  // Reads a whole pickle of protocol 2 to 5; `bytes` outlive it. Throws lode::IoError "NAME: ..." for
  // what is cut off, damaged, of other things or of more than kMaxValues. Takes time and memory in
  // proportion to the bytes.
  Pickle(std::string_view bytes, const std::string& name);

  const PickledValue& value() const { return *value_; }

 private:
  friend class PickleMachine;
  std::deque<PickledValue> values_;  // which the others point into
  std::deque<std::string> texts_;
  const PickledValue* value_ = nullptr;
};

}  // namespace lode::images

#endif  // LODE_PLUGINS_IMAGES_PICKLE_H_
