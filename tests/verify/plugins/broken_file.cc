// One file for each rule about files: -DBREAKS_SYMBOLS, -DBREAKS_TORCH, -DBREAKS_DESCRIPTOR,
// -DBREAKS_SIGNALS (when it is loaded) or -DBREAKS_SIGNALS_LATE (by a library, when an instance is
// created). Without any of these the file is sound.
#include <csignal>
#include <lode/testing.hpp>

#ifdef BREAKS_SIGNALS
[[maybe_unused]] const auto taken = std::signal(SIGSEGV, [](int) {});
#endif
#ifdef BREAKS_SIGNALS_LATE
extern "C" void TakeAnother();
namespace {
struct Taker : lode::test::GridSpace {
  Taker(lode::Host host, const Config& config) : GridSpace(host, config) { TakeAnother(); }
};
}  // namespace
#endif

#ifdef BREAKS_SYMBOLS
extern "C" LODE_EXPORT int lode_helper(int x) { return x + 1; }
#endif
#ifdef BREAKS_DESCRIPTOR
constexpr const char* kId = "Not an id";
#else
constexpr const char* kId = "broken.file";
#endif

#ifdef BREAKS_TORCH
namespace {
struct Idle {
  struct Config {};
  Idle(lode::Host, const Config&) {}
  bool Explore(std::uint64_t) { return false; }
};
}  // namespace
#endif

LODE_PLUGIN(kId, "1.0.0", "Apache-2.0",
#ifdef BREAKS_TORCH
            [] {
              static lode_component c =
                  *lode::ExplorationComponent<Idle>("idle", "1.0.0", "Claims to use LibTorch.");
              c.capabilities = LODE_CAP_USES_TORCH;
              return &c;
            }()
#elif defined(BREAKS_SIGNALS_LATE)
            lode::SpaceComponent<Taker>("grid", "1.0.0", "Takes a signal when it is made.")
#else
            &lode::test::GridSpaceComponent()
#endif
);
