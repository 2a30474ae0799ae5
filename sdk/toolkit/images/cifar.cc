#include "toolkit/images/cifar.h"

#include <cstdint>
#include <lode/plugin.hpp>
#include <lode/text.hpp>
#include <memory>
#include <string>
#include <vector>

#include "toolkit/files/text_file.h"
#include "toolkit/images/pickled_array.h"

namespace lode::images {
namespace {

namespace fs = std::filesystem;
using files::PickledValue;

constexpr std::size_t kTrainBatches = 5;  // of CIFAR-10's training images

// Returns the label of image `index`; messages call it `what`.
std::uint8_t CheckedLabel(char byte, std::size_t labels, const char* what, std::size_t index,
                          const std::string& name) {
  const auto label = static_cast<std::uint8_t>(byte);
  if (label >= labels) {
    throw IoError(name + ": the " + what + " of image " + std::to_string(index) + " is " +
                  std::to_string(label) + ", expected 0 to " + std::to_string(labels - 1));
  }
  return label;
}

// The location of a data set's files, and which of the two versions they are.
struct Files {
  fs::path folder;
  bool pickled = false;
};

Files FindFiles(const fs::path& directory, const std::string& binary, const std::string& python,
                const std::string& first) {
  for (const fs::path& folder : {directory / binary, directory, directory / python}) {
    if (fs::exists(folder / (first + ".bin"))) { return {folder}; }
    if (fs::exists(folder / first)) { return {folder, true}; }
  }
  return {directory};
}

std::size_t ReadInto(PixelSet& set, const Files& files, const std::string& file,
                     CifarLayout layout) {
  const fs::path path = files.folder / (files.pickled ? file : file + ".bin");
  const auto parse = files.pickled ? ParsePickledCifar : ParseCifar;
  return parse(files::ReadTextFile(path.string()), layout, path.string(), set);
}

// Returns the labels of `count` images in a pickled batch, which stores them under `key`.
std::vector<std::uint8_t> PickledLabels(const PickledValue& batch, const char* key,
                                        std::size_t count, std::size_t labels,
                                        const std::string& name) {
  const PickledValue* list = batch.Find(key);
  if (list == nullptr || list->kind != PickledValue::kList || list->items.size() != count) {
    throw IoError(name + ": has no list " + Quote(key) + " with a label for each of its " +
                  std::to_string(count) + " images");
  }
  std::vector<std::uint8_t> checked;
  for (std::size_t i = 0; i < count; ++i) {
    const PickledValue& label = *list->items[i];
    if (label.kind != PickledValue::kNumber || label.number < 0 || label.number > 255) {
      throw IoError(name + ": the label of image " + std::to_string(i) + " is not a label");
    }
    checked.push_back(CheckedLabel(static_cast<char>(label.number), labels, "label", i, name));
  }
  return checked;
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
    if (layout.coarse_labels > 0) {
      CheckedLabel(image[0], layout.coarse_labels, "coarse label", i, name);
    }
    const auto label = CheckedLabel(image[label_bytes - 1], layout.labels, "label", i, name);
    if (label < set.classes()) { set.Add(image.substr(label_bytes), label); }
  }
  return count;
}

std::size_t ParsePickledCifar(std::string_view bytes, CifarLayout layout, const std::string& name,
                              PixelSet& set) {
  const files::Pickle pickle(bytes, name, kArrayTerms);
  const PickledValue* data = pickle.value().Find("data");
  const PickledArray array = data == nullptr ? PickledArray{} : ArrayOf(*data, name);
  if (array.shape.size() != 2 || array.shape[0] == 0 || array.shape[1] != kCifarShape.bytes()) {
    throw IoError(name + ": has no array \"data\" of images of " +
                  std::to_string(kCifarShape.bytes()) + " bytes each");
  }
  const std::size_t count = array.shape[0];
  const char* key = layout.coarse_labels > 0 ? "fine_labels" : "labels";
  const auto labels = PickledLabels(pickle.value(), key, count, layout.labels, name);
  set.Reserve(set.size() + count);
  for (std::size_t i = 0; i < count; ++i) {
    if (labels[i] < set.classes()) {
      set.Add(array.bytes.substr(i * kCifarShape.bytes(), kCifarShape.bytes()), labels[i]);
    }
  }
  return count;
}

PixelSets ReadCifar10(const fs::path& directory, std::size_t classes) {
  const Files files =
      FindFiles(directory, "cifar-10-batches-bin", "cifar-10-batches-py", "data_batch_1");
  PixelSets sets = {std::make_unique<PixelSet>(kCifarShape, classes),
                    std::make_unique<PixelSet>(kCifarShape, classes)};
  ReadInto(*sets.test, files, "test_batch", kCifar10);
  std::size_t first = 0;  // images of the first batch
  for (std::size_t batch = 1; batch <= kTrainBatches; ++batch) {
    const std::string file = "data_batch_" + std::to_string(batch);
    const std::size_t count = ReadInto(*sets.train, files, file, kCifar10);
    if (batch == 1) {
      first = count;
      sets.train->Reserve(kTrainBatches * first);
    } else if (count != first) {
      const std::string end = files.pickled ? "" : ".bin";
      std::string text = (files.folder / (file + end)).string();
      text.append(": has ").append(std::to_string(count)).append(" images, expected ");
      text.append(std::to_string(first)).append(", as many as data_batch_1").append(end);
      throw IoError(text);
    }
  }
  return sets;
}

PixelSets ReadCifar100(const fs::path& directory, std::size_t classes) {
  const Files files = FindFiles(directory, "cifar-100-binary", "cifar-100-python", "train");
  PixelSets sets = {std::make_unique<PixelSet>(kCifarShape, classes),
                    std::make_unique<PixelSet>(kCifarShape, classes)};
  ReadInto(*sets.test, files, "test", kCifar100);
  ReadInto(*sets.train, files, "train", kCifar100);
  return sets;
}

}  // namespace lode::images
