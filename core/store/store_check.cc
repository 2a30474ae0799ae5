#include "core/store/store_check.h"

#include <cstdlib>
#include <utility>

#include "core/plugin/error.h"
#include "core/plugin/text.h"
#include "core/store/database.h"
#include "core/store/run_store.h"
#include "core/store/schema.h"

namespace lode::core {
namespace {

constexpr std::size_t kMostDamages = 20;

class Checker {
 public:
  explicit Checker(const std::filesystem::path& directory)
      : database_(directory / kStoreFile, Database::Access::kRead) {
    database_.Execute("BEGIN");  // read one consistent state of the file
    is_readable_ = FormatOf(database_) >= 3;
    shape_ = ReadShape(database_);
  }

  void CheckStructure() {
    Statement check(database_, "PRAGMA integrity_check(" + std::to_string(kMostDamages) + ")");
    while (check.Next()) {
      if (check.Text(0) != "ok") { Report(std::string(check.Text(0))); }
    }
  }

  void CheckTables() {
    if (!is_readable_) {
      result_.rows = result_.unchecked = CountRows(database_);
      return;
    }
    has_checksums_ = HasChecksums(database_);
    for (const Table& table : TablesFor(shape_)) {
      try {
        CheckRows(table);
      } catch (const HostError& e) { Report(e.what()); }
    }
    if (has_checksums_) { CheckMeta(); }
  }

  StoreCheck Take() { return std::move(result_); }

 private:
  void Report(const std::string& damage) {
    if (result_.damages.size() < kMostDamages) { result_.damages.push_back(PrintableLine(damage)); }
  }

  void ReportFile(const std::string& what) { Report(database_.file().string() + ": " + what); }

  void CheckRows(const Table& table) {
    const std::string checksum = has_checksums_ ? std::string(", ") + kChecksumColumn : ", NULL";
    Statement rows(database_, "SELECT " + table.columns + checksum + " FROM " + table.name);
    const int width = static_cast<int>(table.width);
    for (RowChecksum expected; rows.Next(); ++result_.rows) {
      rows.AddTo(expected, width);
      if (const auto sum = expected.Take(); rows.IsNull(width)) {
        ++result_.unchecked;
      } else if (sum != rows.Integer(width)) {
        ReportFile("table " + table.name + ", row " + std::string(rows.Text(0)) +
                   ": is damaged: its checksum does not match");
      }
    }
  }

  void CheckMeta() {
    const std::string unchecked = ReadMeta(database_, kUncheckedKey);
    if (result_.unchecked > std::strtoull(unchecked.c_str(), nullptr, 10)) {
      ReportFile(std::to_string(result_.unchecked) + " rows have lost their checksums");
    }
    if (SchemaChecksum(database_) != ReadMeta(database_, kSchemaKey)) {
      ReportFile("the definitions of its tables and views were changed");
    }
    const std::string status = ReadMeta(database_, "status"), rows = ReadMeta(database_, kRowsKey);
    const bool has_ended = !status.empty() && status != "running" && status != "interrupted";
    if (const std::string now = std::to_string(CountRows(database_));
        has_ended && !rows.empty() && now != rows) {
      ReportFile("has " + now + " rows, and had " + rows + " when the run ended");
    }
  }

  Database database_;
  StoreShape shape_{{}};
  bool is_readable_ = false;  // false until `lode resume` has upgraded an old format
  bool has_checksums_ = false;
  StoreCheck result_;
};

}  // namespace

StoreCheck CheckStore(const std::filesystem::path& directory) {
  Checker checker(directory);
  checker.CheckTables();
  return checker.Take();
}

StoreCheck CheckStoreThoroughly(const std::filesystem::path& directory) {
  Checker checker(directory);
  checker.CheckStructure();
  checker.CheckTables();
  return checker.Take();
}

void RequireIntact(const std::filesystem::path& directory) {
  const StoreCheck check = CheckStore(directory);
  if (!check.damages.empty()) {
    throw HostError(check.damages.front() + "; `lode check " + directory.string() +
                    "` lists all damages");
  }
}

}  // namespace lode::core
