#include "toolkit/pytorch/pytorch_file.h"

#include <algorithm>
#include <array>
#include <cstdint>
#include <cstring>
#include <lode/plugin.hpp>
#include <lode/text.hpp>
#include <optional>
#include <utility>

#include "toolkit/files/pickle.h"
#include "toolkit/files/read_file.h"
#include "toolkit/pytorch/element_type.h"
#include "toolkit/pytorch/zip_archive.h"

namespace lode::pytorch {
namespace {

using files::Pickle;
using files::PickledValue;
using Shape = PyTorchFile::Shape;

constexpr std::uintmax_t kMaxFileBytes = std::uintmax_t{1} << 33;
constexpr std::size_t kMaxDimensions = 8;  // a network has fewer

constexpr std::string_view kRebuildTensor = "torch._utils._rebuild_tensor_v2";
constexpr std::array<std::string_view, 11> kNames = {
    kRebuildTensor,          "torch.FloatStorage", "torch.DoubleStorage", "torch.HalfStorage",
    "torch.BFloat16Storage", "torch.LongStorage",  "torch.IntStorage",    "torch.ShortStorage",
    "torch.CharStorage",     "torch.ByteStorage",  "torch.BoolStorage"};
constexpr files::PickleTerms kTerms = {kNames, "a dictionary of tensors"};

// The first pickle of the form before 1.6: 0x1950a86a20f9469cfc6c.
constexpr std::string_view kMagic = "\x6c\xfc\x9c\x46\xf9\x20\x6a\xa8\x50\x19";
constexpr std::int64_t kVersion = 1001;

[[noreturn]] void Fail(const std::string& name, const std::string& what) {
  throw IoError(name + ": " + what);
}

// `where`: "NAME:" or "NAME: TENSOR".
[[noreturn]] void FailAt(const std::string& where, const std::string& what) {
  throw IoError(where + " " + what);
}

std::optional<std::size_t> SizeOf(const PickledValue& value) {
  if (value.kind != PickledValue::kNumber || value.number < 0) { return {}; }
  return static_cast<std::size_t>(value.number);
}

// ---- storages

// What a tensor says of its storage.
struct StorageId {
  const ElementType* type;
  std::string_view key;
  std::size_t count;  // of elements

  bool operator==(const StorageId&) const = default;
  // REQUIRES: Fits some bytes.
  std::size_t bytes() const { return count * type->bytes; }
  // Whether so many bytes have room for it.
  bool Fits(std::size_t bytes) const { return count <= bytes / type->bytes; }
};

// A reference is ("storage", type, key, device, count); before 1.6 it may say that the storage is a
// part of another.
StorageId IdOf(const PickledValue& reference, const std::string& where) {
  const PickledValue& parts = *reference.items[0];
  const std::size_t size = parts.kind == PickledValue::kList ? parts.items.size() : 0;
  if ((size != 5 && size != 6) || !parts.items[0]->IsText("storage") ||
      parts.items[1]->kind != PickledValue::kName || parts.items[2]->kind != PickledValue::kText) {
    FailAt(where, "refers to something that is not a storage");
  }
  const ElementType* type = FindElementType(parts.items[1]->text);
  const std::optional<std::size_t> count = SizeOf(*parts.items[4]);
  if (type == nullptr || !count) { FailAt(where, "refers to a storage without a type or a size"); }
  if (size == 6 && parts.items[5]->kind != PickledValue::kNone) {
    FailAt(where, "has a storage that is a part of another");
  }
  return {type, parts.items[2]->text, *count};
}

class Storages {
 public:
  virtual ~Storages() = default;
  // Returns the elements; they live as long as *this. Throws IoError.
  virtual std::string_view ElementsOf(const StorageId& id) = 0;
};

// Reads storages when they are first asked for: those of a training's optimizer never.
class ZipStorages : public Storages {
 public:
  ZipStorages(std::string_view bytes, const std::string& name)
      : zip_(bytes, name), name_(name), folder_(zip_.FolderOf("data.pkl") + "/") {
    const std::string order = folder_ + "byteorder";
    if (zip_.Has(order) && zip_.Read(order) != "little") { Fail(name, "is not little-endian"); }
    pickle_ = zip_.Read(folder_ + "data.pkl");
  }

  std::string_view pickle() const { return pickle_; }

  std::string_view ElementsOf(const StorageId& id) override {
    const auto [at, is_new] = read_.try_emplace(std::string(id.key));
    if (is_new) { at->second = zip_.Read(folder_ + "data/" + at->first); }
    if (!id.Fits(at->second.size()) || id.bytes() != at->second.size()) {
      Fail(name_, "storage " + Quote(id.key) + " has " + std::to_string(at->second.size()) +
                      " bytes, expected " + std::to_string(id.count) + " elements of " +
                      std::to_string(id.type->bytes));
    }
    return at->second;
  }

