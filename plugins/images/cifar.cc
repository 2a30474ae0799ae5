#include "plugins/images/cifar.h"

#include <cstdint>
#include <lode/plugin.hpp>
#include <memory>
#include <vector>

#include "plugins/delimited/text_file.h"

namespace lode::images {
namespace {

namespace fs = std::filesystem;

constexpr std::size_t kTrainBatches = 5;  // of CIFAR-10's training images

// A label of the image `index`; `what` is what messages call it.
std::uint8_t CheckedLabel(char byte, std::size_t labels, const char* what, std::size_t index,
                          const std::string& name) {
  const auto label = static_cast<std::uint8_t>(byte);
  if (label >= labels) {
    throw IoError(name + ": the " + what + " of image " + std::to_string(index) + " is " +
                  std::to_string(label) + ", expected 0 to " + std::to_string(labels - 1));
  }
  return label;
}

fs::path FolderOf(const fs::path& directory, const char* published) {
  const fs::path inner = directory / published;
  return fs::is_directory(inner) ? inner : directory;
}

std::size_t ReadInto(PixelSet& set, const fs::path& path, CifarLayout layout) {
  return ParseCifar(delimited::ReadTextFile(path.string()), layout, path.string(), set);
}

}  // namespace

std::size_t ParseCifar(std::string_view bytes, CifarLayout layout, const std::string& name,
                       PixelSet& set) {
  const std::size_t label_bytes = layout.coarse_labels > 0 ? 2 : 1;
  const std::size_t record = label_bytes + kCifarShape.bytes();
  if (bytes.empty() || bytes.size() % record != 0) {
    throw IoError(name + ": has " + std::to_string(bytes.size()) + " bytes, expected images of " +
                  std::to_string(record) + " bytes each");
  }
  const std::size_t count = bytes.size() / record;
  set.Reserve(set.size() + count);
  for (std::size_t i = 0; i < count; ++i) {
    const std::string_view image = bytes.substr(i * record, record);
    if (layout.coarse_labels > 0)
      CheckedLabel(image[0], layout.coarse_labels, "coarse label", i, name);
    const auto label = CheckedLabel(image[label_bytes - 1], layout.labels, "label", i, name);
    if (label < set.classes()) set.Add(image.substr(label_bytes), label);
  }
  return count;
}

PixelSets ReadCifar10(const fs::path& directory, std::size_t classes) {
  const fs::path folder = FolderOf(directory, "cifar-10-batches-bin");
  PixelSets sets = {std::make_unique<PixelSet>(kCifarShape, classes),
                    std::make_unique<PixelSet>(kCifarShape, classes)};
  ReadInto(*sets.test, folder / "test_batch.bin", kCifar10);
  std::size_t first = 0;  // images of the first batch
  for (std::size_t batch = 1; batch <= kTrainBatches; ++batch) {
    const fs::path path = folder / ("data_batch_" + std::to_string(batch) + ".bin");
    const std::size_t count = ReadInto(*sets.train, path, kCifar10);
    if (batch == 1) {
      first = count;
      sets.train->Reserve(kTrainBatches * first);
    } else if (count != first) {
      throw IoError(path.string() + ": has " + std::to_string(count) + " images, expected " +
                    std::to_string(first) + ", as many as data_batch_1.bin");
    }
  }
  return sets;
}

PixelSets ReadCifar100(const fs::path& directory, std::size_t classes) {
  const fs::path folder = FolderOf(directory, "cifar-100-binary");
  PixelSets sets = {std::make_unique<PixelSet>(kCifarShape, classes),
                    std::make_unique<PixelSet>(kCifarShape, classes)};
  ReadInto(*sets.test, folder / "test.bin", kCifar100);
  ReadInto(*sets.train, folder / "train.bin", kCifar100);
  return sets;
}

}  // namespace lode::images
