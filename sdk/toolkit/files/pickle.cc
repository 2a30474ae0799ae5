#include "toolkit/files/pickle.h"

#include <algorithm>
#include <bit>
#include <lode/plugin.hpp>
#include <lode/text.hpp>
#include <unordered_map>
#include <utility>

namespace lode::files {
namespace {

constexpr std::string_view kOrderedDict = "collections.OrderedDict";

}  // namespace

const PickledValue* PickledValue::Find(std::string_view key) const {
  if (kind != kDict) { return nullptr; }
  for (std::size_t i = 0; i + 1 < items.size(); i += 2) {
    if (items[i]->IsText(key)) { return items[i + 1]; }
  }
  return nullptr;
}

// The bytes of a pickle, which are taken one after another.
class PickleBytes {
 public:
  PickleBytes(std::string_view bytes, const std::string& name, std::size_t begin)
      : bytes_(bytes), name_(name), at_(begin) {}

  std::size_t at() const { return at_; }

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
  // REQUIRES: size <= 8.
  std::int64_t TakeSigned(std::size_t size) {
    if (size == 0) { return 0; }
    const std::size_t unused = 64 - 8 * size;
    return static_cast<std::int64_t>(TakeUnsigned(size) << unused) >> unused;
  }
  double TakeReal() {
    std::uint64_t bits = 0;  // the most significant byte is first
    for (const char byte : Take(8)) { bits = bits << 8 | static_cast<unsigned char>(byte); }
    return std::bit_cast<double>(bits);
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
  std::size_t at_;
};

// The stack machine of Python's pickle module, limited to making the values above.
class PickleMachine {
 public:
  PickleMachine(std::string_view bytes, const std::string& name, const PickleTerms& terms,
                std::size_t begin, Pickle* out)
      : bytes_(bytes, name, begin), terms_(terms), out_(out) {}

  const PickledValue* Run() {
    while (true) {
      const auto code = static_cast<unsigned char>(bytes_.Take(1)[0]);
      if (code == '.') {
        out_->end_ = bytes_.at();
        return Pop();
      }
      if (!TakeScalar(code) && !TakeCollection(code) && !TakeMemo(code) && !TakeObject(code)) {
        Fail("it has the instruction " + Quote(std::string(1, static_cast<char>(code))) +
             ", which does not make " + std::string(terms_.contents));
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
  void PushReal() {
    Value* value = New(Value::kReal);
    value->real = bytes_.TakeReal();
    Push(value);
  }
  void PushInteger(std::size_t size) {
    if (size <= 8) { return PushNumber(bytes_.TakeSigned(size)); }
    PushBytes(Value::kLong, size);
  }
  void PushBytes(Value::Kind kind, std::uint64_t size) {
    Value* value = New(kind);
    value->text = bytes_.Take(static_cast<std::size_t>(size));
    Push(value);
  }
  void PushText(std::uint64_t size) { PushBytes(Value::kText, size); }

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
        PushInteger(static_cast<std::size_t>(bytes_.TakeUnsigned(1)));
        return true;
      case 'G':
        PushReal();
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
        PushWith(Value::kList, PopToMark());
        return true;
      case 0x85:
      case 0x86:
      case 0x87:
        PushWith(Value::kList, PopLast(static_cast<std::size_t>(code - 0x84)));
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

  Value* PushWith(Value::Kind kind, std::vector<const Value*> items) {
    Value* value = New(kind);
    value->items = std::move(items);
    Push(value);
    return value;
  }
  std::vector<const Value*> PopLast(std::size_t count) {
    std::vector<const Value*> items(count);
    for (std::size_t i = count; i-- > 0;) { items[i] = Pop(); }
    return items;
  }

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
        SetState();
        return true;
      case 'Q': {
        std::vector<const Value*> id = PopLast(1);
        PushWith(Value::kReference, std::move(id));
        return true;
      }
      default:
        return false;
    }
  }

  void PushName(std::string_view module, std::string_view name) {
    std::string whole = std::string(module).append(".").append(name);
    if (whole != kOrderedDict && std::ranges::find(terms_.names, whole) == terms_.names.end()) {
      Fail("it asks for " + Quote(whole) + ", which is not part of " +
           std::string(terms_.contents));
    }
    Value* value = New(Value::kName);
    value->text = out_->texts_.emplace_back(std::move(whole));
    Push(value);
  }

  void Make() {
    const std::vector<const Value*> call = PopLast(2);
    const Value &callee = *call[0], &arguments = *call[1];
    if (callee.kind != Value::kName || arguments.kind != Value::kList) {
      Fail("it calls something that is not a name");
    }
    if (callee.text != kOrderedDict) {
      PushWith(Value::kObject, {&arguments})->text = callee.text;
    } else if (arguments.items.empty()) {
      Push(New(Value::kDict));
    } else {
      Fail("it makes a dictionary of something");
    }
  }

  // A dictionary may have attributes, too.
  void SetState() {
    const Value* state = Pop();
    Value* object = Pop();
    if (object->kind != Value::kObject && object->kind != Value::kDict) {
      Fail("it gives a state to something that is not an object");
    }
    object->state = state;
    Push(object);
  }

  PickleBytes bytes_;
  const PickleTerms& terms_;
  Pickle* out_;
  std::vector<Value*> stack_;
  std::vector<std::size_t> marks_;  // the stack's length at each mark
  std::unordered_map<std::uint64_t, Value*> memo_;
};

Pickle::Pickle(std::string_view bytes, const std::string& name, const PickleTerms& terms,
               std::size_t begin)
    : value_(PickleMachine(bytes, name, terms, begin, this).Run()) {}

}  // namespace lode::files
