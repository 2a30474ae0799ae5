// The oracle "table": looks up architectures of any space in a file of delimited text.
#pragma once

#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "plugins/oracles/table/rows.h"
#include "toolkit/metrics/user_metrics.h"

namespace table {

// Where a table has the data that is read from it.
struct Layout {
  char delimiter;                    // or lode::files::DelimitedReader::kAuto
  std::string key;                   // the column of the architectures
  std::vector<std::string> columns;  // of the numbers
};

// Reads a table's text (see toolkit/files/delimited_reader.h): an architecture in each line, in a
// form that the space reads, without repetitions. Reports progress to the host. Throws
// lode::IoError with a message that begins with `name`, line and column, and lode::CancelledError.
Rows ParseRows(std::string_view text, const std::string& name, const Layout& layout,
               const lode::Space& space, const lode::Host& host);

class TableOracle {
 public:
  struct Config : lode::metrics::Config {
    std::string file;
    std::string key = "architecture";
    std::string delimiter = "auto";
    std::vector<std::string> columns;  // "METRIC = COLUMN"
  };
  static lode::Params<Config> Parameters();

  // Throws lode::InvalidError as lode::metrics::Metrics does, and if an element of `columns` is
  // malformed or does not name a metric, or a metric has two.
  TableOracle(lode::Host host, const Config& config);

  std::vector<lode::Metric> Metrics() const { return metrics_; }

  // Reads the table. Throws as lode::files::ReadTextFile and ParseRows do.
  void Bind(const lode::Space& space);

  // Throws lode::UnsupportedError for architectures that the table does not have and for a fidelity
  // below 1, lode::InvalidError if the bytes are not an architecture. Any thread may call it.
  void Evaluate(const lode::Query& query, std::span<double> metrics) const;

 private:
  lode::Host host_;
  std::string file_;
  std::vector<lode::Metric> metrics_;
  Layout layout_;
  std::optional<lode::Space> space_;  // both set by Bind
  std::optional<Rows> rows_;
};

}  // namespace table
