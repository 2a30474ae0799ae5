// Trials that were measured before the run: by an earlier run, or elsewhere.
#pragma once

#include <cstdint>
#include <span>
#include <string_view>
#include <vector>

#include "core/config/pipeline.h"
#include "core/search/components.h"
#include "core/search/evaluator.h"
#include "core/search/reward.h"
#include "core/search/teller.h"
#include "core/search/trial.h"

namespace lode::core {

// Tells the optimizer known trials before the first step, and makes their results known to the
// evaluator. Their rewards are those of this pipeline.
class KnownTeller {
 public:
  // All arguments outlive *this.
  KnownTeller(const Pipeline& pipeline, Components& components, Evaluator& evaluator,
              const Reward& reward, Teller& teller);

  // Leaves out those that break a limit, if such architectures are not measured in this pipeline,
  // and those without a finite reward. Throws HostError, CancelledError.
  WarmStart Tell(const std::vector<KnownTrial>& trials);

 private:
  void TellOne(const KnownTrial& known, std::uint64_t position, WarmStart& told);
  TrialRecord RecordOf(std::string_view text, std::uint64_t id, std::span<const double> row) const;

  const bool rejects_;
  Components& components_;
  Evaluator& evaluator_;
  const Reward& reward_;
  Teller& teller_;
};

}  // namespace lode::core
