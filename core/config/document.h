// Reads pipeline files: TOML, includes, environment variables and overrides from the command line,
// without checking their meaning.
#pragma once

#include <filesystem>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "core/config/diagnostic.h"
#include "core/config/node.h"

namespace lode::core {

// A parsed `--set PATH=VALUE`. An index in the path changes an element of a list
// ("exploration.0.end").
struct Override {
  std::vector<std::string> path;
  Node value;
};

// Splits "a.b.\"c.d\"" at dots outside quotes. Returns nothing if a part is empty, a quote is not
// closed, or there are more than 32 parts.
std::vector<std::string> SplitPath(std::string_view path);

// Parses "a.b.\"c.d\"=VALUE". VALUE is TOML, or else a string. Throws ConfigError.
Override ParseOverride(std::string_view text);

// Parses a text as a TOML value in the place of `like`. Returns nothing if it is not a value.
std::optional<Node> ParseValue(const std::string& text, const Node& like);

// The layers of one pipeline, lowest first: included files come before the file that includes them.
//
// `include = "FILE"`, or a list of files, is relative to the file that contains it. In a string,
// `${NAME}` and `${NAME:-default}` stand for an environment variable, also within a default
// (`${A:-${B:-c}}`), and `$${` stands for a plain `${`. A file has at most 1 MiB; tables and lists
// nest at most 32 deep; a table has at most 1000 keys.
class Document {
 public:
  // Throws ConfigError with all mistakes in all files: syntax, unset variables, missing or circular
  // includes.
  static Document Read(const std::filesystem::path& file,
                       const std::vector<std::string>& overrides);

  // The same for a text in place of a file `name` in the current directory.
  static Document FromText(const std::string& text, const std::string& name,
                           const std::vector<std::string>& overrides = {});

  const std::string& name() const { return name_; }
  const std::vector<Node>& layers() const { return layers_; }
  const std::vector<Override>& overrides() const { return overrides_; }

  // Returns the same document with other layers and overrides.
  Document With(std::vector<Node> layers, std::vector<Override> overrides) const;

 private:
  void AddOverrides(const std::vector<std::string>& overrides, Diagnostics& diagnostics);

  std::string name_;
  std::vector<Node> layers_;  // tables
  std::vector<Override> overrides_;
};

}  // namespace lode::core
