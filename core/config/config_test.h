// The common base of configuration tests: a directory of files and the catalog to resolve against.
#pragma once

#include <gtest/gtest.h>

#include <cstdlib>
#include <filesystem>
#include <string>
#include <vector>

#include "core/config/diagnostic.h"
#include "core/config/document.h"
#include "core/config/resolve.h"
#include "core/config/test_catalog.h"
#include "tests/failure.h"
#include "tests/scoped_variable.h"
#include "tests/temporary_directory.h"

namespace lode::core {

// The smallest pipeline. Its tables start at these lines: [pipeline] 1, [space] 4, [oracle] 6,
// [reward] 8, [optimizer] 10, [budget] 12.
inline constexpr char kPipeline[] = R"([pipeline]
name = "p"

[space]
use = "ring"
[oracle]
use = "acme.table"
[reward]
metric = "valid_accuracy"
[optimizer]
use = "l2nas"
[budget]
steps = 100
)";

class ConfigTest : public testing::Test {
 protected:
  ConfigTest() : catalog_(dir_.path()) { Write("table.tsv", "a table\n"); }

  std::filesystem::path Write(const std::string& name, const std::string& text) const {
    return dir_.Write(name, text);
  }

  std::vector<Search> Searches(const std::string& text,
                               const std::vector<std::string>& overrides = {}) const {
    return Resolve(Document::Read(Write("p.toml", text), overrides), catalog_);
  }

  Pipeline Single(const std::string& text, const std::vector<std::string>& overrides = {}) const {
    const std::vector<Search> searches = Searches(text, overrides);
    EXPECT_EQ(searches.size(), 1u);
    return searches.at(0).pipeline;
  }

  // Returns all mistakes, one per line, with file names relative to the test's directory; "" if
  // there are none.
  std::string Mistakes(const std::string& text,
                       const std::vector<std::string>& overrides = {}) const {
    return WithoutDirectory(Failure<ConfigError>([&] { Searches(text, overrides); }));
  }

  std::string WithoutDirectory(std::string text) const {
    const std::string prefix = dir_.path().string() + "/";
    for (std::size_t at = 0; (at = text.find(prefix, at)) != std::string::npos;) {
      text.erase(at, prefix.size());
    }
    return text;
  }

  // Returns the value of a declared parameter.
  template <class T>
  T Get(const ComponentConfig& config, const std::string& param) const {
    const auto& params = catalog_.Find(config.kind, config.id)->params;
    for (std::size_t i = 0; i < params.size(); ++i) {
      if (params[i].name == param) { return std::get<T>(config.values.at(i)); }
    }
    ADD_FAILURE() << config.id << " has no parameter " << param;
    return T();
  }

  const TemporaryDirectory dir_;
  const TestCatalog catalog_;
};

}  // namespace lode::core
