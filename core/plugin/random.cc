#include "core/plugin/random.h"

#include "core/plugin/hash.h"

namespace lode::core {

RandomStream::RandomStream(std::uint64_t seed, std::string_view name)
    : key_{seed, HashText(name)}, words_(key_, {}) {}

void RandomStream::Restart(std::uint64_t step, Phase phase, std::uint64_t attempt) {
  words_.Restart(key_, {0, step, static_cast<std::uint64_t>(phase), attempt});
}

}  // namespace lode::core
