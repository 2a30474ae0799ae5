// The protocol between the oracle and a user's program.
#pragma once

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <fstream>
#include <lode/plugin.hpp>
#include <string>
#include <string_view>
#include <vector>

namespace command {

// The seed as programs get it: 0 to 2^31 - 1, which every library's random number generator
// accepts.
std::uint32_t SeedOf(const lode::Query& query);

// Returns what a program reads on its standard input: one JSON object and a newline. `directory`:
// of the evaluation, for a program that serves and does not run there; or empty. Throws what the
// space throws if the query's bytes are not an architecture of it.
std::string FormatRequest(const lode::Space& space, const lode::Query& query,
                          const std::vector<lode::Metric>& metrics,
                          const std::filesystem::path& directory = {});

// Throws lode::InvalidError for metrics whose names have another meaning in answers.
void CheckNames(const std::vector<lode::Metric>& metrics);

// Parses what a program writes to its standard output. Memory is bounded for any input.
class Answer {
 public:
  // `metrics` must outlive *this.
  Answer(const std::vector<lode::Metric>& metrics, lode::Host host)
      : metrics_(metrics), host_(host) {}

  // Takes more bytes; forwards progress and log lines. Throws lode::IoError for output that is not
  // an answer.
  void Add(std::string_view bytes);

  // Takes the last line, which may lack its newline. Throws as Add does.
  void Finish() { TakeLine(); }

  // The metrics in the order of their declaration; empty if none have arrived.
  const std::vector<double>& values() const { return values_; }

 private:
  void TakeLine();
  [[noreturn]] void Fail(const std::string& what) const;

  const std::vector<lode::Metric>& metrics_;
  lode::Host host_;
  std::string line_;  // the part received so far
  std::size_t line_number_ = 0;
  std::size_t size_ = 0;
  std::vector<double> values_;
};

// Keeps what a program writes to its standard error in a file, up to 16 MiB, and its last line, and
// logs every line for users who want to see it (lode -v).
class ErrorLog {
 public:
  ErrorLog(const std::filesystem::path& file, lode::Host host)
      : file_(file, std::ios::binary), host_(host) {}
  ~ErrorLog() { LogLine(); }
  ErrorLog(const ErrorLog&) = delete;
  ErrorLog& operator=(const ErrorLog&) = delete;

  void Add(std::string_view bytes);

  // Returns ": " and the last line that is not blank, printable and at most 300 bytes; "" if there
  // is none.
  std::string LastLine() const;

 private:
  void LogLines(std::string_view bytes);
  void LogLine();

  std::ofstream file_;
  lode::Host host_;
  std::string line_;  // the unfinished line
  std::size_t room_ = std::size_t{16} << 20;
  std::string tail_;
};

}  // namespace command
