#include "core/store/store_tables.h"

#include <string>

#include "core/plugin/error.h"
#include "core/store/evaluation_ids.h"

namespace lode::core {
namespace {

// Rows that a replayed run writes again stay as they are ...
constexpr char kInsert[] = "INSERT OR IGNORE";
// ... except computed values.
constexpr char kRecompute[] =
    "ON CONFLICT(step) DO UPDATE SET reward = excluded.reward, violation = excluded.violation, "
    "_checksum = excluded._checksum "
    "WHERE reward IS NOT excluded.reward OR violation IS NOT excluded.violation";
constexpr char kInsertTiming[] =
    "INSERT OR IGNORE INTO timing(evaluation, step, start, seconds, worker, host) "
    "VALUES(?, ?, ?, ?, ?, ?)";

// Known trials have no step.
constexpr char kWithoutTrial[] = "step IS NOT NULL AND step NOT IN (SELECT step FROM trial)";

// The evaluations that were taken and rejected, also of steps that have no trial yet: the optimizer
// was told, so a resumed run must take them again.
std::string TakenRejections() {
  return "(SELECT id FROM (SELECT id, step, row_number() OVER (PARTITION BY step ORDER BY id) AS n "
         "FROM evaluation WHERE rejected AND step IS NOT NULL AND NOT " +
         IsRepeat("id") +
         ") JOIN (SELECT step, count(*) AS times FROM taken GROUP BY step) USING (step) "
         "WHERE n <= times)";
}

std::string ColumnsOf(const StoreShape& shape) { return TableNamed("evaluation", shape).columns; }

}  // namespace

StoreTables::StoreTables(const std::filesystem::path& file, const StoreShape& shape)
    : database_(file, Database::Access::kWrite),
      shape_(Open(database_, shape)),
      evaluation_(database_, kInsert, TableNamed("evaluation", shape)),
      trial_(database_, "INSERT", TableNamed("trial"), kRecompute),
      record_(database_, kInsert, TableNamed("record")),
      timing_(database_, kInsertTiming),
      files_(file) {
  if (shape.has_order) { taken_.emplace(database_, kInsert, TableNamed("taken", shape)); }
  database_.Execute("BEGIN");
}

const StoreShape& StoreTables::Open(Database& database, const StoreShape& shape) {
  // FULL: committed data survives a power failure, too.
  database.Execute("PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL;");
  Migrate(database);
  MakeTimingTable(database);
  const StoreShape stored = ReadShape(database);
  const std::string then = MetricColumns(stored.metrics), now = MetricColumns(shape.metrics);
  if (then != now) {
    throw HostError(database.file().string() + ": has the metrics" + then.substr(1) +
                    "; the oracles now have" + now.substr(1));
  }
  if (ColumnsOf(stored) != ColumnsOf(shape) || stored.has_order != shape.has_order ||
      stored.has_known != shape.has_known) {
    throw HostError(
        database.file().string() +
        ": was begun with another execution.order, with or without known trials, or with "
        "an optimizer or oracle that treats fidelities in another way");
  }
  return shape;
}

void StoreTables::Insert(const EvaluationRecord& e) {
  evaluation_.Add(e.id);
  if (IsOfKnownTrial(e.id)) {
    evaluation_.AddNull();
  } else {
    evaluation_.Add(e.step);
  }
  evaluation_.Add(e.architecture);
  evaluation_.AddOrNull(e.failure);
  evaluation_.Add(static_cast<std::uint64_t>(e.rejected));
  evaluation_.Add(e.cost_seconds);
  if (shape_.has_fidelities) { evaluation_.Add(e.fidelity); }
  for (std::size_t i = 0; i < shape_.metrics.size(); ++i) {
    evaluation_.Add(e.failure.empty() ? e.metrics[i] : kNaN);
  }
  evaluation_.Write();
  if (!e.rejected) { Insert(e.step, e.id, e.records); }
  InsertTiming(e);
}

void StoreTables::InsertTiming(const EvaluationRecord& e) {
  if (e.timing.start == 0) { return; }
  timing_.Bind(1, e.id);
  timing_.Bind(2, e.step);
  timing_.Bind(3, static_cast<double>(e.timing.start) / 1e9);
  timing_.Bind(4, e.timing.seconds);
  timing_.Bind(5, std::uint64_t{e.timing.worker});
  timing_.Bind(6, std::string_view(e.timing.host));
  timing_.Run();
}

void StoreTables::Insert(const TrialRecord& t) {
  trial_.Add(t.step);
  trial_.Add(t.evaluation);
  trial_.Add(static_cast<std::uint64_t>(t.random));
  trial_.Add(static_cast<std::uint64_t>(t.reused));
  trial_.Add(t.reward);
  trial_.Add(t.violation);
  trial_.AddOrNull(t.action);
  trial_.AddOrNull(t.failure);
  trial_.Write();
}

void StoreTables::Insert(std::uint64_t step, std::uint64_t evaluation,
                         std::span<const std::pair<std::string, double>> records) {
  for (std::size_t i = 0; i < records.size(); ++i) {
    record_.Add(step);
    record_.Add(evaluation);
    record_.Add(static_cast<std::uint64_t>(i));
    record_.Add(std::string_view(records[i].first));
    record_.Add(records[i].second);
    record_.Write();
  }
}

void StoreTables::Insert(std::uint64_t position, std::uint64_t step) {
  taken_->Add(position);
  taken_->Add(step);
  taken_->Write();
}

void StoreTables::Insert(const std::vector<FrontTrial>& front) {
  database_.Execute("DELETE FROM front");
  RowWriter insert(database_, "INSERT", TableNamed("front"));
  for (const FrontTrial& trial : front) {
    insert.Add(trial.step);
    insert.Write();
  }
  Insert(kRowsKey, std::to_string(CountRows(database_)));
}

void StoreTables::Insert(std::string_view key, std::string_view value) {
  WriteMeta(database_, key, value);
}

void StoreTables::DeleteUntold() {
  if (shape_.has_order) {
    DeleteWithoutTrial();
    return;
  }
  for (const char* table : {"evaluation", "record", "timing"}) {
    database_.Execute(std::string("DELETE FROM ") + table +
                      " WHERE step >= (SELECT count(*) FROM trial)");
  }
}

void StoreTables::DeleteWithoutTrial() {
  const std::string where = std::string(" WHERE ") + kWithoutTrial;
  database_.Execute("DELETE FROM front" + where + ";DELETE FROM record" + where +
                    ";DELETE FROM timing" + where + " AND evaluation NOT IN " + TakenRejections() +
                    ";DELETE FROM evaluation" + where + " AND id NOT IN " + TakenRejections());
}

bool StoreTables::HasMoreTrials(std::uint64_t count) {
  Statement more(database_, "SELECT count(*) > ? FROM trial");
  more.Bind(1, count);
  return more.Next() && more.Integer(0) != 0;
}

void StoreTables::DeleteAfter(std::uint64_t count) {
  if (count == 0) { database_.Execute("DELETE FROM evaluation WHERE " + IsKnown("id")); }
  if (!HasMoreTrials(count)) { return; }
  if (shape_.has_order) {
    DeleteTakenAfter(count);
  } else {
    DeleteStepsFrom(count);
  }
  // Confirmations are deleted, because their candidates were chosen among all trials.
  database_.Execute("DELETE FROM record WHERE " + IsRepeat("evaluation") +
                    ";DELETE FROM timing WHERE " + IsRepeat("evaluation") +
                    ";DELETE FROM evaluation WHERE " + IsRepeat("id"));
}

void StoreTables::DeleteStepsFrom(std::uint64_t step) {
  for (const char* table : {"evaluation", "record", "trial", "front", "timing"}) {
    Statement remove(database_, std::string("DELETE FROM ") + table + " WHERE step >= ?");
    remove.Bind(1, step);
    remove.Run();
  }
}

void StoreTables::DeleteTakenAfter(std::uint64_t count) {
  Statement remove(database_,
                   "DELETE FROM trial WHERE step IN (SELECT step FROM trials ORDER BY taken LIMIT "
                   "-1 OFFSET ?)");
  remove.Bind(1, count);
  remove.Run();
  database_.Execute(
      "DELETE FROM taken WHERE position > coalesce((SELECT max(taken) FROM trials), -1)");
  DeleteWithoutTrial();
}

void StoreTables::Commit() {
  database_.Execute("COMMIT; BEGIN");
  files_.RequireInPlace();
}

}  // namespace lode::core
