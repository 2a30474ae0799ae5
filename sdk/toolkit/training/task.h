// The data a network learns: a data set of images, split into parts.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <functional>
#include <lode/plugin.hpp>
#include <memory>
#include <string>
#include <vector>

#include "toolkit/images/data.h"
#include "toolkit/images/loader.h"
#include "toolkit/training/parameters.h"

namespace lode::training {

// Parameters of oracles that train on images; an oracle's Config derives from it.
struct TaskConfig {
  std::string dataset = "fashion_mnist";
  std::string data;  // directory; "": where Debian's package installs Fashion-MNIST
  std::int64_t classes = 0;
  double validation_share = 0.5;
  std::int64_t train_images = 0;
  std::int64_t validation_images = 0;
  std::int64_t test_images = 0;
  std::int64_t split_seed = 0;
  std::int64_t pad = -1;
  bool flip = true;
  std::int64_t cutout = 0;
  std::int64_t resolution = 224;
};

// Appends them to an oracle's own parameters.
template <class C>
void AddTaskParameters(Params<C>& params) {
  const auto add = Appender<TaskConfig>(params);
  const Range count{0, 1e9};
  add("dataset", &TaskConfig::dataset,
      "Images to learn; fashion_mnist is read from its Debian package, dataset-fashion-mnist.",
      Choices{{"fashion_mnist", "cifar10", "cifar100", "imagenet16", "imagenet32", "imagenet"}});
  add("data", &TaskConfig::data,
      "Directory of the data set's published files; only Fashion-MNIST needs none.",
      Path{.input_file = false, .input = true});
  add("classes", &TaskConfig::classes,
      "Use only this many first classes; 0: all, and for imagenet16 the 120 of ImageNet16-120.",
      count);
  add("validation_share", &TaskConfig::validation_share,
      "Fraction of the training images, of each class, that is set aside for validation; 0: none, "
      "and no validation metrics.",
      Range{0, 1, false, true});
  add("train_images", &TaskConfig::train_images,
      "Maximum number of training images, the same share of each class; 0: all.", count);
  add("validation_images", &TaskConfig::validation_images,
      "Maximum number of validation images; 0: all.", count);
  add("test_images", &TaskConfig::test_images, "Maximum number of test images; 0: all.", count);
  add("split_seed", &TaskConfig::split_seed, "Seed that draws the images that are set aside.",
      count);
  add("pad", &TaskConfig::pad,
      "Augmentation: crops a random square after padding the image with this many black pixels on "
      "each side; 0: none, -1: an eighth of the side, rounded up. Images of imagenet are cropped "
      "by "
      "RandomResizedCrop instead.",
      Range{-1, 64});
  add("flip", &TaskConfig::flip, "Augmentation: mirrors half of the images.");
  add("cutout", &TaskConfig::cutout,
      "Augmentation: side of the square that is set to zero (Cutout); 0: none.", Range{0, 256});
  add("resolution", &TaskConfig::resolution,
      "Pixels per side of what networks see of imagenet's photographs: a random part in training; "
      "else the middle, after the shorter side has been resized to 8/7 of this, rounded up.",
      Range{7, 1024});
}

// Images of a set, by their positions.
struct Part {
  std::shared_ptr<const images::ImageSet> images;
  std::vector<std::uint32_t> positions;
};

// The parts of a data set. No image is in two parts.
struct Parts {
  Part train, validation, test;
  std::string name;  // identifies the parts: equal names mean equal parts
};

// Cuts a data set.
using Cut = std::function<Parts(const TaskConfig&, const images::Data&)>;

// Uses validation_share of the training images, of each class, for validation, and the test images
// for the test. Throws what images::SplitInHalves throws.
Parts CutByShare(const TaskConfig& config, const images::Data& data);

class Task {
 public:
  // Reads the data set, which takes seconds at most. Throws what images::Open and `cut` throw.
  explicit Task(const TaskConfig& config, const Cut& cut = CutByShare);

  std::int64_t classes() const;
  std::int64_t channels() const;
  // Height and width of what networks see.
  std::int64_t side() const;
  bool has_validation() const { return !parts_.validation.positions.empty(); }

  // The parts, each with its own loader. Training is shuffled and augmented, and has only whole
  // batches unless the last one is kept; the others are unchanged and in order.
  std::unique_ptr<images::Loader> Training(std::int64_t batch_size,
                                           bool keep_last_batch = false) const;
  // The same for all images that the data set has for training, including those of other parts.
  std::unique_ptr<images::Loader> TrainingOnAll(std::int64_t batch_size,
                                                bool keep_last_batch) const;
  // The same for the validation part, for what is trained besides weights.
  std::unique_ptr<images::Loader> TrainingOnValidation(std::int64_t batch_size,
                                                       bool keep_last_batch) const;
  // The first `images` of the training part, without augmentation.
  std::unique_ptr<images::Loader> Calibration(std::int64_t images, std::int64_t batch_size) const;
  std::unique_ptr<images::Loader> Validation(std::int64_t batch_size) const;
  // In an order drawn by the seed of the epoch.
  std::unique_ptr<images::Loader> ShuffledValidation(std::int64_t batch_size) const;
  std::unique_ptr<images::Loader> Test(std::int64_t batch_size) const;

  // Describes the task in words, for what is stored of a training.
  std::string Describe() const;
  // Says which images are for training and which for validation.
  const std::string& DescribeParts() const { return parts_.name; }

 private:
  // Photographs of any size.
  bool has_photographs() const { return data_.resolution == 0; }
  images::Transform Plain() const;
  images::Transform Augmented() const;
  std::unique_ptr<images::Loader> TrainingOn(const Part& part, std::int64_t batch_size,
                                             bool keep_last_batch) const;
  std::unique_ptr<images::Loader> InOrder(const Part& part, std::int64_t batch_size) const;

  TaskConfig config_;
  images::Data data_;
  Parts parts_;
};

}  // namespace lode::training
