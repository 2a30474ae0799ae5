#include <lode/plugin.hpp>
#include <optional>
#include <string>

#include "core/verify/optimizer_check.h"
#include "core/verify/optimizer_parts.h"
#include "core/verify/state_contract.h"

namespace lode::verify {
namespace {

constexpr std::uint64_t kBefore = 5, kAfter = 5;  // rounds

std::string Saved(const test::QuadraticNetwork& network) {
  std::string bytes;
  Writer writer(lode::detail::SinkInto(bytes));
  network.Save(writer);
  return bytes;
}

void Load(const std::string& bytes, test::QuadraticNetwork& network) {
  std::string_view rest = bytes;
  Reader reader({&rest, [](void* ctx, void* data, std::size_t size) -> std::int64_t {
                   auto& left = *static_cast<std::string_view*>(ctx);
                   const std::size_t got = left.copy(static_cast<char*>(data), size);
                   left.remove_prefix(got);
                   return static_cast<std::int64_t>(got);
                 }});
  network.Load(reader);
}

class TrainingContract : public OptimizerCheck {
 public:
  using OptimizerCheck::OptimizerCheck;

  void Check() {
    constexpr std::uint32_t kBoth = LODE_CAP_RELAXED | LODE_CAP_EXPLORES;
    const bool trains = TrainsNetwork(component_);
    const std::uint32_t declared = component_.capabilities & LODE_CAP_RELAXED;
    Require(
        trains ? (component_.capabilities & kBoth) == kBoth && CanSave(component_) : declared == 0,
        "optimizer.connect",
        "connect comes with LODE_CAP_RELAXED, LODE_CAP_EXPLORES, save and load, or not at all");
    if (!trains) { return; }
    Do("asking without a network", &TrainingContract::CheckUnconnected);
    Do("restoring a search", &TrainingContract::CheckRestored);
  }

 private:
  void CheckUnconnected() {
    Subject subject(component_, setting_);
    if (!subject.created()) { return; }
    subject.host().Enter(0, Phase::kSetup);
    if (Api(subject).bind(subject.get(), space_, nullptr) != LODE_OK) { return; }
    std::optional<Proposal> proposal;
    Require(AskInto(subject, 0, proposal) == LODE_E_UNSUPPORTED, "optimizer.connect",
            "ask without a network is not refused as unsupported");
  }

  // As the host does: saves between ask and tell, loads into new instances, tells, continues.
  void CheckRestored() {
    Subject whole(component_, setting_), restored(component_, setting_);
    LentNetwork *of_whole = nullptr, *of_restored = nullptr;
    if (!Bind(whole, &of_whole) || !Bind(restored, &of_restored)) { return; }
    for (std::uint64_t step = 0; step < kBefore; ++step) {
      if (!Round(whole, step)) { return; }
    }
    const auto last = Ask(whole, kBefore);
    const auto saved = SaveState(whole, findings_);
    if (!last || !saved) { return; }
    Load(Saved(of_whole->network), of_restored->network);
    if (LoadState(restored, *saved, findings_) != LODE_OK) { return; }
    for (Subject* subject : {&whole, &restored}) { Tell(*subject, Evaluated(*last, kBefore)); }
    Compare(whole, of_whole->network, restored, of_restored->network);
  }

  void Compare(Subject& whole, const test::QuadraticNetwork& of_whole, Subject& restored,
               const test::QuadraticNetwork& of_restored) {
    for (std::uint64_t step = kBefore + 1; step <= kBefore + kAfter; ++step) {
      const auto a = Ask(whole, step);
      const auto b = Ask(restored, step);
      if (!a || !b) { return; }
      Require(*a == *b && Saved(of_whole) == Saved(of_restored), "optimizer.restore",
              "a restored search goes on in another way, " + std::to_string(step - kBefore) +
                  " steps later");
      Tell(whole, Evaluated(*a, step));
      Tell(restored, Evaluated(*b, step));
    }
  }
};

}  // namespace

void CheckTraining(const lode_component& component, const Setting& setting, lode_space space,
                   Findings& findings) {
  TrainingContract(component, setting, space, findings).Check();
}

}  // namespace lode::verify
