// ofa_networks_steps THREADS REPEATS SIDE: reads a sub-network of Once-for-All from each line of
// standard input, and prints the median seconds in which the supernet evaluates it on a batch of
// images with SIDE pixels per side. With one thread, they are processor time.
#include "bench/networks_steps.h"
#include "plugins/spaces/ofa/networks/mobile_net.h"
#include "plugins/spaces/ofa/subnet_text.h"

namespace {

bool Serve(const std::string& line, const lode::bench::Arguments& arguments) {
  constexpr std::size_t kImages = 16;
  static ofa::MobileNet supernet(ofa::MobileNetConfig(), 1);
  static const auto loader = lode::training::RandomImages(
      (lode::bench::kWarmUp + static_cast<std::size_t>(arguments.repeats)) * kImages,
      {kImages, static_cast<std::size_t>(arguments.size), lode::bench::kClasses});
  const ofa::Subnet subnet = ofa::Parse(line);
  const auto forward = [&](const torch::Tensor& images, const lode::training::Pass& pass) {
    return supernet(images, subnet, pass);
  };
  std::printf("%.9f\n", lode::bench::SecondsOfEvaluation(
                            forward, *loader, lode::bench::StopWatch(arguments.threads == 1)));
  std::fflush(stdout);
  return true;
}

}  // namespace

int main(int argc, char** argv) {
  return lode::bench::ServeLines(argc, argv, "ofa_networks_steps", "SIDE", Serve);
}
