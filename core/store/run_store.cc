#include "core/store/run_store.h"

#include <sqlite3.h>

#include <chrono>
#include <cmath>
#include <string>

#include "core/plugin/error.h"

namespace lode::core {
namespace {

namespace fs = std::filesystem;

constexpr char kFormat[] = "2";
constexpr auto kBatch = std::chrono::milliseconds(100);

constexpr char kTables[] = R"sql(
CREATE TABLE meta(key TEXT PRIMARY KEY, value TEXT NOT NULL) WITHOUT ROWID;
CREATE TABLE metric(position INTEGER PRIMARY KEY, name TEXT NOT NULL, unit TEXT NOT NULL, direction TEXT NOT NULL,
                    split TEXT NOT NULL, dataset TEXT NOT NULL, epochs REAL NOT NULL);
CREATE TABLE trial(step INTEGER PRIMARY KEY, evaluation INTEGER NOT NULL REFERENCES evaluation(id),
                   random INTEGER NOT NULL, reused INTEGER NOT NULL, reward REAL, violation REAL, action BLOB);
CREATE TABLE front(step INTEGER PRIMARY KEY);
CREATE TABLE record(step INTEGER NOT NULL, name TEXT NOT NULL, value REAL);
)sql";

constexpr char kViews[] = R"sql(
CREATE VIEW best AS SELECT * FROM trials WHERE violation = 0 AND NOT reused
  ORDER BY reward DESC, step LIMIT 10;
CREATE VIEW curve AS SELECT step, reward, max(reward) FILTER (WHERE violation = 0) OVER (ORDER BY step) AS best_reward
  FROM trial;
CREATE VIEW pareto AS SELECT trials.* FROM trials JOIN front USING (step);
CREATE VIEW failures AS SELECT step, architecture, failure FROM trials WHERE failure IS NOT NULL;
)sql";

// Metric names are quoted: "order" is as good a name as any.
std::string MetricColumns(const std::vector<MetricDeclaration>& metrics, std::string_view suffix) {
  std::string columns;
  for (const MetricDeclaration& m : metrics) {
    columns.append(", \"").append(m.name).append("\"").append(suffix);
  }
  return columns;
}

class Statement {
 public:
  Statement(sqlite3* db, const std::string& sql) {
    if (sqlite3_prepare_v3(db, sql.c_str(), -1, SQLITE_PREPARE_PERSISTENT, &statement_, nullptr) !=
        SQLITE_OK) {
      throw HostError(sqlite3_errmsg(db));
    }
  }
  ~Statement() { sqlite3_finalize(statement_); }
  Statement(const Statement&) = delete;
  Statement& operator=(const Statement&) = delete;

  void Bind(int at, std::uint64_t value) {
    sqlite3_bind_int64(statement_, at, static_cast<sqlite3_int64>(value));
  }
  void Bind(int at, double value) {
    sqlite3_bind_double(statement_, at, value);
  }  // NaN becomes NULL
  void Bind(int at, std::string_view text) {
    sqlite3_bind_text(statement_, at, text.data(), static_cast<int>(text.size()), SQLITE_STATIC);
  }
  void Bind(int at, std::span<const float> blob) {
    sqlite3_bind_blob(statement_, at, blob.data(), static_cast<int>(blob.size_bytes()),
                      SQLITE_STATIC);
  }
  void BindNull(int at) { sqlite3_bind_null(statement_, at); }

  // Executes with what is bound. Returns SQLite's code.
  int Run() {
    sqlite3_step(statement_);
    return sqlite3_reset(statement_);
  }

 private:
  sqlite3_stmt* statement_ = nullptr;
};

}  // namespace

class RunStore::Database {
 public:
  Database(fs::path file, const std::vector<MetricDeclaration>& metrics) : file_(std::move(file)) {
    const int flags = SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE | SQLITE_OPEN_NOMUTEX;
    const int opened = sqlite3_open_v2(file_.c_str(), &db_, flags, nullptr);
    connection_.reset(db_);  // to be closed even if opening failed
    Check(opened);
    Execute("PRAGMA journal_mode = WAL; PRAGMA synchronous = NORMAL; BEGIN;");
    Execute(kTables);
    Execute(
        "CREATE TABLE evaluation(id INTEGER PRIMARY KEY, architecture TEXT NOT NULL, failure TEXT" +
        MetricColumns(metrics, " REAL") + ");");
    Execute("CREATE VIEW trials AS SELECT step, architecture, reward" + MetricColumns(metrics, "") +
            ", violation, random, reused, failure, evaluation FROM trial JOIN evaluation ON "
            "evaluation.id = "
            "trial.evaluation;");
    Execute(kViews);
    InsertMetrics(metrics);
    std::string placeholders = "?, ?, ?";
    for (std::size_t i = 0; i < metrics.size(); ++i) {
      placeholders += ", ?";
    }
    evaluation_ =
        std::make_unique<Statement>(db_, "INSERT INTO evaluation VALUES(" + placeholders + ")");
    trial_ = std::make_unique<Statement>(db_, "INSERT INTO trial VALUES(?, ?, ?, ?, ?, ?, ?)");
    record_ = std::make_unique<Statement>(db_, "INSERT INTO record VALUES(?, ?, ?)");
    meta_ = std::make_unique<Statement>(db_, "INSERT OR REPLACE INTO meta VALUES(?, ?)");
    metric_count_ = metrics.size();
  }

