// A pipeline as it is written, with all layers merged: what the steps of resolving read, and where
// they report.
#pragma once

#include <array>
#include <string>
#include <string_view>

#include "core/config/diagnostic.h"
#include "core/config/node.h"
#include "core/config/typed_table.h"
#include "core/plugin/catalog.h"

namespace lode::core {

// The tables that only a search has.
inline constexpr std::array<std::string_view, 7> kTablesOfSearch = {
    "reward", "exploration", "optimizer", "start", "budget", "confirm", "grid"};

struct WrittenPipeline {
  const Node& tree;
  const Catalog& catalog;
  Diagnostics& diagnostics;

  // Returns a table, or the value of a key in it; nullptr if it is not written.
  const Node* Find(std::string_view table) const { return tree.Find(table); }
  const Node* Find(std::string_view table, std::string_view key) const;
  // Returns the position of what Find returns. If it is missing, it is the place to report that.
  Position PositionOf(std::string_view table) const;
  Position PositionOf(std::string_view table, std::string_view key) const;
  bool IsFromCommandLine(std::string_view table, std::string_view key) const;
  bool HasTablesOfSearch() const;

  template <class Config>
  void Read(const TypedTable<Config>& table, Config& config) const {
    const std::string& name = table.declaration().name;
    table.Read(Find(name), PositionOf(name), config, diagnostics);
  }
};

}  // namespace lode::core
