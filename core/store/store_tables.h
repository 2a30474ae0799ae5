// The tables of run.db as they are written: one row for each event of a run.
#pragma once

#include <cstdint>
#include <filesystem>
#include <optional>
#include <span>
#include <string_view>
#include <utility>
#include <vector>

#include "core/search/trial.h"
#include "core/store/database.h"
#include "core/store/row_writer.h"
#include "core/store/schema.h"
#include "core/store/store_files.h"

namespace lode::core {

// A connection with an open transaction, which Commit() ends and begins again. Leaves rows that
// exist as they are, except computed values. Every function throws HostError.
class StoreTables {
 public:
  // Upgrades a file of an older format. The file must have the given shape.
  StoreTables(const std::filesystem::path& file, const StoreShape& shape);

  void Insert(const EvaluationRecord& evaluation);
  void Insert(const TrialRecord& trial);
  // Values that components recorded for a step; `evaluation`: the one in which the oracles recorded
  // them, or 0.
  void Insert(std::uint64_t step, std::uint64_t evaluation,
              std::span<const std::pair<std::string, double>> records);
  // The step whose evaluation was taken as number `position`.
  void Insert(std::uint64_t position, std::uint64_t step);
  void Insert(const std::vector<FrontTrial>& front);
  void Insert(std::string_view key, std::string_view value);

  // Deletes evaluations that did not become trials.
  void DeleteUntold();
  // Deletes the trials after the first `count` told ones, and known trials if none is left.
  // Evaluations that follow the trials of a run that was killed stay, because coming queries may be
  // the same.
  void DeleteAfter(std::uint64_t count);

  // Also throws HostError if the file is no longer where it was, because nobody could find what is
  // written then.
  void Commit();

 private:
  // Prepares the file for writing.
  static const StoreShape& Open(Database& database, const StoreShape& shape);
  void InsertTiming(const EvaluationRecord& evaluation);
  bool HasMoreTrials(std::uint64_t count);
  void DeleteStepsFrom(std::uint64_t step);
  void DeleteTakenAfter(std::uint64_t count);
  void DeleteWithoutTrial();

  Database database_;
  const StoreShape shape_;
  RowWriter evaluation_, trial_, record_;
  std::optional<RowWriter> taken_;
  Statement timing_;
  StoreFiles files_;
};

}  // namespace lode::core