  Database(const Database&) = delete;
  Database& operator=(const Database&) = delete;

  void InsertTrial(const TrialRecord& t) {
    if (t.evaluation > last_evaluation_) {
      InsertEvaluation(t);
    }
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
    Check(trial_->Run());
    CommitIfDue();
  }

  void InsertRecord(std::uint64_t step, std::string_view name, double value) {
    record_->Bind(1, step);
    record_->Bind(2, name);
    record_->Bind(3, value);
    Check(record_->Run());
  }

  void InsertFront(const std::vector<FrontTrial>& front) {
    Execute("DELETE FROM front");
    Statement insert(db_, "INSERT INTO front VALUES(?)");
    for (const FrontTrial& trial : front) {
      insert.Bind(1, trial.step);
      Check(insert.Run());
    }
  }

  void InsertMeta(std::string_view key, std::string_view value) {
    meta_->Bind(1, key);
    meta_->Bind(2, value);
    Check(meta_->Run());
  }

  void Commit() {
    Execute("COMMIT; BEGIN;");
    last_commit_ = std::chrono::steady_clock::now();
  }

 private:
  void InsertMetrics(const std::vector<MetricDeclaration>& metrics) {
    Statement insert(db_, "INSERT INTO metric VALUES(?, ?, ?, ?, ?, ?, ?)");
    for (std::size_t i = 0; i < metrics.size(); ++i) {
      const MetricDeclaration& m = metrics[i];
      insert.Bind(1, static_cast<std::uint64_t>(i));
      insert.Bind(2, m.name);
      insert.Bind(3, m.unit);
      insert.Bind(4, m.direction == LODE_MINIMIZE ? "minimize" : "maximize");
      insert.Bind(5, SplitName(m.split));
      insert.Bind(6, m.dataset);
      insert.Bind(7, m.epochs);
      Check(insert.Run());
    }
  }

  void InsertEvaluation(const TrialRecord& t) {
    evaluation_->Bind(1, t.evaluation);
    evaluation_->Bind(2, t.architecture);
    if (t.failure.empty()) {
      evaluation_->BindNull(3);
    } else {
      evaluation_->Bind(3, t.failure);
    }
    for (std::size_t i = 0; i < metric_count_; ++i) {
      evaluation_->Bind(static_cast<int>(4 + i), t.metrics.empty() ? std::nan("") : t.metrics[i]);
    }
    Check(evaluation_->Run());
    last_evaluation_ = t.evaluation;
  }

  void CommitIfDue() {
    if (std::chrono::steady_clock::now() - last_commit_ >= kBatch) {
      Commit();
    }
  }

  void Execute(const std::string& sql) {
    Check(sqlite3_exec(db_, sql.c_str(), nullptr, nullptr, nullptr));
  }

  void Check(int code) const {
    if (code != SQLITE_OK) {
      throw HostError(file_.string() + ": " +
                      (db_ != nullptr ? sqlite3_errmsg(db_) : sqlite3_errstr(code)));
    }
  }

  fs::path file_;
  sqlite3* db_ = nullptr;
  std::unique_ptr<sqlite3, decltype(&sqlite3_close)> connection_{nullptr, sqlite3_close};
  std::unique_ptr<Statement> evaluation_, trial_, record_, meta_;
  std::size_t metric_count_ = 0;
  std::uint64_t last_evaluation_ = 0;
  std::chrono::steady_clock::time_point last_commit_ = std::chrono::steady_clock::now();
};

RunStore::RunStore(const fs::path& directory, const std::vector<MetricDeclaration>& metrics,
                   const std::vector<std::pair<std::string, std::string>>& meta) {
  const fs::path file = directory / kStoreFile;
  if (fs::exists(file)) {
    throw HostError(file.string() + ": exists already");
  }
  database_ = std::make_unique<Database>(file, metrics);
  SetMeta("format", kFormat);
  for (const auto& [key, value] : meta) {
    SetMeta(key, value);
  }
  Flush();
}

RunStore::~RunStore() {
  try {
    Flush();
  } catch (const HostError&) {  // a disk that is full stays full; what was committed is safe
  }
}

void RunStore::OnTrial(const TrialRecord& trial) { database_->InsertTrial(trial); }

void RunStore::OnRecord(std::uint64_t step, std::string_view name, double value) {
  database_->InsertRecord(step, name, value);
}

void RunStore::SetFront(const std::vector<FrontTrial>& front) { database_->InsertFront(front); }

void RunStore::SetMeta(std::string_view key, std::string_view value) {
  database_->InsertMeta(key, value);
}

void RunStore::Flush() { database_->Commit(); }

}  // namespace lode::core
