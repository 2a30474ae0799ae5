#include "core/plugin/random.h"

#include "core/plugin/hash.h"

namespace lode::core {

RandomStream::RandomStream(std::uint64_t seed, std::string_view name) {
  key_[0] = seed;
  key_[1] = HashText(name);
  Restart(0, Phase::kSetup);
}

void RandomStream::Restart(std::uint64_t step, Phase phase, std::uint64_t attempt) {
  counter_[0] = 0;
  counter_[1] = step;
  counter_[2] = static_cast<std::uint64_t>(phase);
  counter_[3] = attempt;
  used_ = kBlockWords;
}

void RandomStream::Fill(std::uint64_t* out, std::size_t count) {
  for (std::size_t i = 0; i < count; ++i) {
    if (used_ == kBlockWords) {
      block_ = Generator()(counter_, key_);
      ++counter_[0];
      used_ = 0;
    }
    out[i] = block_[used_++];
  }
}

lode_random RandomStream::handle() {
  return {this, [](void* ctx, std::uint64_t* out, std::size_t count) {
            static_cast<RandomStream*>(ctx)->Fill(out, count);
          }};
}

}  // namespace lode::core
