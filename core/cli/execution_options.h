// What `run` and `resume` can be told alike.
#pragma once

#include <CLI/CLI.hpp>
#include <optional>
#include <string>
#include <vector>

namespace lode::cli {

struct ExecutionOptions {
  unsigned jobs = 0;   // runs at a time; 0: as many as there are processors for
  bool force = false;  // continue a run although something has changed
  std::string extend;  // "steps=2000", or ""
  bool json = false;
  std::optional<double> wall_seconds{};  // instead of those of the pipelines
  double progress_seconds = 30;          // between two lines where there is no terminal; 0: none
  bool replace =
      false;  // stages that have changed are made anew, and the old ones kept beside them

  // --jobs, --force, --extend, --wall-seconds, --json, --progress, --replace
  void AddTo(CLI::App& command);

  // What --extend stands for among the overrides of a pipeline. Throws HostError.
  std::vector<std::string> Overrides() const;

  // Throw HostError if something is asked for that is not for pipelines with or without stages.
  void RequireFitStages() const;
  void RequireFitPlainPipelines() const;
};

}  // namespace lode::cli
