#include "plugins/spaces/ofa/networks/layer_latency.h"

#include <sstream>

#include "plugins/spaces/ofa/bound_space.h"
#include "plugins/spaces/ofa/latency_table.h"
#include "toolkit/posix/write_file.h"
#include "toolkit/training/device.h"
#include "toolkit/training/image_parts.h"
#include "toolkit/training/measuring_turn.h"
#include "toolkit/training/pinned_threads.h"

namespace ofa {
namespace {

using lode::training::Pass;
using torch::Tensor;
namespace fs = std::filesystem;

constexpr char kTableFile[] = "latency_table.yaml";
constexpr char kPartialFile[] = "latency_table.partial.yaml";

}  // namespace

lode::Params<LayerLatencyOracle::Config> LayerLatencyOracle::Parameters() {
  lode::Params<Config> params{
      {"width", &Config::width, "Multiplier of all channels; the same as the space's.",
       lode::Choices{{"1.0", "1.2"}}},
      lode::Param<Config>("resolution", &Config::resolution,
                          "Height and width of the images; the same as the space's.",
                          lode::Range{kMinResolution, kMaxResolution})
          .Unit("px"),
      {"batch_size", &Config::batch_size,
       "Images that pass through a layer at once; the latency is that of all of them.",
       lode::Range{1, 4096}}};
  lode::training::AddTimingParameters(params);
  return params;
}

LayerLatencyOracle::LayerLatencyOracle(lode::Host host, const Config& config)
    : host_(host), config_(config), clock_(lode::training::ClockOf(config)) {}

std::vector<lode::Metric> LayerLatencyOracle::Metrics() const {
  lode::Metric metric{"layer_latency", "ms",
                      "Sum of the network's layers' latencies, each timed alone on this machine.",
                      LODE_MINIMIZE};
  metric.noisy = true;  // another preparation measures something else
  return {metric};
}

void LayerLatencyOracle::Bind(const lode::Space& space) {
  RequireOfa(space, "the network");
  RequireSameNetworks(space, config_.width, config_.resolution);
  lode::training::RequireThreads(config_, host_);
}

void LayerLatencyOracle::Prepare(const fs::path& directory) {
  const fs::path file = directory / kTableFile, partial = directory / kPartialFile;
  if (!fs::exists(file)) {
    lode::training::CallTorch([&] { TimeLayers(partial); });
    lode::posix::Publish(partial, file);
  }
  latency_ = SumLatencies({config_.width, config_.resolution}, ReadLatencyTable(file), file);
}

void LayerLatencyOracle::TimeLayers(const fs::path& partial) {
  const torch::NoGradGuard no_grad;
  LatencyTable table = fs::exists(partial) ? ReadLatencyTable(partial) : LatencyTable();
  const std::vector<SingleLayer> layers = SingleLayersOf({config_.width, config_.resolution});
  const lode::training::PinnedThreads pinned(config_.threads);
  for (std::size_t i = 0; i < layers.size(); ++i) {
    const std::string what =
        "layer " + std::to_string(i + 1) + " of " + std::to_string(layers.size());
    host_.Progress(static_cast<double>(i) / static_cast<double>(layers.size()), what.c_str());
    if (table.contains(layers[i].key)) { continue; }
    table.emplace(layers[i].key, Time(layers[i]));
    lode::posix::WriteFile(partial, FormatLatencyTable(table, Heading()),
                           lode::posix::Writers::kOne);
  }
}

// Large batches are split as in the whole network.
double LayerLatencyOracle::Time(const SingleLayer& layer) const {
  const lode::training::TimedNetwork network = layer.make();
  const Tensor input = lode::training::RandomInput(
      {config_.batch_size, layer.input.channels, layer.input.size, layer.input.size});
  const auto pass = [&] {
    lode::training::InParts(input, Pass::Evaluation(),
                            [&](const Tensor& part) { return network(part, Pass::Evaluation()); });
  };
  return lode::training::TimePasses(pass, config_, clock_, lode::training::InTurns(host_)).median;
}

std::string LayerLatencyOracle::Heading() const {
  std::ostringstream text;
  text << "Medians of " << config_.rounds << " rounds of " << config_.passes << " passes, "
       << config_.clock << " time, threads " << config_.threads << ", images at once "
       << config_.batch_size;
  return text.str();
}

void LayerLatencyOracle::Evaluate(const lode::Query& query, std::span<double> metrics) const {
  if (query.fidelity < 1) {
    throw lode::UnsupportedError(
        "latencies of layers cannot be added in part: the fidelity must be 1");
  }
  const Subnet subnet = FromArchitecture(query.architecture);
  if (!latency_) { throw lode::InvalidError("evaluate before prepare"); }
  metrics[0] = latency_->Of(subnet);
}

}  // namespace ofa