 private:
  ZipArchive zip_;
  const std::string& name_;
  std::string folder_, pickle_;
  std::map<std::string, std::string> read_;  // by key
};

// The storages that follow the pickles.
class AppendedStorages : public Storages {
 public:
  AppendedStorages(std::string_view bytes, const std::string& name, const Pickle& contents)
      : bytes_(bytes), name_(name) {
    for (const PickledValue& value : contents.values()) {
      if (value.kind != PickledValue::kReference) { continue; }
      const StorageId id = IdOf(value, name + ":");
      if (ids_.try_emplace(id.key, id).first->second != id) {
        Fail(name, "storage " + Quote(id.key) + " has several types or sizes");
      }
    }
    const Pickle keys(bytes, name, kTerms, contents.end());
    at_ = keys.end();
    for (const PickledValue* key : keys.value().items) { TakeStorage(key->text); }
    if (at_ != bytes.size()) {
      Fail(name, "has " + std::to_string(bytes.size() - at_) + " bytes after its last storage");
    }
  }

  std::string_view ElementsOf(const StorageId& id) override {
    const auto at = elements_.find(id.key);
    if (at == elements_.end()) { Fail(name_, "has no elements of storage " + Quote(id.key)); }
    return at->second;
  }

 private:
  void TakeStorage(std::string_view key) {
    const auto found = ids_.find(key);
    if (found == ids_.end()) {
      Fail(name_, "has elements of storage " + Quote(key) + ", which no tensor has");
    }
    const StorageId& id = found->second;
    std::uint64_t count = 0;
    const std::string_view head = Take(sizeof count, key);
    std::memcpy(&count, head.data(), sizeof count);
    if (count != id.count) {
      Fail(name_, "storage " + Quote(key) + " has " + std::to_string(count) +
                      " elements, expected " + std::to_string(id.count));
    }
    const std::size_t size = id.Fits(bytes_.size()) ? id.bytes() : bytes_.size();
    if (!elements_.emplace(id.key, Take(size, key)).second) {
      Fail(name_, "has storage " + Quote(key) + " twice");
    }
  }
  std::string_view Take(std::size_t size, std::string_view key) {
    if (size > bytes_.size() - at_) {
      Fail(name_, "is truncated in storage " + Quote(key) + ", at byte " + std::to_string(at_));
    }
    at_ += size;
    return bytes_.substr(at_ - size, size);
  }

  std::string_view bytes_;
  const std::string& name_;
  std::map<std::string_view, StorageId> ids_;              // by key
  std::map<std::string_view, std::string_view> elements_;  // likewise
  std::size_t at_ = 0;
};

// ---- tensors

// Elements of a storage.
struct View {
  const ElementType* type = nullptr;
  std::string_view elements;  // the whole storage's
  std::size_t first = 0;
  Shape shape, strides;  // in elements

