#include "core/store/run_store.h"

#include <chrono>
#include <string>

#include "core/plugin/doing.h"
#include "core/plugin/durable_file.h"
#include "core/plugin/error.h"
#include "core/store/database.h"
#include "core/store/row_writer.h"
#include "core/store/schema.h"
#include "core/store/store_files.h"

namespace lode::core {
namespace {

namespace fs = std::filesystem;

constexpr auto kBatch = std::chrono::milliseconds(100);
constexpr auto kSlow = std::chrono::milliseconds(10);

void RemoveStore(const fs::path& file) {
  std::error_code ignored;
  for (const char* suffix : {"", "-wal", "-shm", "-journal"}) {
    fs::remove(file.string() + suffix, ignored);
  }
}

// A store exists completely or not at all, whenever the process that creates it is killed. It is
// created without a log, because a log could stay behind on a full disk: then only the file would
// be published, and nobody could read it.
void MakeStore(const fs::path& file, const std::vector<MetricDeclaration>& metrics) {
  const fs::path partial = file.string() + ".partial";
  RemoveStore(partial);
  try {
    Database database(partial, Database::Access::kCreate);
    database.Execute("PRAGMA journal_mode = OFF; PRAGMA synchronous = FULL; BEGIN");
    MakeSchema(database, metrics);
    database.Execute("COMMIT; PRAGMA journal_mode = WAL");  // for those who open it later
    database.Close();
    Publish(partial, file);
    RemoveStore(partial);  // an empty log that SQLite could not remove
  } catch (const HostError&) {
    RemoveStore(partial);
    throw;
  }
}

}  // namespace

// The statements that write.
class RunStore::Tables {
 public:
  Tables(const fs::path& file, const std::vector<MetricDeclaration>& metrics)
      : database_(file, Database::Access::kWrite),
        metric_count_(Open(database_, metrics)),
        evaluation_(database_, kInsert, TableNamed("evaluation", metrics)),
        trial_(database_, "INSERT", TableNamed("trial"), kRecompute),
        record_(database_, kInsert, TableNamed("record")),
        files_(file) {
    database_.Execute("BEGIN");
  }

  void Insert(const EvaluationRecord& e) {
    evaluation_.Add(e.id);
    evaluation_.Add(e.step);
    evaluation_.Add(e.architecture);
    evaluation_.AddOrNull(e.failure);
    evaluation_.Add(static_cast<std::uint64_t>(e.rejected));
    evaluation_.Add(e.cost_seconds);
    for (std::size_t i = 0; i < metric_count_; ++i) {
      evaluation_.Add(e.failure.empty() ? e.metrics[i] : kNaN);
    }
    evaluation_.Write();
    if (!e.rejected) {
      Insert(e.step, e.id, e.records);
    }
  }

