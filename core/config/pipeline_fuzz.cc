// Any bytes given as a pipeline file end in pipelines that read back the same, or in mistakes.
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

// The directory that the texts are read in, with the catalog's default file.
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

// A pipeline of stages, or its first search.
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
    if (e.diagnostics().empty()) {
      std::abort();
    }
    return 0;
  }
  // An exception from here on is a finding: what the host writes it must be able to read.
  const std::string resolved = Formatted(stages, place.catalog());
  if (Formatted(place.Read(resolved), place.catalog()) != resolved) {
    std::abort();
  }
  return 0;
}
