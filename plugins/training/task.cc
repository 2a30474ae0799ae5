#include "plugins/training/task.h"

#include <algorithm>
#include <sstream>
#include <utility>

#include "plugins/images/split.h"

namespace training {
namespace {

using lode::images::ImageSet;
using lode::images::Loader;
using lode::images::LoaderOptions;
using lode::images::Transform;

std::vector<std::uint32_t> AtMost(const ImageSet& set, std::vector<std::uint32_t> indices,
                                  std::int64_t count) {
  if (count == 0) return indices;
  return lode::images::FirstOfEachClass(set, std::move(indices), static_cast<std::size_t>(count));
}

}  // namespace

Task::Task(const TaskConfig& config)
    : config_(config),
      data_(lode::images::Open(
          {config.dataset, config.data, static_cast<std::size_t>(config.classes)})) {
  lode::images::Split split;
  if (config.validation_share > 0) {
    split = lode::images::SplitInHalves(*data_.train, static_cast<std::uint64_t>(config.split_seed),
                                        1 - config.validation_share);
  } else {
    split.train = lode::images::AllOf(*data_.train);
  }
  train_ = AtMost(*data_.train, std::move(split.train), config.train_images);
  validation_ = AtMost(*data_.train, std::move(split.validation), config.validation_images);
  test_ = AtMost(*data_.test, lode::images::AllOf(*data_.test), config.test_images);
}

std::int64_t Task::classes() const { return static_cast<std::int64_t>(data_.train->classes()); }

std::int64_t Task::channels() const { return static_cast<std::int64_t>(data_.train->channels()); }

Transform Task::Plain() const {
  Transform transform;
  transform.resolution = data_.resolution;
  transform.mean = data_.mean;
  transform.std = data_.std;
  return transform;
}

std::unique_ptr<Loader> Task::Training(std::int64_t batch_size) const {
  Transform transform = Plain();
  transform.pad =
      config_.pad < 0 ? (data_.resolution + 7) / 8 : static_cast<std::size_t>(config_.pad);
  transform.flip = config_.flip;
  transform.cutout = static_cast<std::size_t>(config_.cutout);
  LoaderOptions options;
  // A part that is smaller than a batch is one.
  options.batch_size = std::min(static_cast<std::size_t>(batch_size), train_.size());
  options.shuffle = true;
  options.drop_last = true;
  return std::make_unique<Loader>(data_.train, train_, transform, options);
}

std::unique_ptr<Loader> Task::InOrder(std::shared_ptr<const ImageSet> set, Indices indices,
                                      std::int64_t batch_size) const {
  LoaderOptions options;
  options.batch_size = static_cast<std::size_t>(batch_size);
  return std::make_unique<Loader>(std::move(set), std::move(indices), Plain(), options);
}

std::unique_ptr<Loader> Task::Calibration(std::int64_t images, std::int64_t batch_size) const {
  return InOrder(data_.train, AtMost(*data_.train, train_, images), batch_size);
}

std::unique_ptr<Loader> Task::Validation(std::int64_t batch_size) const {
  return InOrder(data_.train, validation_, batch_size);
}

std::unique_ptr<Loader> Task::Test(std::int64_t batch_size) const {
  return InOrder(data_.test, test_, batch_size);
}

std::string DescribeParts(const TaskConfig& config) {
  std::ostringstream text;
  text << config.dataset << ", classes " << config.classes << ", validation share "
       << config.validation_share << ", split " << config.split_seed;
  return text.str();
}

std::string Describe(const TaskConfig& config) {
  std::ostringstream text;
  text << DescribeParts(config) << ", images " << config.train_images << ", pad " << config.pad
       << ", flip " << config.flip << ", cutout " << config.cutout;
  return text.str();
}

}  // namespace training
