#include "core/store/run_store.h"

#include <chrono>
#include <cmath>
#include <string>

#include "core/plugin/doing.h"
#include "core/plugin/error.h"
#include "core/store/database.h"
#include "core/store/publish.h"
#include "core/store/schema.h"

namespace lode::core {
namespace {

namespace fs = std::filesystem;

constexpr auto kBatch = std::chrono::milliseconds(100);
constexpr auto kSlow = std::chrono::milliseconds(10);

void BindOrNull(Statement& statement, int at, std::string_view text) {
  if (text.empty()) {
    statement.BindNull(at);
  } else {
    statement.Bind(at, text);
  }
}

// A store is there as a whole or not at all, whenever the process that makes it is killed.
void MakeStore(const fs::path& file, const std::vector<MetricDeclaration>& metrics) {
  const fs::path partial = file.string() + ".partial";
  try {
    Database database(partial, Database::Access::kCreate);
    database.Execute("PRAGMA journal_mode = WAL; BEGIN");  // nobody must be there when this changes
    MakeSchema(database, metrics);
    database.Execute("COMMIT");
  } catch (const HostError&) {
    std::error_code ignored;
    fs::remove(partial, ignored);
    throw;
  }
  Publish(partial, file);
}

}  // namespace

// The statements that write.
class RunStore::Tables {
 public:
  Tables(const fs::path& file, const std::vector<MetricDeclaration>& metrics)
      : database_(file, Database::Access::kWrite) {
    // FULL: what was committed outlives a power failure, too.
    database_.Execute("PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL;");
    Migrate(database_);
    CheckMetrics(metrics);
    database_.Execute("BEGIN");
    Prepare(metrics);
  }

  void Insert(const EvaluationRecord& e) {
    evaluation_->Bind(1, e.id);
    evaluation_->Bind(2, e.step);
    evaluation_->Bind(3, e.architecture);
    BindOrNull(*evaluation_, 4, e.failure);
    evaluation_->Bind(5, static_cast<std::uint64_t>(e.rejected));
    evaluation_->Bind(6, e.cost_seconds);
    for (std::size_t i = 0; i < metric_count_; ++i) {
      evaluation_->Bind(static_cast<int>(7 + i), e.failure.empty() ? e.metrics[i] : std::nan(""));
    }
    evaluation_->Run();
    if (!e.rejected) {
      Insert(e.step, e.id, e.records);
    }
  }

  void Insert(const TrialRecord& t) {
    trial_->Bind(1, t.step);
    trial_->Bind(2, t.evaluation);
    trial_->Bind(3, static_cast<std::uint64_t>(t.random));
    trial_->Bind(4, static_cast<std::uint64_t>(t.reused));
    trial_->Bind(5, t.reward);
    trial_->Bind(6, t.violation);
    if (t.action.empty()) {
      trial_->BindNull(7);
    } else {
      trial_->Bind(7, t.action);
    }
    BindOrNull(*trial_, 8, t.failure);
    trial_->Run();
  }

  void Insert(std::uint64_t step, std::uint64_t evaluation,
              std::span<const std::pair<std::string, double>> records) {
    for (std::size_t i = 0; i < records.size(); ++i) {
      record_->Bind(1, step);
      record_->Bind(2, evaluation);
      record_->Bind(3, static_cast<std::uint64_t>(i));
      record_->Bind(4, records[i].first);
      record_->Bind(5, records[i].second);
      record_->Run();
    }
  }

  void Insert(const std::vector<FrontTrial>& front) {
    database_.Execute("DELETE FROM front");
    Statement insert(database_, "INSERT INTO front VALUES(?)");
    for (const FrontTrial& trial : front) {
      insert.Bind(1, trial.step);
      insert.Run();
    }
  }

  void Insert(std::string_view key, std::string_view value) {
    meta_->Bind(1, key);
    meta_->Bind(2, value);
    meta_->Run();
  }

  void DeleteUntold() {
    for (const char* table : {"evaluation", "record"}) {
      database_.Execute(std::string("DELETE FROM ") + table +
                        " WHERE step >= (SELECT count(*) FROM trial)");
    }
  }

  void Commit() { database_.Execute("COMMIT; BEGIN"); }

 private:
  void CheckMetrics(const std::vector<MetricDeclaration>& metrics) {
    const auto stored = ReadMetrics(database_);
    const std::string then = MetricColumns(stored), now = MetricColumns(metrics);
    if (then != now) {
      throw HostError(database_.file().string() + ": has the metrics" + then.substr(1) +
                      "; the oracles now have" + now.substr(1));
    }
  }

  void Prepare(const std::vector<MetricDeclaration>& metrics) {
    metric_count_ = metrics.size();
    std::string placeholders = "?, ?, ?, ?, ?, ?";
    for (std::size_t i = 0; i < metrics.size(); ++i) {
      placeholders += ", ?";
    }
    evaluation_ = std::make_unique<Statement>(
        database_,
        "INSERT OR IGNORE INTO evaluation(id, step, architecture, failure, rejected, cost_seconds" +
            MetricColumns(metrics) + ") VALUES(" + placeholders + ")");
    trial_ = std::make_unique<Statement>(
        database_, "INSERT OR IGNORE INTO trial VALUES(?, ?, ?, ?, ?, ?, ?, ?)");
    record_ = std::make_unique<Statement>(database_,
                                          "INSERT OR IGNORE INTO record VALUES(?, ?, ?, ?, ?)");
    meta_ = std::make_unique<Statement>(database_, "INSERT OR REPLACE INTO meta VALUES(?, ?)");
  }

  Database database_;
  std::size_t metric_count_ = 0;
  std::unique_ptr<Statement> evaluation_, trial_, record_, meta_;
};

RunStore::RunStore(const fs::path& directory, Mode mode,
                   const std::vector<MetricDeclaration>& metrics, Commit commit)
    : commit_(commit) {
  const fs::path file = directory / kStoreFile;
  if (mode == Mode::kNew) {
    if (fs::exists(file)) {
      throw HostError(file.string() + ": exists already");
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
  } catch (const HostError&) {  // a disk that is full stays full; what was committed is safe
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

// SQLite may have rolled back after an error: what comes next would only hide it.
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
  if (dirty_) {
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
