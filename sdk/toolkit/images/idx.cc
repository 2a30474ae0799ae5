#include "toolkit/images/idx.h"

#include <cstdint>
#include <lode/plugin.hpp>
#include <memory>

#include "toolkit/files/text_file.h"

namespace lode::images {
namespace {

namespace fs = std::filesystem;

constexpr std::size_t kMagicBytes = 4;
constexpr char kUnsignedByte = 8;

std::uint8_t Byte(std::string_view bytes, std::size_t at) {
  return static_cast<std::uint8_t>(bytes[at]);
}

std::size_t BigEndian(std::string_view bytes, std::size_t at) {
  std::size_t value = 0;
  for (std::size_t i = 0; i < 4; ++i) { value = value << 8 | Byte(bytes, at + i); }
  return value;
}

void CheckMagic(std::string_view bytes, std::size_t dimensions, const std::string& name) {
  const std::size_t magic = BigEndian(bytes, 0);
  const std::size_t expected = static_cast<std::size_t>(kUnsignedByte) << 8 | dimensions;
  if (magic != expected) {
    throw IoError(name + ": begins with the number " + std::to_string(magic) + ", expected " +
                  std::to_string(expected) + ", that of bytes in " + std::to_string(dimensions) +
                  " dimensions");
  }
}

// Returns the plain or the compressed file, whichever exists.
fs::path FindFile(const fs::path& directory, const std::string& name) {
  fs::path plain = directory / name, packed = directory / (name + ".gz");
  return !fs::exists(packed) && fs::exists(plain) ? plain : packed;
}

// Reads one of the two sets, from its two files.
class Reader {
 public:
  Reader(const fs::path& directory, const std::string& prefix, std::size_t published,
         std::size_t classes)
      : images_path_(FindFile(directory, prefix + "-images-idx3-ubyte").string()),
        labels_path_(FindFile(directory, prefix + "-labels-idx1-ubyte").string()),
        published_(published),
        classes_(classes) {}

  std::unique_ptr<PixelSet> Run() const {
    const std::string labels_file = files::ReadTextFile(labels_path_);
    const std::string images_file = files::ReadTextFile(images_path_);
    const IdxArray labels = ParseIdx(labels_file, 1, labels_path_);
    const IdxArray images = ParseIdx(images_file, 3, images_path_);
    const std::size_t count = images.shape[0];
    if (count != labels.shape[0]) {
      throw IoError(images_path_ + ": has " + std::to_string(count) + " images, expected " +
                    std::to_string(labels.shape[0]) + ", as many as labels in " + labels_path_);
    }
    const PixelShape shape = {images.shape[1], images.shape[2], 1};
    if (shape.bytes() == 0) { throw IoError(images_path_ + ": its images have no pixels"); }
    auto set = std::make_unique<PixelSet>(shape, classes_);
    set->Reserve(count);
    for (std::size_t i = 0; i < count; ++i) {
      const std::uint8_t label = LabelAt(labels, i);
      if (label < classes_) {
        set->Add(images.elements.substr(i * shape.bytes(), shape.bytes()), label);
      }
    }
    return set;
  }

 private:
  std::uint8_t LabelAt(const IdxArray& labels, std::size_t i) const {
    const std::uint8_t label = Byte(labels.elements, i);
    if (label >= published_) {
      throw IoError(labels_path_ + ": label " + std::to_string(i) + " is " + std::to_string(label) +
                    ", expected 0 to " + std::to_string(published_ - 1));
    }
    return label;
  }

  std::string images_path_, labels_path_;
  std::size_t published_, classes_;
};

}  // namespace

IdxArray ParseIdx(std::string_view bytes, std::size_t dimensions, const std::string& name) {
  const std::size_t header = kMagicBytes + 4 * dimensions;
  if (bytes.size() < header) {
    throw IoError(name + ": has " + std::to_string(bytes.size()) + " bytes, expected " +
                  std::to_string(header) + " of a header");
  }
  CheckMagic(bytes, dimensions, name);
  IdxArray array;
  std::size_t size = 1;
  bool fits = true;
  for (std::size_t d = 0; d < dimensions; ++d) {
    array.shape.push_back(BigEndian(bytes, kMagicBytes + 4 * d));
    fits = fits && !__builtin_mul_overflow(size, array.shape.back(), &size);
  }
  array.elements = bytes.substr(header);
  if (!fits || array.elements.size() != size) {
    throw IoError(name + ": has " + std::to_string(array.elements.size()) +
                  " bytes after its header, expected " +
                  (fits ? std::to_string(size) : "more than fits in memory"));
  }
  return array;
}

PixelSets ReadIdxSets(const fs::path& directory, std::size_t published, std::size_t classes) {
  return {Reader(directory, "train", published, classes).Run(),
          Reader(directory, "t10k", published, classes).Run()};
}

}  // namespace lode::images
