// Prepares batches of a data set in the background while others are trained on.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <atomic>
#include <condition_variable>
#include <cstddef>
#include <cstdint>
#include <exception>
#include <memory>
#include <mutex>
#include <thread>
#include <vector>

#include "toolkit/images/image_set.h"
#include "toolkit/images/transform.h"

namespace lode::images {

struct Batch {
  std::size_t size = 0, height = 0, width = 0, channels = 0;
  std::vector<float> images;         // size * height * width * channels, in this order; normalized
  std::vector<std::int64_t> labels;  // size
};

struct LoaderOptions {
  std::size_t batch_size = 1;
  bool shuffle = false;     // otherwise in the order of `indices`
  bool drop_last = false;   // drops a last batch that is smaller than the others
  std::size_t threads = 1;  // 0: Next makes the batches
  std::size_t ahead = 4;    // batches that are made before they are requested
};

// Makes at most `ahead` batches before they are taken, and then pauses: a training that is slower
// than the loader always finds a batch, and loses the processor only for as long as making it takes
// (32 x 32 pixels: about 1 microsecond per image; bench/images_bench.cc). Batches come in the order
// of the epoch, whichever thread finishes first. All methods must be called from one thread.
class Loader {
 public:
  // Loads the images of `set` at `indices`. Throws InvalidError if there is no image or no
  // whole batch, an index is out of range, an option is 0 that must not be, or the transform is
  // invalid or has a different number of channels.
  Loader(std::shared_ptr<const ImageSet> set, std::vector<std::uint32_t> indices,
         Transform transform, LoaderOptions options);
  Loader(const Loader&) = delete;
  Loader& operator=(const Loader&) = delete;
  ~Loader();  // waits for its threads to end

  std::size_t batches() const;  // per epoch
  std::size_t images() const;   // per epoch

  // Starts an epoch, and abandons the current one. Its order is a function of the seed, and the
  // augmentation of an image is a function of the seed and its index. So neither threads, nor
  // `ahead`, nor the batch size changes it, and it can be resumed at any batch.
  void Begin(std::uint64_t seed, std::size_t first_batch = 0);

  // Puts the next batch into `batch`, waiting for it if necessary; returns false, with `batch`
  // untouched, at the end of the epoch and before the first. The memory in `batch` is reused for
  // later batches: pass the same one each time. If reading an image threw, rethrows that at the
  // batch that contains the image; the epoch has then ended.
  bool Next(Batch& batch);

 private:
  struct Slot {
    Batch batch;
    std::exception_ptr error;
    bool ready = false;
  };

  void CheckOptions() const;
  void Order(std::uint64_t seed);
  void Work();  // of a thread
  void Make(std::size_t number, Transformer::Scratch& scratch, Image& image, Batch& batch) const;
  void Fill(std::size_t number, Transformer::Scratch& scratch, Image& image, Slot& slot) const;
  bool Take(Slot& slot, Batch& batch);
  void Stop();

  const std::shared_ptr<const ImageSet> set_;
  const std::vector<std::uint32_t> indices_;
  const Transformer transformer_;
  const LoaderOptions options_;

  // State of the current epoch; written only while no thread is making a batch.
  std::uint64_t seed_ = 0;
  std::vector<std::uint32_t> order_;
  std::vector<Slot> slots_;  // batch n is made in slot n % ahead

  // The private data of a thread that makes a batch; of the caller, if there are no threads.
  Transformer::Scratch scratch_;
  Image image_;

  std::mutex mutex_;
  std::condition_variable changed_;  // a batch is ready or has been taken, or a flag is set
  std::size_t next_made_ = 0, next_taken_ = 0, end_ = 0;
  std::size_t busy_ = 0;  // threads that are making a batch
  bool stop_ = false;
  std::atomic<bool> given_up_ = false;  // the epoch; unfinished batches need not be completed
  std::vector<std::thread> threads_;
};

}  // namespace lode::images
