// Any bytes in a pipeline file give pipelines that read back the same, or mistakes.
#include <cstdint>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <string>

#include "core/config/diagnostic.h"
#include "core/config/document.h"
#include "core/config/resolve.h"
#include "core/config/stages.h"
#include "core/config/test_catalog.h"
#include "tests/temporary_directory.h"

namespace {

using lode::core::Stages;

// The directory in which the texts are read, with the catalog's default file.
class Place {
 public:
  Place() : catalog_(directory_.path()) {
    std::ofstream(directory_.path() / "table.tsv") << "a table\n";
  }
  const lode::core::TestCatalog& catalog() const { return catalog_; }

  Stages Read(const std::string& text) const {
    const std::filesystem::path file = directory_.path() / "p.toml";
    std::ofstream(file, std::ios::binary) << text;
    return ResolveStages(lode::core::Document::Read(file, {}), catalog_);
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
  Stages stages;
  try {
    stages = place.Read(std::string(reinterpret_cast<const char*>(data), size));
  } catch (const lode::core::ConfigError& e) {
    if (e.diagnostics().empty()) { std::abort(); }
    return 0;
  }
  // From here on an exception is a finding: the host must be able to read what it writes.
  const std::string resolved = Formatted(stages, place.catalog());
  if (Formatted(place.Read(resolved), place.catalog()) != resolved) { std::abort(); }
  return 0;
}
