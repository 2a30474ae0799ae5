// darts_networks_steps THREADS REPEATS CHANNELS: the same as nb201_networks_steps for genotypes of
// the DARTS space, in networks of 8 cells for small images, without an auxiliary head.
#include "bench/networks_steps.h"
#include "plugins/spaces/darts/networks/network.h"
#include "plugins/spaces/darts/text.h"

namespace {

bool Serve(const std::string& line, const lode::bench::Arguments& arguments) {
  darts::NetworkConfig config;
  config.network = "cifar";
  config.cells = 8;
  config.channels = arguments.size;
  config.classes = lode::bench::kClasses;
  darts::Network network(config, darts::Parse(line), 1);
  const auto forward = [&](const torch::Tensor& images, const lode::training::Pass& pass) {
    return network(images, pass);
  };
  lode::bench::PrintSeconds(*network, forward, static_cast<std::size_t>(arguments.repeats),
                            lode::bench::StopWatch(arguments.threads == 1));
  return true;
}

}  // namespace

int main(int argc, char** argv) {
  return lode::bench::ServeLines(argc, argv, "darts_networks_steps", "CHANNELS", Serve);
}
