#include "toolkit/images/pickle.h"

#include <algorithm>
#include <cstring>
#include <lode/plugin.hpp>
#include <lode/text.hpp>
#include <unordered_map>
#include <utility>

namespace lode::images {

const PickledValue* PickledValue::Find(std::string_view key) const {
  if (kind != kDict) { return nullptr; }
  for (std::size_t i = 0; i + 1 < items.size(); i += 2) {
    if (items[i]->kind == kText && items[i]->text == key) { return items[i + 1]; }
  }
  return nullptr;
}

// The bytes of a pickle, which are taken one after another.
class PickleBytes {
 public:
  PickleBytes(std::string_view bytes, const std::string& name) : bytes_(bytes), name_(name) {}

  std::size_t size() const { return bytes_.size(); }

  [[noreturn]] void Fail(const std::string& why) const {
    throw IoError(name_ + ": a pickle that is refused at byte " + std::to_string(at_) + ": " + why);
  }

  std::string_view Take(std::size_t count) {
    if (count > bytes_.size() - at_) { Fail("it is truncated"); }
    at_ += count;
    return bytes_.substr(at_ - count, count);
  }
  // Reads a number of `size` bytes, least significant first.
  std::uint64_t TakeUnsigned(std::size_t size) {
    std::uint64_t value = 0;
    const std::string_view bytes = Take(size);
    for (std::size_t i = size; i-- > 0;) {
      value = value << 8 | static_cast<unsigned char>(bytes[i]);
    }
    return value;
  }
  std::int64_t TakeSigned(std::size_t size) {
    if (size == 0) { return 0; }
    if (size > 8) { Fail("a number of more than 64 bits"); }
    const std::size_t unused = 64 - 8 * size;
    return static_cast<std::int64_t>(TakeUnsigned(size) << unused) >> unused;
  }
  std::string_view TakeLine() {
    const std::size_t end = bytes_.find('\n', at_);
    if (end == std::string_view::npos) { Fail("it is truncated"); }
    const std::string_view line = Take(end - at_);
    Take(1);
    return line;
  }

 private:
  std::string_view bytes_;
  const std::string& name_;
  std::size_t at_ = 0;
};

// The stack machine of Python's pickle module, limited to making the values above.
class PickleMachine {
 public:
  PickleMachine(std::string_view bytes, const std::string& name, Pickle* out)
      : bytes_(bytes, name), out_(out) {}

  const PickledValue* Run() {
    while (true) {
      const auto code = static_cast<unsigned char>(bytes_.Take(1)[0]);
      if (code == '.') { return Pop(); }
      if (!TakeScalar(code) && !TakeCollection(code) && !TakeMemo(code) && !TakeObject(code)) {
        Fail("it has the instruction " + Quote(std::string(1, static_cast<char>(code))) +
             ", which does not make a collection, number or array of bytes");
      }
    }
  }

 private:
  using Value = PickledValue;

  [[noreturn]] void Fail(const std::string& why) const { bytes_.Fail(why); }

  Value* New(Value::Kind kind) {
    if (out_->values_.size() == Pickle::kMaxValues) {
      Fail("it has more than " + std::to_string(Pickle::kMaxValues) + " values");
    }
    Value& value = out_->values_.emplace_back();
    value.kind = kind;
    return &value;
  }
  void Push(Value* value) { stack_.push_back(value); }
  Value* Pop() {
    if (stack_.empty() || (!marks_.empty() && marks_.back() == stack_.size())) {
      Fail("its stack is empty");
    }
    Value* value = stack_.back();
    stack_.pop_back();
    return value;
  }
  std::vector<const Value*> PopToMark() {
    if (marks_.empty()) { Fail("there is no mark"); }
    const auto first = stack_.begin() + static_cast<std::ptrdiff_t>(marks_.back());
    std::vector<const Value*> items(first, stack_.end());
    stack_.erase(first, stack_.end());
    marks_.pop_back();
    return items;
  }
  void PushNumber(std::int64_t number) {
    Value* value = New(Value::kNumber);
    value->number = number;
    Push(value);
  }
  void PushText(std::uint64_t size) {
    Value* value = New(Value::kText);
    value->text = bytes_.Take(static_cast<std::size_t>(size));
    Push(value);
  }

  bool TakeScalar(unsigned char code) {
    switch (code) {
      case 'N':
        Push(New(Value::kNone));
        return true;
      case 0x88:  // true
      case 0x89:
        PushNumber(code == 0x88);
        return true;
      case 'K':
        PushNumber(static_cast<std::int64_t>(bytes_.TakeUnsigned(1)));
        return true;
      case 'M':
        PushNumber(static_cast<std::int64_t>(bytes_.TakeUnsigned(2)));
        return true;
      case 'J':
        PushNumber(bytes_.TakeSigned(4));
        return true;
      case 0x8a:
        PushNumber(bytes_.TakeSigned(static_cast<std::size_t>(bytes_.TakeUnsigned(1))));
        return true;
      case 'U':   // text of Python 2
      case 'C':   // bytes
      case 0x8c:  // text
        PushText(bytes_.TakeUnsigned(1));
        return true;
      case 'T':
      case 'B':
      case 'X':
        PushText(bytes_.TakeUnsigned(4));
        return true;
      case 0x8e:
      case 0x8d:
        PushText(bytes_.TakeUnsigned(8));
        return true;
      default:
        return false;
    }
  }

