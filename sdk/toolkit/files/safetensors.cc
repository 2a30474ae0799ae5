#include "toolkit/files/safetensors.h"

#include <algorithm>
#include <bit>
#include <cstdint>
#include <cstring>
#include <lode/text.hpp>
#include <nlohmann/json.hpp>
#include <optional>
#include <set>
#include <utility>

#include "toolkit/files/read_file.h"
#include "toolkit/posix/write_file.h"

namespace lode::files {
namespace {

static_assert(std::endian::native == std::endian::little, "elements are copied unchanged");

constexpr std::uintmax_t kMaxFileBytes = std::uintmax_t{1} << 33;
constexpr std::size_t kMaxHeaderBytes = 100'000'000;  // the reference implementation's
constexpr std::size_t kLengthBytes = 8;

// ---- the header

// A tensor's entry in the header.
struct Entry {
  std::string name;
  std::optional<std::vector<std::size_t>> shape;
  std::optional<std::pair<std::size_t, std::size_t>> offsets;  // first byte, and one past the last
  bool has_dtype = false;
};

// `position` counts from 1.
std::string NotJson(std::size_t position, std::string_view last_read) {
  return "the header is not JSON at its byte " + std::to_string(position) +
         ", last read: " + Quote(last_read);
}

// Takes the header from nlohmann's parser piece by piece: as a tree it could be many times the
// file's size.
class HeaderReader : public nlohmann::json_sax<nlohmann::json> {
 public:
  explicit HeaderReader(const std::string& name) : name_(name) {}

  std::vector<Entry> Take() { return std::move(entries_); }
  Metadata TakeMetadata() { return std::move(metadata_); }

  bool null() override { Refuse("null"); }
  bool boolean(bool value) override { Refuse(value ? "true" : "false"); }
  bool number_integer(number_integer_t value) override { Refuse(std::to_string(value)); }
  bool number_float(number_float_t, const string_t& text) override { Refuse(text); }
  bool binary(binary_t&) override { Refuse("binary"); }  // not in JSON

  bool number_unsigned(number_unsigned_t value) override {
    if (place_ == Place::kShape) {
      entries_.back().shape->push_back(value);
    } else if (place_ == Place::kOffsets && offsets_.size() < 2) {
      offsets_.push_back(value);
    } else {
      Refuse(place_ == Place::kOffsets ? "three" : std::to_string(value));
    }
    return true;
  }

  bool string(string_t& text) override {
    if (place_ == Place::kMetadata) {
      metadata_[key_] = text;
      return true;
    }
    if (place_ != Place::kTensor || key_ != "dtype") { Refuse(Quote(text)); }
    if (text != "F32") { Fail(Where() + " is " + Quote(text) + ", but only \"F32\" is supported"); }
    entries_.back().has_dtype = true;
    return true;
  }

  bool start_object(std::size_t) override {
    if (place_ == Place::kStart) {
      place_ = Place::kHeader;
    } else if (place_ != Place::kHeader) {
      Refuse("an object");
    } else if (key_ == "__metadata__") {
      place_ = Place::kMetadata;
      fields_.clear();
    } else {
      place_ = Place::kTensor;
      fields_.clear();
      entries_.push_back({key_, {}, {}, false});
    }
    return true;
  }

  bool key(string_t& text) override {
    std::set<std::string>& seen = place_ == Place::kHeader ? names_ : fields_;
    if (!seen.insert(text).second) { Fail(ObjectName() + " has " + Quote(text) + " twice"); }
    key_ = text;
    if (place_ == Place::kTensor && text != "dtype" && text != "shape" && text != "data_offsets") {
      Fail(ObjectName() + " has a field " + Quote(text) +
           ", expected \"dtype\", \"shape\" and \"data_offsets\"");
    }
    return true;
  }

  bool end_object() override {
    if (place_ == Place::kTensor) {
      const Entry& e = entries_.back();
      if (!e.has_dtype) { Fail(ObjectName() + " has no \"dtype\""); }
      if (!e.shape) { Fail(ObjectName() + " has no \"shape\""); }
      if (!e.offsets) { Fail(ObjectName() + " has no \"data_offsets\""); }
    }
    place_ = Place::kHeader;
    return true;
  }

  bool start_array(std::size_t) override {
    if (place_ != Place::kTensor || key_ == "dtype") { Refuse("a list"); }
    if (key_ == "shape") {
      place_ = Place::kShape;
      entries_.back().shape.emplace();
    } else {
      place_ = Place::kOffsets;
      offsets_.clear();
    }
    return true;
  }

