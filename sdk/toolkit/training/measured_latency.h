// An oracle that times an architecture's network on this machine. A family of networks derives its
// oracle from it.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <torch/torch.h>

#include <cstdint>
#include <functional>
#include <lode/plugin.hpp>
#include <span>
#include <vector>

#include "toolkit/training/batch_norm.h"
#include "toolkit/training/timing.h"

namespace lode::training {

// Parameters of such an oracle; its Config derives from it.
struct MeasuredLatencyConfig : TimingConfig {
  std::int64_t batch_size = 1;
  std::int64_t resolution = 32;
  std::int64_t image_channels = 3;
  std::int64_t classes = 10;
};

// Appends them to an oracle's own parameters; `resolution` documents that one.
template <class C>
void AddMeasuredLatencyParameters(Params<C>& params, const char* resolution, const Range& allowed) {
  const auto add = Appender<MeasuredLatencyConfig>(params);
  std::int64_t C::*of_oracle = &MeasuredLatencyConfig::resolution;
  params.push_back(Param<C>("resolution", of_oracle, resolution, allowed).Unit("px"));
  add("batch_size", &MeasuredLatencyConfig::batch_size,
      "Images that pass through the network at once; the latency is that of all of them.",
      Range{1, 4096});
  add("image_channels", &MeasuredLatencyConfig::image_channels, "Channels of the images.",
      Range{1, 64});
  add("classes", &MeasuredLatencyConfig::classes, "Classes that the network distinguishes.",
      Range{2, 100000});
  AddTimingParameters(params);
}

// Says once if other programs disturb timings.
class DisturbanceLog {
 public:
  explicit DisturbanceLog(const Host& host) : host_(host) {}

  // Calls `timed`, which takes timings, and returns the share of the time in which the calling
  // thread had a processor. If it is low for the first time, logs a warning.
  double Watch(const std::function<void()>& timed);

 private:
  Host host_;
  bool warned_ = false;
};

// What such an oracle says about itself.
inline constexpr char kMeasuredLatencyDoc[] =
    "Each query makes the network of the architecture alone, with random weights, in evaluation "
    "mode: batch norms use running moments and are not folded into the convolutions before them, "
    "except where Lode's evaluation does so. A batch of random images passes through it, first "
    "untimed, then in rounds, on pinned threads of the CPU, in float32. The metrics are the "
    "rounds' median and interquartile range. They are noisy: another query measures something "
    "else, so the trials of two runs of a pipeline differ; a resumed run keeps what it has "
    "measured. Measuring processes of a machine take turns, but other programs and other oracles "
    "of several workers disturb timings: use one worker. The recorded value processor_share is "
    "the share of the time in which the calling thread had a processor; below 0.9 there is a "
    "warning.";

// Logits (images, classes) of images (images, channels, height, width).
using TimedNetwork = std::function<torch::Tensor(const torch::Tensor& images, const Pass& pass)>;

// Times a family's own networks, those of single architectures, as Lode evaluates them (see
// kMeasuredLatencyDoc), in the memory format channels-last: the pass from images in memory to
// logits.
class MeasuredLatencyOracle {
 public:
  MeasuredLatencyOracle(const MeasuredLatencyOracle&) = delete;
  MeasuredLatencyOracle& operator=(const MeasuredLatencyOracle&) = delete;
  virtual ~MeasuredLatencyOracle() = default;

  // measured_latency and measured_latency_spread, in ms; both noisy.
  std::vector<Metric> Metrics() const;

  // Throws UnsupportedError if the space is not the family's, InvalidError if there is no network
  // for these images or more threads are wanted than the host gives.
  void Bind(const Space& space);

  // Waits until no other process of this machine measures, then makes the network and times it.
  // Records processor_share, the share of the time in which the calling thread had a processor: 1
  // if no other program disturbed it. Throws UnsupportedError for a fidelity below 1 and if the
  // process may not use as many processors as there are threads.
  void Evaluate(const Query& query, std::span<double> metrics);

 protected:
  // Throws InvalidError if `clock` is for one thread and there are several.
  MeasuredLatencyOracle(Host host, const MeasuredLatencyConfig& config);

 private:
  // What a family adds.

  // Throws UnsupportedError unless the space is the family's, InvalidError or UnsupportedError if
  // there are no networks for the configuration.
  virtual void CheckSpace(const Space& space) const = 0;
  // Makes the network of an architecture, with any weights. Throws InvalidError if the bytes are
  // not an architecture.
  virtual TimedNetwork Make(ArchitectureView architecture) const = 0;

  Timing Measure(ArchitectureView architecture);

  Host host_;
  MeasuredLatencyConfig config_;
  Clock clock_;
  DisturbanceLog disturbance_;
};

// Throws InvalidError if the configuration has more threads than the host gives each call.
void RequireThreads(const TimingConfig& config, const Host& host);

// Returns an input of normal numbers, the same in each call, in channels-last.
torch::Tensor RandomInput(at::IntArrayRef sizes);

}  // namespace lode::training
