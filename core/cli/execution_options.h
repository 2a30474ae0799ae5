// Options shared by `run` and `resume`.
#pragma once

#include <CLI/CLI.hpp>
#include <optional>
#include <string>
#include <vector>

namespace lode::cli {

struct ExecutionOptions {
  unsigned jobs = 0;   // runs at a time; 0: as many as the processors allow
  bool force = false;  // continue a run even if something has changed
  std::string extend;  // "steps=2000", or ""
  bool json = false;
  std::optional<double> wall_seconds{};  // replaces that of the pipelines
  double progress_seconds = 30;          // between lines if there is no terminal; 0: none
  std::string serve{};   // the port of a page that shows the runs meanwhile; "": none
  bool replace = false;  // make changed stages again and keep the old ones beside them

  // --jobs, --force, --extend, --wall-seconds, --json, --progress, --serve, --replace
  void AddTo(CLI::App& command);

  // Returns --extend as overrides of a pipeline. Throws HostError.
  std::vector<std::string> Overrides() const;

  // Throw HostError for options that do not apply to pipelines with stages, or to those without.
  void RequireFitStages() const;
  void RequireFitPlainPipelines() const;
};

}  // namespace lode::cli
