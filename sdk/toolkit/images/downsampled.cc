#include "toolkit/images/downsampled.h"

#include <algorithm>
#include <cstdint>
#include <lode/plugin.hpp>
#include <memory>
#include <string>
#include <vector>

namespace lode::images {
namespace {

namespace fs = std::filesystem;

constexpr std::size_t kBatches = 10;
constexpr std::size_t kChunkImages = 256;  // read at once

// Counted from 0, unlike in these files.
std::uint32_t LabelFrom(std::int64_t number, std::size_t index, const std::string& name) {
  if (number < 1 || number > static_cast<std::int64_t>(kDownsampledClasses)) {
    throw IoError(name + ": label " + std::to_string(index) + " is " + std::to_string(number) +
                  ", expected 1 to " + std::to_string(kDownsampledClasses));
  }
  return static_cast<std::uint32_t>(number - 1);
}

std::vector<std::uint32_t> ReadLabels(const NpzFile& file) {
  NpzArray array = file.Open("labels");
  const NpyHeader& header = array.header();
  if (header.shape.size() != 1) {
    throw IoError(array.name() + ": has the shape " + NpyShapeText(header.shape) +
                  ", expected a list of labels");
  }
  std::vector<std::uint32_t> labels;
  std::string element(header.element_bytes, '\0');
  for (std::size_t i = 0; i < header.shape[0]; ++i) {
    array.Read(element.data(), element.size());
    labels.push_back(LabelFrom(NpyInteger(header, element), i, array.name()));
  }
  array.End();
  return labels;
}

void CheckPixels(const NpzArray& array, std::size_t images, std::size_t image_bytes) {
  const NpyHeader& header = array.header();
  const std::vector<std::size_t> expected = {images, image_bytes};
  if (header.shape != expected) {
    throw IoError(array.name() + ": has the shape " + NpyShapeText(header.shape) + ", expected " +
                  NpyShapeText(expected) + ", a row of planes for each label");
  }
  if (header.kind != 'u' || header.element_bytes != 1) {
    throw IoError(array.name() + ": its elements are not unsigned bytes");
  }
}

// Throws an error with advice if a file is missing.
void RequireFile(const fs::path& path) {
  if (fs::exists(path)) { return; }
  fs::path pickle = path;
  pickle.replace_extension();
  throw IoError(path.string() + ": No such file" +
                (fs::exists(pickle) ? "; " + pickle.filename().string() +
                                          " is a pickle, which is never read: the authors publish "
                                          "the same as .npz"
                                    : ""));
}

fs::path ArchiveFolder(const fs::path& directory, std::size_t resolution,
                       const std::string& split) {
  const fs::path inner =
      directory / ("Imagenet" + std::to_string(resolution) + "_" + split + "_npz");
  return fs::is_directory(inner) ? inner : directory;
}

void ReadImages(const NpzFile& file, const std::vector<std::uint32_t>& labels, PixelSet& set) {
  const std::size_t image_bytes = set.shape().bytes();
  NpzArray array = file.Open("data");
  CheckPixels(array, labels.size(), image_bytes);
  std::string chunk;
  for (std::size_t first = 0; first < labels.size(); first += kChunkImages) {
    const std::size_t count = std::min(kChunkImages, labels.size() - first);
    chunk.resize(count * image_bytes);
    array.Read(chunk.data(), chunk.size());
    for (std::size_t i = 0; i < count; ++i) {
      const std::uint32_t label = labels[first + i];
      if (label < set.classes()) {
        set.Add(std::string_view(chunk).substr(i * image_bytes, image_bytes), label);
      }
    }
  }
  array.End();
}

// Reads all labels first, so that the memory for the images is allocated once.
std::unique_ptr<PixelSet> ReadFiles(const std::vector<fs::path>& paths, PixelShape shape,
                                    std::size_t classes) {
  auto set = std::make_unique<PixelSet>(shape, classes);
  std::vector<std::vector<std::uint32_t>> labels;
  std::size_t images = 0;
  for (const fs::path& path : paths) {
    labels.push_back(ReadLabels(NpzFile(path.string())));
    images += static_cast<std::size_t>(
        std::count_if(labels.back().begin(), labels.back().end(),
                      [classes](std::uint32_t label) { return label < classes; }));
  }
  set->Reserve(images);
  for (std::size_t i = 0; i < paths.size(); ++i) {
    ReadImages(NpzFile(paths[i].string()), labels[i], *set);
  }
  return set;
}

}  // namespace

void ReadDownsampledBatch(const NpzFile& file, PixelSet& set) {
  ReadImages(file, ReadLabels(file), set);
}

PixelSets ReadDownsampled(const fs::path& directory, std::size_t resolution, std::size_t classes) {
  std::vector<fs::path> batches;
  for (std::size_t batch = 1; batch <= kBatches; ++batch) {
    batches.push_back(ArchiveFolder(directory, resolution, "train") /
                      ("train_data_batch_" + std::to_string(batch) + ".npz"));
  }
  const fs::path test = ArchiveFolder(directory, resolution, "val") / "val_data.npz";
  RequireFile(test);
  for (const fs::path& batch : batches) { RequireFile(batch); }
  const PixelShape shape = {resolution, resolution, 3};
  return {ReadFiles(batches, shape, classes), ReadFiles({test}, shape, classes)};
}

}  // namespace lode::images
