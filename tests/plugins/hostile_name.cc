// A component whose id clears the terminal.
#include <lode/plugin.hpp>
#include <string_view>

namespace {

struct Strategy {
  struct Config {};
  static lode::Params<Config> Parameters() { return {}; }
  Strategy(lode::Host, const Config&) {}
  bool Explore(std::uint64_t) { return false; }
};

}  // namespace

LODE_PLUGIN("lode.test.hostile_name", "1.0.0", "Apache-2.0",
            lode::ExplorationComponent<Strategy>("hostile\x1B[2J", "1.0.0", "A strategy."));
