// Prints what the host says to many pipelines, for comparison with their JSON schema.
//
// resolve_files DIRECTORY: resolves every DIRECTORY/*.toml with the catalog of the configuration
// tests and prints {"schema": ..., "mistakes": {"NAME.toml": [message, ...]}}.
#include <cstdio>
#include <filesystem>
#include <nlohmann/json.hpp>

#include "core/config/pipeline_schema.h"
#include "core/config/stages.h"
#include "core/config/test_catalog.h"

namespace {

namespace fs = std::filesystem;

nlohmann::ordered_json MistakesOf(const fs::path& file, const lode::core::Catalog& catalog) {
  auto mistakes = nlohmann::ordered_json::array();
  try {
    lode::core::ResolveStages(lode::core::Document::Read(file, {}), catalog);
  } catch (const lode::core::ConfigError& error) {
    for (const lode::core::Diagnostic& d : error.diagnostics()) { mistakes.push_back(d.message); }
  }
  return mistakes;
}

}  // namespace

int main(int argc, char** argv) {
  if (argc != 2) {
    std::fprintf(stderr, "usage: resolve_files DIRECTORY\n");
    return 2;
  }
  const fs::path directory = argv[1];
  const lode::core::TestCatalog catalog(directory);
  nlohmann::ordered_json out{{"schema", lode::core::PipelineSchema(catalog)},
                             {"mistakes", nlohmann::ordered_json::object()}};
  for (const auto& entry : fs::directory_iterator(directory)) {
    if (entry.path().extension() == ".toml") {
      out["mistakes"][entry.path().filename().string()] = MistakesOf(entry.path(), catalog);
    }
  }
  std::printf("%s\n", out.dump().c_str());
  return 0;
}
