#include "toolkit/training/task.h"

#include <algorithm>
#include <sstream>
#include <utility>

#include "toolkit/images/split.h"

namespace lode::training {
namespace {

using images::Loader;
using images::LoaderOptions;
using images::Transform;

Part AtMost(Part part, std::int64_t count) {
  if (count > 0) {
    part.positions = images::FirstOfEachClass(*part.images, std::move(part.positions),
                                              static_cast<std::size_t>(count));
  }
  return part;
}

std::string NameOf(const TaskConfig& config, const images::Data& data) {
  // imagenet16 once had all its classes by default: the name must distinguish what was trained
  // then.
  const bool usual = config.classes == 0 && config.dataset == "imagenet16";
  const auto classes = usual ? static_cast<std::int64_t>(data.train->classes()) : config.classes;
  std::ostringstream text;
  text << config.dataset << ", classes " << classes << ", validation share "
       << config.validation_share << ", split " << config.split_seed;
  return text.str();
}

}  // namespace

Parts CutByShare(const TaskConfig& config, const images::Data& data) {
  images::Split split;
  if (config.validation_share > 0) {
    split = images::SplitInHalves(*data.train, static_cast<std::uint64_t>(config.split_seed),
                                  1 - config.validation_share);
  } else {
    split.train = images::AllOf(*data.train);
  }
  return {{data.train, std::move(split.train)},
          {data.train, std::move(split.validation)},
          {data.test, images::AllOf(*data.test)},
          NameOf(config, data)};
}

Task::Task(const TaskConfig& config, const Cut& cut)
    : config_(config),
      data_(images::Open({config.dataset, config.data, static_cast<std::size_t>(config.classes)})),
      parts_(cut(config, data_)) {
  parts_.train = AtMost(std::move(parts_.train), config.train_images);
  parts_.validation = AtMost(std::move(parts_.validation), config.validation_images);
  parts_.test = AtMost(std::move(parts_.test), config.test_images);
}

std::int64_t Task::classes() const { return static_cast<std::int64_t>(data_.train->classes()); }

std::int64_t Task::channels() const { return static_cast<std::int64_t>(data_.train->channels()); }

std::int64_t Task::side() const {
  return has_photographs() ? config_.resolution : static_cast<std::int64_t>(data_.resolution);
}

Transform Task::Plain() const {
  Transform transform;
  transform.resolution = static_cast<std::size_t>(side());
  if (has_photographs()) { transform.resize_short_side = (transform.resolution * 8 + 6) / 7; }
  transform.mean = data_.mean;
  transform.std = data_.std;
  return transform;
}

Transform Task::Augmented() const {
  Transform transform = Plain();
  if (has_photographs()) {
    transform.resize_short_side = 0;
    transform.random_resized_crop = true;
  } else {
    transform.pad =
        config_.pad < 0 ? (data_.resolution + 7) / 8 : static_cast<std::size_t>(config_.pad);
  }
  transform.flip = config_.flip;
  transform.cutout = static_cast<std::size_t>(config_.cutout);
  return transform;
}

std::unique_ptr<Loader> Task::TrainingOn(const Part& part, std::int64_t batch_size,
                                         bool keep_last_batch) const {
  LoaderOptions options;
  // A part that is smaller than a batch forms a single batch.
  options.batch_size = std::min(static_cast<std::size_t>(batch_size), part.positions.size());
  options.shuffle = true;
  options.drop_last = !keep_last_batch;
  return std::make_unique<Loader>(part.images, part.positions, Augmented(), options);
}

std::unique_ptr<Loader> Task::Training(std::int64_t batch_size, bool keep_last_batch) const {
  return TrainingOn(parts_.train, batch_size, keep_last_batch);
}

std::unique_ptr<Loader> Task::TrainingOnAll(std::int64_t batch_size, bool keep_last_batch) const {
  const Part all{data_.train, images::AllOf(*data_.train)};
  return TrainingOn(AtMost(all, config_.train_images), batch_size, keep_last_batch);
}

std::unique_ptr<Loader> Task::TrainingOnValidation(std::int64_t batch_size,
                                                   bool keep_last_batch) const {
  return TrainingOn(parts_.validation, batch_size, keep_last_batch);
}

std::unique_ptr<Loader> Task::InOrder(const Part& part, std::int64_t batch_size) const {
  LoaderOptions options;
  options.batch_size = static_cast<std::size_t>(batch_size);
  return std::make_unique<Loader>(part.images, part.positions, Plain(), options);
}

std::unique_ptr<Loader> Task::Calibration(std::int64_t images, std::int64_t batch_size) const {
  return InOrder(AtMost(parts_.train, images), batch_size);
}

std::unique_ptr<Loader> Task::Validation(std::int64_t batch_size) const {
  return InOrder(parts_.validation, batch_size);
}

std::unique_ptr<Loader> Task::ShuffledValidation(std::int64_t batch_size) const {
  LoaderOptions options;
  options.batch_size = static_cast<std::size_t>(batch_size);
  options.shuffle = true;
  options.ahead = 1;  // only its first batch is used
  return std::make_unique<Loader>(parts_.validation.images, parts_.validation.positions, Plain(),
                                  options);
}

std::unique_ptr<Loader> Task::Test(std::int64_t batch_size) const {
  return InOrder(parts_.test, batch_size);
}

std::string Task::Describe() const {
  std::ostringstream text;
  text << DescribeParts() << ", images " << config_.train_images << ", pad " << config_.pad
       << ", flip " << config_.flip << ", cutout " << config_.cutout;
  if (has_photographs()) { text << ", resolution " << side(); }
  return text.str();
}

}  // namespace lode::training
