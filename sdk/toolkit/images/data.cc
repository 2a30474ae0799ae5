#include "toolkit/images/data.h"

#include <algorithm>
#include <array>
#include <lode/plugin.hpp>
#include <lode/text.hpp>
#include <system_error>
#include <utility>

#include "toolkit/files/archive.h"
#include "toolkit/images/cifar.h"
#include "toolkit/images/class_folders.h"
#include "toolkit/images/downsampled.h"
#include "toolkit/images/idx.h"

namespace lode::images {
namespace {

namespace fs = std::filesystem;

constexpr const char* kFashionMnistDirectory = "/usr/share/datasets/fashion-mnist";
constexpr std::size_t kFashionMnistClasses = 10, kFashionMnistSide = 28;
constexpr std::size_t kImageNet16Classes = 120;  // ImageNet16-120

struct Dataset {
  const char* name;
  std::size_t resolution;
  std::size_t classes;        // 0: one for each folder
  std::size_t usual_classes;  // if no number is given; 0: all
  std::vector<float> mean, std;
  Data (*read)(const fs::path& directory, std::size_t classes);
};

template <class Sets>
Data DataOf(Sets sets) {
  return {std::move(sets.train), std::move(sets.test), 0, {}, {}};
}

// Published in units of a byte.
std::vector<float> OfBytes(std::array<float, 3> values) {
  std::vector<float> shares(values.begin(), values.end());
  for (float& share : shares) { share /= 255; }
  return shares;
}

Data ReadFashionMnist(const fs::path& directory, std::size_t classes) {
  if (directory == kFashionMnistDirectory && !fs::exists(directory)) {
    throw IoError(directory.string() +
                  ": No such directory; Debian's package dataset-fashion-mnist has it");
  }
  PixelSets sets = ReadIdxSets(directory, kFashionMnistClasses, classes);
  for (const PixelSet* set : {sets.train.get(), sets.test.get()}) {
    const PixelShape& shape = set->shape();
    if (shape.height != kFashionMnistSide || shape.width != kFashionMnistSide) {
      throw IoError(directory.string() + ": has images of " + std::to_string(shape.height) + " x " +
                    std::to_string(shape.width) + " pixels, expected 28 x 28");
    }
  }
  return DataOf(std::move(sets));
}

const std::vector<Dataset>& Datasets() {
  static const std::vector<Dataset> datasets = {
      {"fashion_mnist",
       kFashionMnistSide,
       kFashionMnistClasses,
       0,
       {0.28604f},
       {0.35302f},
       ReadFashionMnist},
      {"cifar10", 32, kCifar10.labels, 0, OfBytes({125.3f, 123.0f, 113.9f}),
       OfBytes({63.0f, 62.1f, 66.7f}),
       [](const fs::path& d, std::size_t n) { return DataOf(ReadCifar10(d, n)); }},
      {"cifar100", 32, kCifar100.labels, 0, OfBytes({129.3f, 124.1f, 112.4f}),
       OfBytes({68.2f, 65.4f, 70.4f}),
       [](const fs::path& d, std::size_t n) { return DataOf(ReadCifar100(d, n)); }},
      {"imagenet16", 16, kDownsampledClasses, kImageNet16Classes,
       OfBytes({122.68f, 116.66f, 104.01f}), OfBytes({63.22f, 61.26f, 65.09f}),
       [](const fs::path& d, std::size_t n) { return DataOf(ReadDownsampled(d, 16, n)); }},
      {"imagenet32",
       32,
       kDownsampledClasses,
       0,
       {0.4811f, 0.4575f, 0.4079f},
       {0.2604f, 0.2532f, 0.2682f},
       [](const fs::path& d, std::size_t n) { return DataOf(ReadDownsampled(d, 32, n)); }},
      {"imagenet",
       0,
       0,
       0,
       {0.485f, 0.456f, 0.406f},
       {0.229f, 0.224f, 0.225f},
       [](const fs::path& d, std::size_t n) { return DataOf(ReadClassFolders(d, n)); }},
  };
  return datasets;
}

const Dataset& Find(const std::string& name) {
  for (const Dataset& dataset : Datasets()) {
    if (dataset.name == name) { return dataset; }
  }
  throw InvalidError("unknown data set " + Quote(name) +
                     " (nearest: " + Quote(Nearest(name, DatasetNames())) + ")");
}

fs::path DirectoryOf(const DataSource& source) {
  if (!source.directory.empty()) { return source.directory; }
  if (source.dataset == "fashion_mnist") { return kFashionMnistDirectory; }
  throw InvalidError("the data set " + Quote(source.dataset) + " needs a directory");
}

std::size_t ClassesOf(const DataSource& source, const Dataset& dataset) {
  if (source.classes > 0) { return source.classes; }
  return dataset.usual_classes > 0 ? dataset.usual_classes : dataset.classes;
}

void CheckEveryClass(const ImageSet& set, const fs::path& directory, const char* which) {
  std::vector<bool> seen(set.classes());
  for (std::size_t i = 0; i < set.size(); ++i) { seen[set.Label(i)] = true; }
  const auto missing = std::find(seen.begin(), seen.end(), false);
  if (missing != seen.end()) {
    throw IoError(directory.string() + ": class " + std::to_string(missing - seen.begin()) +
                  " has no images to " + which);
  }
}

// Returns what to do with archives found where a data set was expected; "" if there are none.
std::string AdviceOnArchives(const fs::path& directory) {
  std::error_code none;
  for (const fs::directory_entry& entry : fs::directory_iterator(directory, none)) {
    if (!entry.is_regular_file() || entry.path().extension() == ".npz") { continue; }
    const std::string advice = files::ArchiveAdvice(entry.path());
    if (!advice.empty()) { return "; " + entry.path().filename().string() + " in it " + advice; }
  }
  return "";
}

Data Read(const Dataset& dataset, const fs::path& directory, std::size_t classes) {
  if (fs::is_regular_file(directory)) {
    const std::string advice = files::ArchiveAdvice(directory);
    throw IoError(directory.string() + ": " +
                  (advice.empty() ? "is a file, expected a directory" : advice));
  }
  try {
    return dataset.read(directory, classes);
  } catch (const IoError& e) { throw IoError(e.what() + AdviceOnArchives(directory)); }
}

}  // namespace

const std::vector<std::string>& DatasetNames() {
  static const std::vector<std::string> names = [] {
    std::vector<std::string> list;
    for (const Dataset& dataset : Datasets()) { list.emplace_back(dataset.name); }
    return list;
  }();
  return names;
}

Data Open(const DataSource& source) {
  const Dataset& dataset = Find(source.dataset);
  if (dataset.classes > 0 && source.classes > dataset.classes) {
    throw InvalidError("classes is " + std::to_string(source.classes) + ", and " +
                       Quote(source.dataset) + " has " + std::to_string(dataset.classes));
  }
  const fs::path directory = DirectoryOf(source);
  Data data = Read(dataset, directory, ClassesOf(source, dataset));
  CheckEveryClass(*data.train, directory, "train on");
  CheckEveryClass(*data.test, directory, "test with");
  data.resolution = dataset.resolution;
  data.mean = dataset.mean;
  data.std = dataset.std;
  return data;
}

}  // namespace lode::images
