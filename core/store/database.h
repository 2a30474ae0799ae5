// SQLite with exceptions: a connection and its statements.
#pragma once

#include <chrono>
#include <cstdint>
#include <filesystem>
#include <memory>
#include <span>
#include <string>
#include <string_view>

#include "core/store/row_checksum.h"

struct sqlite3;
struct sqlite3_stmt;

namespace lode::core {

// One thread at a time may use it. Every function throws HostError, "FILE: SQLite's message".
class Database {
 public:
  // A file to write must not be a link and must belong to the caller (durable_file.h).
  enum class Access { kRead, kWrite, kCreate };
  // How long to wait for another process that reads or writes the file.
  static constexpr std::chrono::milliseconds kPatience{10000};
  Database(std::filesystem::path file, Access access,
           std::chrono::milliseconds patience = kPatience);
  ~Database();
  Database(const Database&) = delete;
  Database& operator=(const Database&) = delete;

  const std::filesystem::path& file() const { return file_; }
  // Closes the connection. Afterwards only file() may be used.
  void Close();
  // Executes one or several statements without results.
  void Execute(const std::string& sql);
  // Throws unless `code`, returned by an SQLite function, means success.
  void Check(int code) const;
  sqlite3* get() const { return connection_; }

 private:
  void DistrustSchema();

  const std::filesystem::path file_;
  sqlite3* connection_ = nullptr;
};

// A prepared statement. Parameters count from 1, columns from 0. The database outlives it.
class Statement {
 public:
  Statement(Database& database, const std::string& sql);
  ~Statement();
  Statement(const Statement&) = delete;
  Statement& operator=(const Statement&) = delete;

  void Bind(int at, std::uint64_t value);
  void Bind(int at, double value);           // NaN becomes NULL
  void Bind(int at, std::string_view text);  // must stay valid until it runs
  void Bind(int at, std::span<const float> blob);
  void BindNull(int at);

  // Executes to the end with the bound values.
  void Run();

  // Moves before the first row, for other bound values.
  void Restart();
  // Moves to the next row. Returns false after the last one.
  bool Next();
  bool IsNull(int column) const;
  // Adds the values of the first `columns` columns.
  void AddTo(RowChecksum& checksum, int columns) const;
  std::uint64_t Integer(int column) const;
  double Real(int column) const;            // NaN for NULL
  std::string_view Text(int column) const;  // valid until Next; "" for NULL
  std::span<const float> Floats(int column) const;

 private:
  Database& database_;
  sqlite3_stmt* statement_ = nullptr;
};

}  // namespace lode::core
