// What a network learns: a data set of images, cut into parts.
// SPDX-License-Identifier: Apache-2.0
#ifndef LODE_PLUGINS_TRAINING_TASK_H_
#define LODE_PLUGINS_TRAINING_TASK_H_

#include <cstdint>
#include <functional>
#include <lode/plugin.hpp>
#include <memory>
#include <string>
#include <vector>

#include "plugins/images/data.h"
#include "plugins/images/loader.h"
#include "plugins/training/parameters.h"

namespace training {

// Parameters of oracles that train on images; an oracle's Config derives from it.
struct TaskConfig {
  std::string dataset = "fashion_mnist";
  std::string data;  // directory; "": where Debian's package has Fashion-MNIST
  std::int64_t classes = 0;
  double validation_share = 0.5;
  std::int64_t train_images = 0;
  std::int64_t validation_images = 0;
  std::int64_t test_images = 0;
  std::int64_t split_seed = 0;
  std::int64_t pad = -1;
  bool flip = true;
  std::int64_t cutout = 0;
};

// Appends them to an oracle's own parameters.
template <class C>
void AddTaskParameters(lode::Params<C>& params) {
  const auto add = Appender<TaskConfig>(params);
  const lode::Range count{0, 1e9};
  add("dataset", &TaskConfig::dataset,
      "Images to learn; fashion_mnist is where its Debian package, dataset-fashion-mnist, has it.",
      lode::Choices{{"fashion_mnist", "cifar10", "cifar100", "imagenet16", "imagenet32"}});
  add("data", &TaskConfig::data,
      "Directory of the data set's published files; only Fashion-MNIST needs none.",
      lode::Path{.input_file = false, .input = true});
  add("classes", &TaskConfig::classes,
      "Only the first classes of the data set; 0: all, of imagenet16 the 120 of ImageNet16-120.",
      count);
  add("validation_share", &TaskConfig::validation_share,
      "Part of the training images, of each class, that is set apart for validation; 0: none, and "
      "no validation metrics.",
      lode::Range{0, 1, false, true});
  add("train_images", &TaskConfig::train_images,
      "At most so many images to train on, of each class the same share; 0: all.", count);
  add("validation_images", &TaskConfig::validation_images,
      "At most so many images to validate on; 0: all.", count);
  add("test_images", &TaskConfig::test_images, "At most so many images to test on; 0: all.", count);
  add("split_seed", &TaskConfig::split_seed, "Draws the images that are set apart.", count);
  add("pad", &TaskConfig::pad,
      "Augmentation: a square is cut at random out of the image with so many black pixels on each "
      "side; 0: none, -1: an eighth of the side, rounded up.",
      lode::Range{-1, 64});
  add("flip", &TaskConfig::flip, "Augmentation: half of the images are mirrored.");
  add("cutout", &TaskConfig::cutout,
      "Augmentation: side of the square that is set to zero (Cutout); 0: none.",
      lode::Range{0, 256});
}

// Images of a set, by their positions.
struct Part {
  std::shared_ptr<const lode::images::ImageSet> images;
  std::vector<std::uint32_t> positions;
};

// What a data set is cut into. No image is in two parts.
struct Parts {
  Part train, validation, test;
  std::string name;  // says which images are in which part: the same name, the same parts
};

// Cuts a data set.
using Cut = std::function<Parts(const TaskConfig&, const lode::images::Data&)>;

// validation_share of the training images, of each class, are for validation; test images for the test.
// Throws what images::SplitInHalves does.
Parts CutByShare(const TaskConfig& config, const lode::images::Data& data);

class Task {
 public:
  // Reads the data set: seconds at most. Throws what images::Open and `cut` do.
  explicit Task(const TaskConfig& config, const Cut& cut = CutByShare);

  std::int64_t classes() const;
  std::int64_t channels() const;
  std::int64_t side() const { return static_cast<std::int64_t>(data_.resolution); }
  bool has_validation() const { return !parts_.validation.positions.empty(); }

  // The parts, each by a loader of its own. Training is shuffled and augmented, and has whole batches
  // only unless the last one is kept; the others come as they are, in their order.
  std::unique_ptr<lode::images::Loader> Training(std::int64_t batch_size,
                                                 bool keep_last_batch = false) const;
  // The same of all images that the data set has for training, those of other parts included.
  std::unique_ptr<lode::images::Loader> TrainingOnAll(std::int64_t batch_size,
                                                      bool keep_last_batch) const;
  // The first `images` of the training part, without augmentation.
  std::unique_ptr<lode::images::Loader> Calibration(std::int64_t images,
                                                    std::int64_t batch_size) const;
  std::unique_ptr<lode::images::Loader> Validation(std::int64_t batch_size) const;
  // In an order that the seed of an epoch draws.
  std::unique_ptr<lode::images::Loader> ShuffledValidation(std::int64_t batch_size) const;
  std::unique_ptr<lode::images::Loader> Test(std::int64_t batch_size) const;

  // The task in words, for what is kept of a training.
  std::string Describe() const;
  // Which images are for training, and which for validation.
  const std::string& DescribeParts() const { return parts_.name; }

 private:
  lode::images::Transform Plain() const;
  lode::images::Transform Augmented() const;
  std::unique_ptr<lode::images::Loader> TrainingOn(const Part& part, std::int64_t batch_size,
                                                   bool keep_last_batch) const;
  std::unique_ptr<lode::images::Loader> InOrder(const Part& part, std::int64_t batch_size) const;

  TaskConfig config_;
  lode::images::Data data_;
  Parts parts_;
};

}  // namespace training

#endif  // LODE_PLUGINS_TRAINING_TASK_H_