  std::size_t count() const {
    std::size_t product = 1;
    for (const std::size_t length : shape) { product *= length; }
    return product;
  }
};

std::optional<Shape> ShapeFrom(const PickledValue& list) {
  if (list.kind != PickledValue::kList || list.items.size() > kMaxDimensions) { return {}; }
  Shape shape;
  for (const PickledValue* item : list.items) {
    const std::optional<std::size_t> length = SizeOf(*item);
    if (!length) { return {}; }
    shape.push_back(*length);
  }
  return shape;
}

// Returns whether all elements of a view are in a storage of `count`, and not more than it has.
bool IsWithin(const View& view, std::size_t count) {
  if (std::ranges::find(view.shape, 0U) != view.shape.end()) { return true; }
  std::size_t elements = 1, last = view.first;
  if (last >= count) { return false; }
  for (std::size_t d = 0; d < view.shape.size(); ++d) {
    const std::size_t length = view.shape[d], stride = view.strides[d];
    if (length > count / elements) { return false; }
    if (stride != 0 && length - 1 > (count - 1 - last) / stride) { return false; }
    elements *= length;
    last += (length - 1) * stride;
  }
  return true;
}

// The arguments are (storage, first element, shape, strides, requires_grad, hooks); later versions
// append metadata.
View ViewOf(const PickledValue& value, Storages& storages, const std::string& where) {
  if (value.kind != PickledValue::kObject || value.text != kRebuildTensor) {
    FailAt(where, "is not a tensor");
  }
  const auto& arguments = value.arguments();
  if (arguments.size() < 6 || arguments[0]->kind != PickledValue::kReference) {
    FailAt(where, "is a tensor without a storage");
  }
  const std::optional<std::size_t> first = SizeOf(*arguments[1]);
  const std::optional<Shape> shape = ShapeFrom(*arguments[2]), strides = ShapeFrom(*arguments[3]);
  if (!first || !shape || !strides || shape->size() != strides->size()) {
    FailAt(where, "is a tensor of an impossible shape");
  }
  const StorageId id = IdOf(*arguments[0], where);
  View view{id.type, {}, *first, *shape, *strides};
  if (!IsWithin(view, id.count)) {
    FailAt(where, "has the shape " + files::ShapeText(*shape) +
                      ", which is not within its storage of " + std::to_string(id.count) +
                      " elements");
  }
  view.elements = storages.ElementsOf(id);
  return view;
}

std::vector<float> ElementsOf(const View& view) {
  std::vector<float> values(view.count());
  Shape at(view.shape.size());
  std::size_t element = view.first;
  for (float& value : values) {
    value = view.type->read(view.elements.data() + element * view.type->bytes);
    for (std::size_t d = at.size(); d-- > 0;) {  // the next place
      element += view.strides[d];
      if (++at[d] < view.shape[d]) { break; }
      element -= view.shape[d] * view.strides[d];
      at[d] = 0;
    }
  }
  return values;
}

// ---- the form before 1.6

// Reads the three pickles before the contents. Returns where those begin.
std::size_t ReadPreamble(std::string_view bytes, const std::string& name) {
  if (!bytes.starts_with('\x80')) {
    Fail(name, "begins with " + Quote(bytes.substr(0, 8)) +
                   ", expected a file of torch.save: a zip archive or a pickle");
  }
  const Pickle magic(bytes, name, kTerms);
  if (magic.value().kind != PickledValue::kLong || magic.value().text != kMagic) {
    Fail(name, "is a pickle, but not one that torch.save wrote");
  }
  const Pickle version(bytes, name, kTerms, magic.end());
  if (version.value().kind != PickledValue::kNumber || version.value().number != kVersion) {
    Fail(name, "has another version than " + std::to_string(kVersion));
  }
  const Pickle writer(bytes, name, kTerms, version.end());
  const PickledValue* little = writer.value().Find("little_endian");
  if (little == nullptr || little->number != 1) { Fail(name, "is not little-endian"); }
  return writer.end();
}

}  // namespace

// ---- the file

struct PyTorchFile::Contents {
  void Add(const PickledValue& value) {
    const PickledValue* inner = value.Find("state_dict");
    const PickledValue& tensors = inner == nullptr ? value : *inner;
    if (tensors.kind != PickledValue::kDict || tensors.items.empty()) {
      Fail(name, "does not have a dictionary of tensors");
    }
    for (std::size_t i = 0; i + 1 < tensors.items.size(); i += 2) {
      const PickledValue& key = *tensors.items[i];
      if (key.kind != PickledValue::kText) { Fail(name, "has a tensor whose name is not text"); }
      const std::string where = std::string(name).append(": ").append(Quote(key.text, 80));
      View view = ViewOf(*tensors.items[i + 1], *storages, where);
      if (!shapes.emplace(key.text, view.shape).second) { FailAt(where, "is there twice"); }
      views.emplace(key.text, std::move(view));
    }
  }

  std::string bytes, name;
  std::unique_ptr<Storages> storages;
  Shapes shapes;
  std::map<std::string, View, std::less<>> views;  // those of shapes
};

PyTorchFile::PyTorchFile(const std::string& path)
    : PyTorchFile(files::ReadFile(path, kMaxFileBytes), path) {}

PyTorchFile::PyTorchFile(std::string bytes, std::string name)
    : contents_(std::make_unique<Contents>()) {
  Contents& c = *contents_;
  c.bytes = std::move(bytes);
  c.name = std::move(name);
  if (c.bytes.starts_with("PK\x03\x04")) {
    auto storages = std::make_unique<ZipStorages>(c.bytes, c.name);
    const std::string pickle_name = c.name + ": data.pkl";
    const Pickle pickle(storages->pickle(), pickle_name, kTerms);
    c.storages = std::move(storages);
    c.Add(pickle.value());
  } else {
    const Pickle pickle(c.bytes, c.name, kTerms, ReadPreamble(c.bytes, c.name));
    c.storages = std::make_unique<AppendedStorages>(c.bytes, c.name, pickle);
    c.Add(pickle.value());
  }
}

PyTorchFile::~PyTorchFile() = default;
PyTorchFile::PyTorchFile(PyTorchFile&&) noexcept = default;

const std::string& PyTorchFile::name() const { return contents_->name; }

const PyTorchFile::Shapes& PyTorchFile::shapes() const { return contents_->shapes; }

files::Tensor PyTorchFile::Read(std::string_view tensor) const {
  const View& view = contents_->views.find(tensor)->second;
  return {view.shape, ElementsOf(view)};
}

}  // namespace lode::pytorch
