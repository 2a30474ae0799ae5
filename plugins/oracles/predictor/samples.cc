#include "plugins/oracles/predictor/samples.h"

#include <algorithm>
#include <cmath>
#include <set>
#include <span>
#include <utility>

#include "toolkit/files/delimited_reader.h"
#include "toolkit/files/read_architecture.h"
#include "toolkit/sampling/architecture_key.h"

namespace predictor {
namespace {

using lode::sampling::KeyOf;
using Fields = std::vector<std::size_t>;

Fields Find(const lode::files::DelimitedReader& reader, const std::vector<std::string>& columns) {
  Fields fields;
  for (const std::string& column : columns) { fields.push_back(reader.Find(column)); }
  return fields;
}

std::vector<double> Numbers(const lode::files::DelimitedReader& line, const Fields& fields) {
  std::vector<double> numbers;
  for (const std::size_t field : fields) { numbers.push_back(line.Number(field)); }
  return numbers;
}

}  // namespace

std::vector<Sample> ReadSamples(std::string_view text, const std::string& name,
                                const Layout& layout, const lode::Space& space,
                                const lode::Host& host) {
  constexpr std::size_t kLinesBetweenPolls = 1024;
  lode::files::DelimitedReader reader(text, name, lode::files::DelimitedReader::kAuto);
  const std::size_t key = reader.Find(layout.key);
  const Fields inputs = Find(reader, layout.inputs), metrics = Find(reader, layout.metrics);
  std::vector<Sample> samples;
  while (reader.Next()) {
    if (reader.line() % kLinesBetweenPolls == 0) {
      host.ThrowIfCancelled();
      host.Progress(reader.fraction(), "reading the table");
    }
    const auto is_missing = [&](std::size_t field) { return reader.Text(field).empty(); };
    if (std::ranges::any_of(metrics, is_missing)) { continue; }
    const lode::Architecture architecture = lode::files::ReadArchitecture(reader, key, space);
    samples.push_back(
        {space.Canonical(architecture), Numbers(reader, inputs), Numbers(reader, metrics)});
  }
  return samples;
}

Division Divide(std::vector<Sample> samples, double share, lode::Random random) {
  std::set<std::string> distinct;
  for (const Sample& sample : samples) { distinct.insert(KeyOf(sample.architecture)); }
  std::vector<std::string> order(distinct.begin(), distinct.end());
  random.Shuffle(std::span(order));
  const auto wanted =
      static_cast<std::size_t>(std::llround(share * static_cast<double>(order.size())));
  order.resize(std::min(wanted, order.empty() ? 0 : order.size() - 1));
  const std::set<std::string> held_out(order.begin(), order.end());
  Division division;
  for (Sample& sample : samples) {
    const bool is_held_out = held_out.contains(KeyOf(sample.architecture));
    (is_held_out ? division.held_out : division.fitted).push_back(std::move(sample));
  }
  return division;
}

}  // namespace predictor
