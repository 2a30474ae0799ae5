#include "toolkit/training/measured_latency.h"

#include <ATen/CPUGeneratorImpl.h>

#include <sstream>
#include <string>

#include "toolkit/training/device.h"
#include "toolkit/training/measuring_turn.h"
#include "toolkit/training/pinned_threads.h"

namespace lode::training {
namespace {

using torch::Tensor;

// With one image, maps of one pixel would have no variance.
constexpr std::int64_t kImagesOfMoments = 2;
constexpr double kUndisturbed = 0.9;  // of the time

Metric LatencyMetric(const char* name, const char* doc) {
  Metric metric{name, "ms", doc, LODE_MINIMIZE};
  metric.noisy = true;
  return metric;
}

}  // namespace

MeasuredLatencyOracle::MeasuredLatencyOracle(Host host, const MeasuredLatencyConfig& config)
    : host_(host), config_(config), clock_(ClockOf(config)), disturbance_(host) {}

std::vector<Metric> MeasuredLatencyOracle::Metrics() const {
  return {
      LatencyMetric("measured_latency", "Time of a pass on this machine: median of the rounds."),
      LatencyMetric("measured_latency_spread", "Interquartile range of the rounds.")};
}

void MeasuredLatencyOracle::Bind(const Space& space) {
  CheckSpace(space);
  RequireThreads(config_, host_);
}

void MeasuredLatencyOracle::Evaluate(const Query& query, std::span<double> metrics) {
  if (query.fidelity < 1) {
    throw UnsupportedError("a latency cannot be measured in part: the fidelity must be 1");
  }
  const Timing timing = CallTorch([&] { return Measure(query.architecture); });
  metrics[0] = timing.median;
  metrics[1] = timing.spread;
}

// The moments are those of a batch: with others, numbers would shrink from layer to layer until
// they are denormal, which takes processors much longer.
Timing MeasuredLatencyOracle::Measure(ArchitectureView architecture) {
  const torch::NoGradGuard no_grad;
  const TimedNetwork network = Make(architecture);
  host_.ThrowIfCancelled();
  const PinnedThreads pinned(config_.threads);
  const auto images_of = [&](std::int64_t count) {
    return RandomInput({count, config_.image_channels, config_.resolution, config_.resolution});
  };
  network(images_of(kImagesOfMoments), Pass::Calibration(1));
  const Tensor images = images_of(config_.batch_size);
  Timing timing;
  host_.Record("processor_share", disturbance_.Watch([&] {
    timing =
        TimePasses([&] { network(images, Pass::Evaluation()); }, config_, clock_, InTurns(host_));
  }));
  return timing;
}

void RequireThreads(const TimingConfig& config, const Host& host) {
  if (config.threads <= host.Threads()) { return; }
  throw InvalidError("threads is " + std::to_string(config.threads) + ", and [execution] threads " +
                     std::to_string(host.Threads()));
}

double DisturbanceLog::Watch(const std::function<void()>& timed) {
  const double start = ElapsedMilliseconds(), processor_start = ProcessorMilliseconds();
  timed();
  const double elapsed = ElapsedMilliseconds() - start;
  const double share = elapsed > 0 ? (ProcessorMilliseconds() - processor_start) / elapsed : 1;
  if (share < kUndisturbed && !warned_) {
    warned_ = true;
    std::ostringstream text;
    text.precision(2);
    text << "other programs disturb the timings: the thread had a processor for " << 100 * share
         << " % of the time";
    host_.Log(LODE_WARNING, text.str());
  }
  return share;
}

Tensor RandomInput(at::IntArrayRef sizes) {
  constexpr std::uint64_t kSeed = 1;
  const Tensor input = torch::empty(sizes).contiguous(at::MemoryFormat::ChannelsLast);
  return input.normal_(0, 1, at::make_generator<at::CPUGeneratorImpl>(kSeed));
}

}  // namespace lode::training