  void Insert(const TrialRecord& t) {
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

  void Insert(std::uint64_t step, std::uint64_t evaluation,
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

  void Insert(const std::vector<FrontTrial>& front) {
    database_.Execute("DELETE FROM front");
    RowWriter insert(database_, "INSERT", TableNamed("front"));
    for (const FrontTrial& trial : front) {
      insert.Add(trial.step);
      insert.Write();
    }
    Insert(kRowsKey, std::to_string(CountRows(database_)));
  }

  void Insert(std::string_view key, std::string_view value) { WriteMeta(database_, key, value); }

  void DeleteUntold() {
    for (const char* table : {"evaluation", "record"}) {
      database_.Execute(std::string("DELETE FROM ") + table +
                        " WHERE step >= (SELECT count(*) FROM trial)");
    }
  }

  // Evaluations of later steps of a run that was killed stay: they answer coming questions.
  void DeleteFrom(std::uint64_t step) {
    Statement last(database_, "SELECT coalesce(max(step), -1) < ? FROM trial");
    last.Bind(1, step);
    if (last.Next() && last.Integer(0) != 0) {
      return;
    }
    for (const char* table : {"evaluation", "record", "trial", "front"}) {
      Statement remove(database_, std::string("DELETE FROM ") + table + " WHERE step >= ?");
      remove.Bind(1, step);
      remove.Run();
    }
    // Confirmations are deleted, because their candidates were chosen among all trials.
    database_.Execute(
        "DELETE FROM record WHERE evaluation >= 1 << 62;"
        "DELETE FROM evaluation WHERE id >= 1 << 62");
  }

  // Also throws HostError if the file is no longer where it was, because nobody could find what is
  // written then.
  void Commit() {
    database_.Execute("COMMIT; BEGIN");
    files_.RequireInPlace();
  }

 private:
  // Rows that a replayed run writes again stay as they are ...
  static constexpr char kInsert[] = "INSERT OR IGNORE";
  // ... except computed values.
  static constexpr char kRecompute[] =
      "ON CONFLICT(step) DO UPDATE SET reward = excluded.reward, violation = excluded.violation, "
      "_checksum = excluded._checksum "
      "WHERE reward IS NOT excluded.reward OR violation IS NOT excluded.violation";

  // Prepares the database for writing. Returns its number of metrics; they equal the given ones.
  static std::size_t Open(Database& database, const std::vector<MetricDeclaration>& metrics) {
    // FULL: committed data survives a power failure, too.
    database.Execute("PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL;");
    Migrate(database);
    const std::string then = MetricColumns(ReadMetrics(database)), now = MetricColumns(metrics);
    if (then != now) {
      throw HostError(database.file().string() + ": has the metrics" + then.substr(1) +
                      "; the oracles now have" + now.substr(1));
    }
    return metrics.size();
  }

  Database database_;
  const std::size_t metric_count_;
  RowWriter evaluation_, trial_, record_;
  StoreFiles files_;
};

RunStore::RunStore(const fs::path& directory, Mode mode,
                   const std::vector<MetricDeclaration>& metrics, Commit commit)
    : commit_(commit) {
  const fs::path file = directory / kStoreFile;
  if (mode == Mode::kNew) {
    if (fs::exists(file)) {
      throw HostError(file.string() + ": already exists");
    }
    MakeStore(file, metrics);
  }
  tables_ = std::make_unique<Tables>(file, metrics);
  committing_ = Doing(file.string() + ": starting a thread that writes it",
                      [this] { return std::thread([this] { CommitRepeatedly(); }); });
}

RunStore::~RunStore() {
  {
    const std::lock_guard lock(mutex_);
    stop_ = true;
  }
  wake_.notify_all();
  committing_.join();
  try {
    CommitAll();
  } catch (const HostError&) {  // a full disk stays full; committed data is safe
  }
}

void RunStore::OnEvaluation(const EvaluationRecord& evaluation) {
  Write([&] { tables_->Insert(evaluation); });
}

void RunStore::OnTrial(const TrialRecord& trial) {
  Write([&] {
    tables_->Insert(trial);
    if (commit_ == Commit::kTrial || (commit_ == Commit::kAuto && trial.took >= kSlow)) {
      CommitAll();
    }
  });
}

void RunStore::OnRecords(std::uint64_t step,
                         std::span<const std::pair<std::string, double>> records) {
  Write([&] { tables_->Insert(step, 0, records); });
}

void RunStore::Hold() {
  Write([&] {
    CommitAll();
    held_ = true;
  });
}

void RunStore::Release() {
  Write([&] {
    held_ = false;
    CommitAll();
  });
}

void RunStore::ForgetFrom(std::uint64_t step) {
  Write([&] { tables_->DeleteFrom(step); });
}

void RunStore::DropUntold() {
  Write([&] { tables_->DeleteUntold(); });
}

void RunStore::SetFront(const std::vector<FrontTrial>& front) {
  Write([&] { tables_->Insert(front); });
}

void RunStore::SetMeta(std::string_view key, std::string_view value) {
  Write([&] { tables_->Insert(key, value); });
}

void RunStore::Flush() {
  Write([&] { CommitAll(); });
}

// SQLite may have rolled back after an error. What comes next would only hide that.
template <class Change>
void RunStore::Write(Change&& change) {
  const std::lock_guard lock(mutex_);
  if (broken_) {
    std::rethrow_exception(broken_);
  }
  dirty_ = true;
  try {
    change();
  } catch (const HostError&) {
    broken_ = std::current_exception();
    throw;
  }
}

void RunStore::CommitAll() {
  if (dirty_ && !held_) {
    tables_->Commit();
    dirty_ = false;
  }
}

void RunStore::CommitRepeatedly() {
  std::unique_lock lock(mutex_);
  while (!wake_.wait_for(lock, kBatch, [this] { return stop_; })) {
    try {
      CommitAll();
    } catch (const HostError&) {
      broken_ = std::current_exception();
      return;
    }
  }
}

}  // namespace lode::core
