// Evaluates in this process, one question at a time.
#pragma once

#include <map>

#include "core/search/executor.h"
#include "core/search/oracles.h"

namespace lode::core {

class InProcess : public Executor {
 public:
  // Creates the measuring oracles. All arguments outlive *this. Throws HostError.
  InProcess(const Pipeline& pipeline, const Catalog& catalog, const RunContext& run);

  const MetricLists& metrics() const override { return oracles_.metrics(); }
  std::size_t capacity() const override { return 1; }
  void Start(const Question& question) override;
  Measurement Finish(std::uint64_t id) override;

 private:
  Oracles oracles_;
  std::map<std::uint64_t, Measurement> answers_;
};

}  // namespace lode::core
