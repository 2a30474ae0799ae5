#include "plugins/oracles/table/table.h"

#include <algorithm>
#include <lode/text.hpp>

#include "toolkit/files/delimited_reader.h"
#include "toolkit/files/read_architecture.h"
#include "toolkit/files/text_file.h"

namespace table {
namespace {

char DelimiterOf(std::string_view choice) {
  if (choice == "comma") { return ','; }
  if (choice == "tab") { return '\t'; }
  if (choice == "semicolon") { return ';'; }
  return lode::files::DelimitedReader::kAuto;
}

}  // namespace

Rows ParseRows(std::string_view text, const std::string& name, const Layout& layout,
               const lode::Space& space, const lode::Host& host) {
  constexpr std::size_t kLinesBetweenPolls = 4096;
  lode::files::DelimitedReader reader(text, name, layout.delimiter);
  const std::size_t key = reader.Find(layout.key);
  std::vector<std::size_t> fields;
  fields.reserve(layout.columns.size());
  for (const std::string& column : layout.columns) { fields.push_back(reader.Find(column)); }
  Rows rows(space.cells(), fields.size());
  std::vector<double> numbers(fields.size());
  std::vector<std::size_t> lines;  // of the rows
  while (reader.Next()) {
    if (rows.size() % kLinesBetweenPolls == 0) {
      host.ThrowIfCancelled();
      host.Progress(reader.fraction(), "reading the table");
    }
    const lode::Architecture architecture = lode::files::ReadArchitecture(reader, key, space);
    if (const auto row = rows.Find(architecture)) {
      reader.FailAt(key, "which is already on line " + std::to_string(lines[*row]));
    }
    lines.push_back(reader.line());
    for (std::size_t k = 0; k < fields.size(); ++k) { numbers[k] = reader.Number(fields[k]); }
    rows.Add(architecture, numbers);
  }
  if (rows.size() == 0) { throw lode::IoError(name + ": has no line after the column names"); }
  return rows;
}

lode::Params<TableOracle::Config> TableOracle::Parameters() {
  lode::Params<Config> params;
  params.push_back(
      lode::Param<Config>("file", &Config::file,
                          "The table: delimited text, plain or gzip, that begins with a "
                          "line of column names.",
                          lode::Path{})
          .Required());
  params.emplace_back("key", &Config::key,
                      "The column with the architectures, written as the space reads them.");
  params.emplace_back(
      "delimiter", &Config::delimiter,
      "The character between fields; auto: the first of tab, comma and semicolon that "
      "the first line has.",
      lode::Choices{{"auto", "comma", "tab", "semicolon"}});
  params.emplace_back("columns", &Config::columns,
                      "The columns of metrics whose column has a different name, as in "
                      "\"accuracy = Val Acc\".");
  lode::metrics::AddParameters(params);
  return params;
}

namespace {

// Returns the best value of a column.
std::optional<double> BestOf(const Rows& rows, const lode::Metric& metric, std::size_t column) {
  if (metric.noisy) { return std::nullopt; }
  double best = rows[0][column];
  for (std::size_t row = 1; row < rows.size(); ++row) {
    const double value = rows[row][column];
    best = metric.direction == LODE_MAXIMIZE ? std::max(best, value) : std::min(best, value);
  }
  return best;
}

}  // namespace

TableOracle::TableOracle(lode::Host host, const Config& config)
    : host_(host),
      file_(config.file),
      metrics_(lode::metrics::Metrics(config)),
      layout_{DelimiterOf(config.delimiter), config.key,
              lode::metrics::ColumnsOf(metrics_, config.columns)} {}

void TableOracle::Bind(const lode::Space& space) {
  const std::string text = lode::files::ReadTextFile(file_, [&] { host_.ThrowIfCancelled(); });
  rows_ = ParseRows(text, file_, layout_, space, host_);
  for (std::size_t k = 0; k < metrics_.size(); ++k) {
    metrics_[k].optimum = BestOf(*rows_, metrics_[k], k);
  }
  space_ = space;
}

void TableOracle::Evaluate(const lode::Query& query, std::span<double> metrics) const {
  if (query.fidelity != 1) {
    throw lode::UnsupportedError("fidelity is " + std::to_string(query.fidelity) +
                                 ", the table has results at 1 only");
  }
  const auto row = rows_->Find(query.architecture);
  if (!row) {
    const std::string architecture = space_->Format(query.architecture);  // throws if it is invalid
    throw lode::UnsupportedError(file_ + ": none of its " + std::to_string(rows_->size()) +
                                 " architectures is " + lode::Quote(architecture, 300));
  }
  std::ranges::copy((*rows_)[*row], metrics.begin());
}

}  // namespace table
