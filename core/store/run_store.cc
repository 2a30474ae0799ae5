#include "core/store/run_store.h"

#include <chrono>
#include <string>

#include "core/plugin/doing.h"
#include "core/plugin/durable_file.h"
#include "core/plugin/error.h"
#include "core/store/database.h"
#include "core/store/schema.h"
#include "core/store/store_tables.h"

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
void MakeStore(const fs::path& file, const StoreShape& shape) {
  const fs::path partial = file.string() + ".partial";
  RemoveStore(partial);
  try {
    Database database(partial, Database::Access::kCreate);
    database.Execute("PRAGMA journal_mode = OFF; PRAGMA synchronous = FULL; BEGIN");
    MakeSchema(database, shape);
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

RunStore::RunStore(const fs::path& directory, Mode mode, const StoreShape& shape, Commit commit)
    : commit_(commit) {
  const fs::path file = directory / kStoreFile;
  if (mode == Mode::kNew) {
    if (fs::exists(file)) { throw HostError(file.string() + ": already exists"); }
    MakeStore(file, shape);
  }
  tables_ = std::make_unique<StoreTables>(file, shape);
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

void RunStore::OnTaken(std::uint64_t step) {
  Write([&] { tables_->Insert(taken_++, step); });
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

void RunStore::ForgetAfter(std::uint64_t count) {
  Write([&] { tables_->DeleteAfter(count); });
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
  if (broken_) { std::rethrow_exception(broken_); }
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
