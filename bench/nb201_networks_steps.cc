// nb201_networks_steps THREADS REPEATS CHANNELS: reads strings of NAS-Bench-201 cells, one per
// line, from standard input. For each, trains the benchmark's network of that cell for a few steps
// on batches of 64 images of 32 x 32 pixels, evaluates as many batches, and prints the median
// seconds of a training step and of an evaluated batch: the thread's processor time with one
// thread, elapsed time with more. bench/networks_vs_pytorch.py runs it.
#include "bench/networks_steps.h"
#include "plugins/spaces/nb201/networks/network.h"

namespace {

bool Serve(const std::string& line, const lode::bench::Arguments& arguments) {
  nb201::Cell cell{};
  nb201::ParseError error;
  if (!nb201::Parse(line, &cell, &error)) {
    std::fprintf(stderr, "nb201_networks_steps: %s\n", error.message.c_str());
    return false;
  }
  nb201::NetworkConfig config;
  config.channels = arguments.size;
  nb201::Network network(config, cell, 1);
  const auto forward = [&](const torch::Tensor& images, const lode::training::Pass& pass) {
    return lode::training::Prediction{network(images, cell, pass), {}};
  };
  lode::bench::PrintSeconds(*network, forward, static_cast<std::size_t>(arguments.repeats),
                            lode::bench::StopWatch(arguments.threads == 1));
  return true;
}

}  // namespace

int main(int argc, char** argv) {
  return lode::bench::ServeLines(argc, argv, "nb201_networks_steps", "CHANNELS", Serve);
}
