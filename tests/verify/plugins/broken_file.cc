// One file for each rule of files: -DBREAKS_SYMBOLS, -DBREAKS_TORCH or -DBREAKS_DESCRIPTOR.
#include "core/verify/grid_space.h"

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
#else
            &lode::verify::GridSpaceComponent()
#endif
);