  bool end_array() override {
    if (place_ == Place::kOffsets) {
      if (offsets_.size() < 2) { Refuse(offsets_.empty() ? "none" : "only one"); }
      entries_.back().offsets = {offsets_[0], offsets_[1]};
    }
    place_ = Place::kTensor;
    return true;
  }

  bool parse_error(std::size_t position, const std::string& token,
                   const nlohmann::json::exception&) override {
    Fail(NotJson(position, token));
  }

 private:
  // The parser's position; key_ says at which entry.
  enum class Place { kStart, kHeader, kMetadata, kTensor, kShape, kOffsets };

  [[noreturn]] void Fail(const std::string& message) const {
    throw IoError(name_ + ": " + message);
  }
  [[noreturn]] void Refuse(const std::string& seen) const {
    const bool in_list = place_ == Place::kShape || place_ == Place::kOffsets;
    Fail(Where() + (in_list ? " has " : " is ") + seen + ", expected " + Expected());
  }

  // The object that is being read.
  std::string ObjectName() const {
    if (place_ == Place::kHeader) { return "the header"; }
    if (place_ == Place::kMetadata) { return "\"__metadata__\""; }
    return "tensor " + Quote(entries_.back().name);
  }
  // The value that is being read.
  std::string Where() const {
    if (place_ == Place::kStart) { return "the header"; }
    if (place_ == Place::kHeader) { return Quote(key_); }
    return ObjectName() + ", " + Quote(key_);
  }
  const char* Expected() const {
    switch (place_) {
      case Place::kStart:
      case Place::kHeader:
        return "an object";
      case Place::kMetadata:
        return "text";
      case Place::kTensor:
        if (key_ == "dtype") { return "text"; }
        return key_ == "shape" ? "a list of sizes" : "a list of two offsets";
      case Place::kShape:
        return "whole numbers, 0 or more";
      case Place::kOffsets:
        return "two whole numbers, 0 or more";
    }
    return "";
  }

  const std::string& name_;
  Place place_ = Place::kStart;
  std::string key_;
  std::set<std::string> names_, fields_;  // keys so far: of the header, of the object in it
  std::vector<std::size_t> offsets_;
  std::vector<Entry> entries_;
  Metadata metadata_;
};

// REQUIRES: there are kLengthBytes.
std::uint64_t HeaderLength(std::string_view bytes) {
  std::uint64_t length = 0;
  std::memcpy(&length, bytes.data(), kLengthBytes);
  return length;
}

// ---- the whole file

class SafetensorsParser {
 public:
  SafetensorsParser(std::string_view bytes, const std::string& name) : bytes_(bytes), name_(name) {}

  Metadata RunHeader() { return ReadHeader().TakeMetadata(); }

  Safetensors Run() {
    HeaderReader reader = ReadHeader();
    std::vector<Entry> entries = reader.Take();
    RequireLayout(entries);
    Safetensors contents{{}, reader.TakeMetadata()};
    for (Entry& e : entries) { contents.tensors.emplace(std::move(e.name), Read(e)); }
    return contents;
  }

 private:
  [[noreturn]] void Fail(const std::string& message) const {
    throw IoError(name_ + ": " + message);
  }

  std::string_view TakeHeader() {
    if (bytes_.size() < kLengthBytes) {
      Fail("has " + std::to_string(bytes_.size()) + " bytes, expected 8 of the header's length");
    }
    const std::uint64_t length = HeaderLength(bytes_);
    data_ = bytes_.substr(kLengthBytes);
    if (length > kMaxHeaderBytes) {
      Fail("the header has " + std::to_string(length) + " bytes, expected at most " +
           std::to_string(kMaxHeaderBytes) + ": not a safetensors file");
    }
    if (length > data_.size()) {
      Fail("the header has " + std::to_string(length) + " bytes, but the file has only " +
           std::to_string(data_.size()) + " after its length");
    }
    const std::string_view header = data_.substr(0, length);
    data_.remove_prefix(length);
    return header;
  }

  HeaderReader ReadHeader() {
    const std::string_view header = TakeHeader();
    if (!header.starts_with('{')) {
      Fail("the header begins with " + Quote(header.substr(0, 1)) + ", expected \"{\"");
    }
    // The parser would take it for the end of the text.
    if (const std::size_t zero = header.find('\0'); zero != std::string_view::npos) {
      Fail(NotJson(zero + 1, header.substr(zero, 1)));
    }
    HeaderReader reader(name_);
    nlohmann::json::sax_parse(header, &reader);
    return reader;
  }

