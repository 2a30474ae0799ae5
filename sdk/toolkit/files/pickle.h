// Reads Python pickles as data. A pickle is a program; this machine has only the instructions that
// make collections, numbers and text, and those that describe objects. It calls nothing: a call
// becomes a value with a name and arguments, which the caller interprets. Names that the caller
// does not admit are refused.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <cstdint>
#include <deque>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace lode::files {

struct PickledValue {
  enum Kind {
    kNone,
    kNumber,     // integers of at most 64 bits and truth values
    kLong,       // a longer integer: text is its bytes, least significant first
    kReal,       // a float
    kText,       // text or bytes
    kList,       // a list or a tuple
    kDict,       // a dictionary, ordered or not; items: key, value, key, value, ...
    kName,       // an admitted name: text is "module.name"
    kObject,     // what a call of an admitted name makes: text is the name, items[0] the arguments
    kReference,  // to something outside the pickle (a persistent id); items: what identifies it
  };
  Kind kind = kNone;
  std::int64_t number = 0;
  double real = 0;
  std::string_view text;
  std::vector<const PickledValue*> items;
  const PickledValue* state = nullptr;  // what an object was set to after the call

  bool IsText(std::string_view other) const { return kind == kText && text == other; }
  // REQUIRES: an object.
  const std::vector<const PickledValue*>& arguments() const { return items[0]->items; }
  // Returns the value of a dictionary's key; null if it does not have the key.
  const PickledValue* Find(std::string_view key) const;
};

// What a pickle may have besides collections, numbers and text.
struct PickleTerms {
  std::span<const std::string_view> names;  // "module.name"
  std::string_view contents;                // in messages: "which is not part of CONTENTS"
};

class Pickle {
 public:
  static constexpr std::size_t kMaxValues = 1 << 20;

  // Reads a whole pickle of protocol 2 to 5, which begins at byte `begin`; `bytes` must outlive it.
  // "collections.OrderedDict" is always admitted. Throws IoError "NAME: ... at byte N: ..." for a
  // pickle that is truncated, damaged, contains anything else, or has more than kMaxValues. Takes
  // time and memory in proportion to the bytes. Values may contain themselves.
  Pickle(std::string_view bytes, const std::string& name, const PickleTerms& terms,
         std::size_t begin = 0);

  const PickledValue& value() const { return *value_; }
  // All values that the pickle makes, in that order.
  const std::deque<PickledValue>& values() const { return values_; }
  // One past its last byte.
  std::size_t end() const { return end_; }

 private:
  friend class PickleMachine;
  std::deque<PickledValue> values_;  // the others point into it
  std::deque<std::string> texts_;
  std::size_t end_ = 0;
  const PickledValue* value_;  // the last, since making it sets the others
};

}  // namespace lode::files
