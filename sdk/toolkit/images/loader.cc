#include "toolkit/images/loader.h"

#include <algorithm>
#include <lode/plugin.hpp>
#include <span>
#include <string>
#include <system_error>
#include <utility>

#include "toolkit/images/random.h"

namespace lode::images {

Loader::Loader(std::shared_ptr<const ImageSet> set, std::vector<std::uint32_t> indices,
               Transform transform, LoaderOptions options)
    : set_(std::move(set)),
      indices_(std::move(indices)),
      transformer_(std::move(transform)),
      options_(options) {
  CheckOptions();
  slots_.resize(options_.ahead);
  try {
    for (std::size_t i = 0; i < options_.threads; ++i) {
      threads_.emplace_back([this] { Work(); });
    }
  } catch (const std::system_error& e) {
    Stop();
    throw Error(LODE_E_INTERNAL, "starting a thread that loads images: " + e.code().message());
  } catch (...) {
    Stop();
    throw;
  }
}

Loader::~Loader() { Stop(); }

void Loader::Stop() {
  {
    const std::lock_guard lock(mutex_);
    stop_ = true;
    given_up_ = true;
  }
  changed_.notify_all();
  for (std::thread& thread : threads_) { thread.join(); }
}

void Loader::CheckOptions() const {
  if (indices_.empty()) { throw InvalidError("there are no images to load"); }
  if (options_.batch_size == 0) { throw InvalidError("batch_size is 0, expected at least 1"); }
  if (options_.ahead == 0) { throw InvalidError("ahead is 0, expected at least 1"); }
  if (batches() == 0) {
    throw InvalidError("batch_size is " + std::to_string(options_.batch_size) + ", but there are " +
                       std::to_string(indices_.size()) + " images: less than one whole batch");
  }
  const std::uint32_t largest = *std::max_element(indices_.begin(), indices_.end());
  if (largest >= set_->size()) {
    throw InvalidError("image " + std::to_string(largest) + " is requested, but there are only " +
                       std::to_string(set_->size()));
  }
  if (set_->channels() != transformer_.channels()) {
    throw InvalidError("the images have " + std::to_string(set_->channels()) +
                       " channels, but there are means for " +
                       std::to_string(transformer_.channels()));
  }
}

std::size_t Loader::batches() const {
  const std::size_t more = options_.drop_last ? 0 : options_.batch_size - 1;
  return (indices_.size() + more) / options_.batch_size;
}

std::size_t Loader::images() const {
  return std::min(batches() * options_.batch_size, indices_.size());
}

void Loader::Begin(std::uint64_t seed, std::size_t first_batch) {
  {
    std::unique_lock lock(mutex_);
    next_made_ = end_ = 0;  // nothing is left to make
    given_up_ = true;
    changed_.wait(lock, [this] { return busy_ == 0; });
    given_up_ = false;
    for (Slot& slot : slots_) {
      slot.ready = false;
      slot.error = nullptr;
    }
    Order(seed);
    end_ = batches();
    next_made_ = next_taken_ = std::min(first_batch, end_);
  }
  changed_.notify_all();
}

void Loader::Order(std::uint64_t seed) {
  seed_ = seed;
  order_ = indices_;
  if (options_.shuffle) {
    Stream stream(seed, Purpose::kOrder, 0);
    stream.random().Shuffle(std::span(order_));
  }
}

void Loader::Work() {
  Transformer::Scratch scratch;
  Image image;
  std::unique_lock lock(mutex_);
  for (;;) {
    changed_.wait(lock, [this] {
      return stop_ || (next_made_ < end_ && next_made_ < next_taken_ + options_.ahead);
    });
    if (stop_) { return; }
    const std::size_t number = next_made_++;
    Slot& slot = slots_[number % options_.ahead];
    ++busy_;
    lock.unlock();
    Fill(number, scratch, image, slot);
    lock.lock();
    --busy_;
    slot.ready = true;
    changed_.notify_all();
  }
}

void Loader::Fill(std::size_t number, Transformer::Scratch& scratch, Image& image,
                  Slot& slot) const {
  try {
    Make(number, scratch, image, slot.batch);
  } catch (...) { slot.error = std::current_exception(); }
}

void Loader::Make(std::size_t number, Transformer::Scratch& scratch, Image& image,
                  Batch& batch) const {
  const std::size_t first = number * options_.batch_size, floats = transformer_.floats();
  batch.size = std::min(options_.batch_size, order_.size() - first);
  batch.height = batch.width = transformer_.transform().resolution;
  batch.channels = transformer_.channels();
  batch.images.resize(batch.size * floats);
  batch.labels.resize(batch.size);
  for (std::size_t i = 0; i < batch.size && !given_up_; ++i) {
    const std::uint32_t index = order_[first + i];
    set_->Read(index, image);
    transformer_.Apply(image, seed_, index, scratch, batch.images.data() + i * floats);
    batch.labels[i] = set_->Label(index);
  }
}

bool Loader::Next(Batch& batch) {
  std::unique_lock lock(mutex_);
  if (next_taken_ >= end_) { return false; }
  Slot& slot = slots_[next_taken_ % options_.ahead];
  if (threads_.empty()) {
    Fill(next_taken_, scratch_, image_, slot);
  } else {
    changed_.wait(lock, [&slot] { return slot.ready; });
  }
  const bool taken = Take(slot, batch);
  lock.unlock();
  changed_.notify_all();
  return taken;
}

// REQUIRES: mutex_ is held.
bool Loader::Take(Slot& slot, Batch& batch) {
  slot.ready = false;
  if (slot.error) {
    end_ = next_taken_;  // the end
    std::rethrow_exception(std::exchange(slot.error, nullptr));
  }
  ++next_taken_;
  std::swap(slot.batch, batch);
  return true;
}

}  // namespace lode::images
