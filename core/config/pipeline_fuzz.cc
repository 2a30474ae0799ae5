// Any bytes in a pipeline file, and after each NUL byte in a `--set`, give pipelines that read back
// the same, or mistakes.
#include <cstdint>
#include <cstdlib>
#include <fstream>
#include <sstream>
#include <string>
#include <utility>
#include <vector>

#include "core/config/diagnostic.h"
#include "core/config/document.h"
#include "core/config/resolve.h"
#include "core/config/stages.h"
#include "core/config/test_catalog.h"
#include "tests/temporary_directory.h"

namespace {

using lode::core::Stages;

// A catalog and its default file. Texts are not written to files: a thousand a second would wait
// for the disk.
class Place {
 public:
  Place() : catalog_(directory_.path()) {
    std::ofstream(directory_.path() / "table.tsv") << "a table\n";
  }
  const lode::core::TestCatalog& catalog() const { return catalog_; }

  Stages Read(const std::string& text, const std::vector<std::string>& overrides = {}) const {
    return ResolveStages(lode::core::Document::FromText(text, "p.toml", overrides), catalog_);
  }

 private:
  const lode::TemporaryDirectory directory_;
  const lode::core::TestCatalog catalog_;
};

// Formats a pipeline with stages, or else its first search.
std::string Formatted(const Stages& stages, const lode::core::Catalog& catalog) {
  return stages.are_stated()
             ? stages.text
             : FormatPipeline(stages.list.front().searches.front().pipeline, catalog);
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  static const Place place;
  std::istringstream in(std::string(reinterpret_cast<const char*>(data), size));
  std::string text;
  std::getline(in, text, '\0');
  std::vector<std::string> overrides;
  for (std::string set; std::getline(in, set, '\0');) { overrides.push_back(std::move(set)); }
  Stages stages;
  try {
    stages = place.Read(text, overrides);
  } catch (const lode::core::ConfigError& e) {
    if (e.diagnostics().empty()) { std::abort(); }
    return 0;
  }
  // From here on an exception is a finding: the host must be able to read what it writes.
  const std::string resolved = Formatted(stages, place.catalog());
  if (Formatted(place.Read(resolved), place.catalog()) != resolved) { std::abort(); }
  return 0;
}
