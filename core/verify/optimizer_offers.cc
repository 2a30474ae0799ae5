#include <lode/plugin.hpp>
#include <vector>

#include "core/verify/guarded_input.h"
#include "core/verify/optimizer_check.h"
#include "core/verify/optimizer_parts.h"

namespace lode::verify {
namespace {

class OfferContract : public OptimizerCheck {
 public:
  using OptimizerCheck::OptimizerCheck;

  void Check() {
    if (TakesFidelities()) { Do("offering fidelities", &OfferContract::CheckOffers); }
  }

 private:
  bool TakesFidelities() const {
    return Has(*static_cast<const lode_optimizer_api*>(component_.api), &lode_optimizer_api::offer);
  }

  // An optimizer may refuse an offer that it cannot work with.
  void CheckOffers() {
    for (const Fidelities& fidelities : {Fidelities::List({0.25, 1}), Fidelities()}) {
      Subject subject(component_, setting_);
      Require(Offer(subject, fidelities) == LODE_E_INVALID, "optimizer.before_bind",
              "offer before bind is not refused as invalid");
      if (!Bind(subject)) { return; }
      const lode_status status = Offer(subject, fidelities);
      Require(status == LODE_OK || status == LODE_E_INVALID || status == LODE_E_UNSUPPORTED,
              "optimizer.offer", "is refused with another status than invalid or unsupported");
      offered_ = fidelities;
      for (std::uint64_t step = 0; status == LODE_OK && step < kFewRounds; ++step) {
        if (!Round(subject, step)) { break; }
      }
      offered_ = {};
    }
  }

  lode_status Offer(Subject& subject, const Fidelities& fidelities) {
    const std::vector<double>& values = fidelities.values();
    InputPage page;
    const GuardedInput<double> list(page, values.data(), values.size());
    Newer<lode_fidelities> offered(lode::detail::ViewFidelities(fidelities));
    offered.value.values = list.data();
    const Newer<lode_fidelities> before = offered;
    ErrorBuffer error;
    const lode_status status = Api(subject).offer(subject.get(), &offered.value, error.get());
    if (status != LODE_OK) { CheckError("offer", error, status); }
    Require(offered.SameBytes(before) && list.unchanged(), "inputs.untouched",
            "offer changed the fidelities");
    return status;
  }
};

}  // namespace

void CheckOffers(const lode_component& component, const Setting& setting, lode_space space,
                 Findings& findings) {
  OfferContract(component, setting, space, findings).Check();
}

}  // namespace lode::verify