  bool TakeCollection(unsigned char code) {
    switch (code) {
      case '(':
        marks_.push_back(stack_.size());
        return true;
      case '}':
        Push(New(Value::kDict));
        return true;
      case ']':
      case ')':
        Push(New(Value::kList));
        return true;
      case 't':
        PushList(PopToMark());
        return true;
      case 0x85:
      case 0x86:
      case 0x87:
        PushTuple(static_cast<std::size_t>(code - 0x84));
        return true;
      case 'a':
      case 's':
        AddTo(code == 'a' ? Value::kList : Value::kDict, PopLast(code == 'a' ? 1 : 2));
        return true;
      case 'e':
      case 'u':
        AddTo(code == 'e' ? Value::kList : Value::kDict, PopToMark());
        return true;
      default:
        return false;
    }
  }

  void PushList(std::vector<const Value*> items) {
    Value* list = New(Value::kList);
    list->items = std::move(items);
    Push(list);
  }
  std::vector<const Value*> PopLast(std::size_t count) {
    std::vector<const Value*> items(count);
    for (std::size_t i = count; i-- > 0;) { items[i] = Pop(); }
    return items;
  }
  void PushTuple(std::size_t size) { PushList(PopLast(size)); }

  void AddTo(Value::Kind kind, const std::vector<const Value*>& items) {
    Value* to = Pop();
    if (to->kind != kind || (kind == Value::kDict && items.size() % 2 != 0)) {
      Fail("it adds to a value that is not such a collection");
    }
    to->items.insert(to->items.end(), items.begin(), items.end());
    Push(to);
  }

  bool TakeMemo(unsigned char code) {
    switch (code) {
      case 0x80:  // the protocol
        bytes_.Take(1);
        return true;
      case 0x95:  // a frame, which is only a hint
        bytes_.Take(8);
        return true;
      case 'q':
        Keep(bytes_.TakeUnsigned(1));
        return true;
      case 'r':
        Keep(bytes_.TakeUnsigned(4));
        return true;
      case 0x94:
        Keep(memo_.size());
        return true;
      case 'h':
        Recall(bytes_.TakeUnsigned(1));
        return true;
      case 'j':
        Recall(bytes_.TakeUnsigned(4));
        return true;
      default:
        return false;
    }
  }

  void Keep(std::uint64_t key) {
    Value* top = Pop();
    memo_[key] = top;
    Push(top);
  }
  void Recall(std::uint64_t key) {
    const auto at = memo_.find(key);
    if (at == memo_.end()) { Fail("it recalls a value that it has not kept"); }
    Push(at->second);
  }

  bool TakeObject(unsigned char code) {
    switch (code) {
      case 'c': {
        const std::string_view module = bytes_.TakeLine();
        PushName(module, bytes_.TakeLine());
        return true;
      }
      case 0x93: {
        const std::vector<const Value*> names = PopLast(2);
        PushName(names[0]->text, names[1]->text);
        return true;
      }
      case 'R':
        Make();
        return true;
      case 'b':
        Fill();
        return true;
      default:
        return false;
    }
  }

  void PushName(std::string_view module, std::string_view name) {
    std::string whole = std::string(module) + "." + std::string(name);
    const bool is_numpy = whole == "numpy.ndarray" || whole == "numpy.dtype" ||
                          whole == "numpy.core.multiarray._reconstruct" ||
                          whole == "numpy._core.multiarray._reconstruct";
    if (!is_numpy) {
      Fail("it asks for " + Quote(whole) + ", which is not a collection, number or array of bytes");
    }
    Value* value = New(Value::kName);
    value->text = out_->texts_.emplace_back(std::move(whole));
    Push(value);
  }

  // Handles numpy's _reconstruct(...), which Fill completes, and dtype("u1", ...).
  void Make() {
    const std::vector<const Value*> call = PopLast(2);
    if (call[0]->kind != Value::kName || call[1]->kind != Value::kList) {
      Fail("a call to something that is not a name");
    }
    if (call[0]->text.ends_with("_reconstruct")) { return Push(New(Value::kArray)); }
    const auto& arguments = call[1]->items;
    if (call[0]->text != "numpy.dtype" || arguments.empty() || arguments[0]->text != "u1") {
      Fail("an array of something other than bytes");
    }
    Push(New(Value::kName));
  }

  // An array's state is (version, dimensions, type, whether it is column-major, bytes). The state
  // of a byte type contains nothing more.
  void Fill() {
    const Value* state = Pop();
    Value* object = Pop();
    Push(object);
    if (object->kind == Value::kName) { return; }
    const auto& parts = state->items;
    if (object->kind != Value::kArray || parts.size() != 5 || parts[1]->kind != Value::kList ||
        parts[2]->kind != Value::kName || parts[4]->kind != Value::kText) {
      Fail("an array without dimensions and bytes");
    }
    if (parts[3]->number != 0) { Fail("a column-major array"); }
    std::uint64_t size = 1;
    for (const Value* length : parts[1]->items) {
      const bool fits = length->kind == Value::kNumber && length->number >= 0 &&
                        (length->number == 0 ||
                         size <= bytes_.size() / static_cast<std::uint64_t>(length->number));
      if (!fits) { Fail("an array of impossible dimensions"); }
      size *= static_cast<std::uint64_t>(length->number);
    }
    if (size != parts[4]->text.size()) { Fail("an array whose bytes do not fit its dimensions"); }
    object->items = parts[1]->items;
    object->text = parts[4]->text;
  }

  PickleBytes bytes_;
  Pickle* out_;
  std::vector<Value*> stack_;
  std::vector<std::size_t> marks_;  // the stack's length at each mark
  std::unordered_map<std::uint64_t, Value*> memo_;
};

Pickle::Pickle(std::string_view bytes, const std::string& name)
    : value_(PickleMachine(bytes, name, this).Run()) {}

}  // namespace lode::images
