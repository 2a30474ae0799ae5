// What a network learns: a data set of images, cut into parts.
// SPDX-License-Identifier: Apache-2.0
#ifndef LODE_PLUGINS_TRAINING_TASK_H_
#define LODE_PLUGINS_TRAINING_TASK_H_

#include <cstdint>
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
      lode::Path{.input_file = false});
  add("classes", &TaskConfig::classes, "Only the first classes of the data set; 0: all.", count);
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

class Task {
 public:
  // Reads the data set: seconds at most. Throws what images::Open and images::SplitInHalves do.
  explicit Task(const TaskConfig& config);

  std::int64_t classes() const;
  std::int64_t channels() const;
  std::int64_t side() const { return static_cast<std::int64_t>(data_.resolution); }
  bool has_validation() const { return !validation_.empty(); }

  // The parts, each by a loader of its own. Training is shuffled, augmented and has whole batches only;
  // the others come as they are, in their order.
  std::unique_ptr<lode::images::Loader> Training(std::int64_t batch_size) const;
  // The first `images` of the training part, without augmentation.
  std::unique_ptr<lode::images::Loader> Calibration(std::int64_t images,
                                                    std::int64_t batch_size) const;
  std::unique_ptr<lode::images::Loader> Validation(std::int64_t batch_size) const;
  std::unique_ptr<lode::images::Loader> Test(std::int64_t batch_size) const;

 private:
  using Indices = std::vector<std::uint32_t>;
  lode::images::Transform Plain() const;
  std::unique_ptr<lode::images::Loader> InOrder(std::shared_ptr<const lode::images::ImageSet> set,
                                                Indices indices, std::int64_t batch_size) const;

  TaskConfig config_;
  lode::images::Data data_;
  Indices train_, validation_, test_;
};

// The parameters in words, for what is kept of a training.
std::string Describe(const TaskConfig& config);

// Those that decide which images are for training, and which for validation.
std::string DescribeParts(const TaskConfig& config);

}  // namespace training

#endif  // LODE_PLUGINS_TRAINING_TASK_H_
