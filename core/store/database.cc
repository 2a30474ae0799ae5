#include "core/store/database.h"

#include <sqlite3.h>
#include <unistd.h>

#include <cmath>
#include <utility>

#include "core/plugin/durable_file.h"
#include "core/plugin/error.h"

namespace lode::core {
namespace {

int FlagsOf(Database::Access access) {
  switch (access) {
    case Database::Access::kRead:
      return SQLITE_OPEN_READONLY;
    case Database::Access::kWrite:
      return SQLITE_OPEN_READWRITE;
    default:
      return SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE;
  }
}

// Links in the path to the directory are the user's business. Only the last component must not be a
// link.
std::filesystem::path WithoutLinks(const std::filesystem::path& file) {
  return std::filesystem::weakly_canonical(std::filesystem::absolute(file).parent_path()) /
         file.filename();
}

void RefuseForeignFiles(const std::filesystem::path& file) {
  for (const char* suffix : {"", "-wal", "-shm", "-journal"}) {
    RefuseForeignFile(file.string() + suffix);
  }
}

// Even a reader creates files beside the database, which fails in a directory on a read-only disk.
// Nobody writes there, so a complete file may be read as one that never changes.
bool IsImmutable(const std::filesystem::path& file) {
  return access(file.parent_path().c_str(), W_OK) != 0 &&
         !std::filesystem::exists(file.string() + "-wal");
}

// Returns a URI that SQLite understands as this path, even with "?" and "#" in it.
std::string ImmutableUri(const std::filesystem::path& file) {
  std::string uri = "file:";
  for (const char c : file.string()) {
    constexpr char kHex[] = "0123456789ABCDEF";
    const auto byte = static_cast<unsigned char>(c);
    if (c == '%' || c == '?' || c == '#') {
      uri.append({'%', kHex[byte >> 4], kHex[byte & 15]});
    } else {
      uri += c;
    }
  }
  return uri + "?immutable=1";
}

}  // namespace

Database::Database(std::filesystem::path file, Access access, std::chrono::milliseconds patience)
    : file_(std::move(file)) {
  int flags = FlagsOf(access) | SQLITE_OPEN_NOMUTEX;
  std::string name = file_.string();
  if (access != Access::kRead) {
    RefuseForeignFiles(file_);
    name = WithoutLinks(file_).string();
    flags |= SQLITE_OPEN_NOFOLLOW;
  } else if (IsImmutable(file_)) {
    name = ImmutableUri(file_);
    flags |= SQLITE_OPEN_URI;
  }
  const int opened = sqlite3_open_v2(name.c_str(), &connection_, flags, nullptr);
  try {
    Check(opened);
    Check(sqlite3_busy_timeout(connection_, static_cast<int>(patience.count())));
    DistrustSchema();
  } catch (const HostError&) {
    sqlite3_close(connection_);
    throw;
  }
}

Database::~Database() { sqlite3_close(connection_); }

// Makes a name that a damaged schema lacks an error instead of a string literal, and allows views
// to call only built-in functions.
void Database::DistrustSchema() {
  for (const int option : {SQLITE_DBCONFIG_DQS_DML, SQLITE_DBCONFIG_DQS_DDL,
                           SQLITE_DBCONFIG_TRUSTED_SCHEMA, SQLITE_DBCONFIG_ENABLE_TRIGGER}) {
    Check(sqlite3_db_config(connection_, option, 0, nullptr));
  }
}

void Database::Close() {
  Check(sqlite3_close(connection_));
  connection_ = nullptr;
}

void Database::Execute(const std::string& sql) {
  Check(sqlite3_exec(connection_, sql.c_str(), nullptr, nullptr, nullptr));
}

void Database::Check(int code) const {
  if (code != SQLITE_OK && code != SQLITE_ROW && code != SQLITE_DONE) {
    throw HostError(file_.string() + ": " +
                    (connection_ != nullptr ? sqlite3_errmsg(connection_) : sqlite3_errstr(code)));
  }
}

Statement::Statement(Database& database, const std::string& sql) : database_(database) {
  database_.Check(sqlite3_prepare_v3(database_.get(), sql.c_str(), -1, SQLITE_PREPARE_PERSISTENT,
                                     &statement_, nullptr));
}

Statement::~Statement() { sqlite3_finalize(statement_); }

void Statement::Bind(int at, std::uint64_t value) {
  sqlite3_bind_int64(statement_, at, static_cast<sqlite3_int64>(value));
}

void Statement::Bind(int at, double value) { sqlite3_bind_double(statement_, at, value); }

void Statement::Bind(int at, std::string_view text) {
  sqlite3_bind_text(statement_, at, text.data(), static_cast<int>(text.size()), SQLITE_STATIC);
}

void Statement::Bind(int at, std::span<const float> blob) {
  sqlite3_bind_blob(statement_, at, blob.data(), static_cast<int>(blob.size_bytes()),
                    SQLITE_STATIC);
}

void Statement::BindNull(int at) { sqlite3_bind_null(statement_, at); }

void Statement::Run() {
  sqlite3_step(statement_);
  database_.Check(sqlite3_reset(statement_));
}

void Statement::Restart() { database_.Check(sqlite3_reset(statement_)); }

bool Statement::Next() {
  const int code = sqlite3_step(statement_);
  database_.Check(code);
  return code == SQLITE_ROW;
}

bool Statement::IsNull(int column) const {
  return sqlite3_column_type(statement_, column) == SQLITE_NULL;
}

void Statement::AddTo(RowChecksum& checksum, int columns) const {
  for (int column = 0; column < columns; ++column) {
    switch (sqlite3_column_type(statement_, column)) {
      case SQLITE_INTEGER:
        checksum.Add(Integer(column));
        break;
      case SQLITE_FLOAT:
        checksum.Add(Real(column));
        break;
      case SQLITE_TEXT:
        checksum.Add(Text(column));
        break;
      case SQLITE_BLOB:
        checksum.Add(Floats(column));
        break;
      default:
        checksum.AddNull();
    }
  }
}

std::uint64_t Statement::Integer(int column) const {
  return static_cast<std::uint64_t>(sqlite3_column_int64(statement_, column));
}

double Statement::Real(int column) const {
  return IsNull(column) ? std::nan("") : sqlite3_column_double(statement_, column);
}

std::string_view Statement::Text(int column) const {
  const void* text = sqlite3_column_text(statement_, column);
  const auto size = static_cast<std::size_t>(sqlite3_column_bytes(statement_, column));
  return text != nullptr ? std::string_view(static_cast<const char*>(text), size)
                         : std::string_view();
}

std::span<const float> Statement::Floats(int column) const {
  const void* blob = sqlite3_column_blob(statement_, column);
  const auto size = static_cast<std::size_t>(sqlite3_column_bytes(statement_, column));
  return {static_cast<const float*>(blob), size / sizeof(float)};
}

}  // namespace lode::core