  // Sorts the entries by their position in the data and checks that they fill it.
  void RequireLayout(std::vector<Entry>& entries) const {
    std::stable_sort(entries.begin(), entries.end(),
                     [](const Entry& a, const Entry& b) { return *a.offsets < *b.offsets; });
    std::size_t filled = 0;
    for (const Entry& e : entries) {
      RequireSize(e);
      const auto [begin, end] = *e.offsets;
      if (begin < filled) { Fail(Named(e) + " overlaps the tensor before it"); }
      if (begin > filled) {
        Fail("bytes " + std::to_string(filled) + " to " + std::to_string(begin) +
             " of the data, before tensor " + Quote(e.name) + ", belong to no tensor");
      }
      filled = end;
    }
    if (filled < data_.size()) {
      Fail("bytes " + std::to_string(filled) + " to " + std::to_string(data_.size()) +
           " of the data, the last ones, belong to no tensor");
    }
  }

  void RequireSize(const Entry& e) const {
    const auto [begin, end] = *e.offsets;
    if (end < begin) { Fail(Named(e) + " ends before it begins"); }
    if (end > data_.size()) {
      Fail(Named(e) + " reaches past the end of the data, which has " +
           std::to_string(data_.size()) + " bytes");
    }
    const std::optional<std::size_t> size = Bytes(*e.shape);
    if (!size || *size != end - begin) {
      Fail(Named(e) + " does not have the size of its shape " + ShapeText(*e.shape) + ", " +
           (size ? std::to_string(*size) + " bytes" : "more than fits in memory"));
    }
  }

  static std::string Named(const Entry& e) {
    return "tensor " + Quote(e.name) + ", bytes " + std::to_string(e.offsets->first) + " to " +
           std::to_string(e.offsets->second) + " of the data,";
  }

  // Returns nothing on overflow.
  static std::optional<std::size_t> Bytes(const std::vector<std::size_t>& shape) {
    std::size_t bytes = sizeof(float);
    for (const std::size_t n : shape) {
      if (__builtin_mul_overflow(bytes, n, &bytes)) { return std::nullopt; }
    }
    return bytes;
  }

  Tensor Read(Entry& e) const {
    const auto [begin, end] = *e.offsets;
    Tensor tensor{*std::move(e.shape), std::vector<float>((end - begin) / sizeof(float))};
    std::copy_n(data_.data() + begin, end - begin, reinterpret_cast<char*>(tensor.values.data()));
    return tensor;
  }

  std::string_view bytes_;
  const std::string& name_;
  std::string_view data_;  // the part after the header
};

}  // namespace

Safetensors ReadSafetensors(const std::string& path) {
  return ParseSafetensors(ReadFile(path, kMaxFileBytes), path);
}

Metadata ReadSafetensorsMetadata(const std::string& path) {
  std::string bytes = ReadBeginning(path, kLengthBytes);
  if (bytes.size() == kLengthBytes) {
    const std::uint64_t length = HeaderLength(bytes);
    bytes = ReadBeginning(path, kLengthBytes + std::min<std::uint64_t>(length, kMaxHeaderBytes));
  }
  return SafetensorsParser(bytes, path).RunHeader();
}

Safetensors ParseSafetensors(std::string_view bytes, const std::string& name) {
  return SafetensorsParser(bytes, name).Run();
}

std::string FormatSafetensors(const Safetensors& contents) {
  nlohmann::ordered_json header = nlohmann::ordered_json::object();
  if (!contents.metadata.empty()) { header["__metadata__"] = contents.metadata; }
  std::size_t end = 0;
  for (const auto& [name, tensor] : contents.tensors) {
    const std::size_t begin = end;
    end += tensor.values.size() * sizeof(float);
    header[name] = {{"dtype", "F32"}, {"shape", tensor.shape}, {"data_offsets", {begin, end}}};
  }
  std::string text = header.dump();
  text.resize((text.size() + kLengthBytes - 1) / kLengthBytes * kLengthBytes, ' ');
  const std::uint64_t length = text.size();
  std::string bytes(reinterpret_cast<const char*>(&length), kLengthBytes);
  bytes.reserve(kLengthBytes + text.size() + end);
  bytes += text;
  for (const auto& [name, tensor] : contents.tensors) {
    bytes.append(reinterpret_cast<const char*>(tensor.values.data()),
                 tensor.values.size() * sizeof(float));
  }
  return bytes;
}

void WriteSafetensors(const std::string& path, const Safetensors& contents) {
  posix::WriteFile(path, FormatSafetensors(contents));
}

std::string ShapeText(const std::vector<std::size_t>& shape) {
  constexpr std::size_t kMost = 16;
  std::string text = "[";
  for (std::size_t k = 0; k < std::min(kMost, shape.size()); ++k) {
    text += (k == 0 ? "" : ", ") + std::to_string(shape[k]);
  }
  return text + (shape.size() > kMost ? ", ...]" : "]");
}

}  // namespace lode::files
