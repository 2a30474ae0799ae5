// A host table declared with the members of a struct. Reading and writing pipelines, the JSON
// schema, descriptions and completions are derived from the declaration.
#pragma once

#include <string>
#include <utility>
#include <vector>

#include "core/config/diagnostic.h"
#include "core/config/host_key.h"
#include "core/config/host_table.h"
#include "core/config/node.h"

namespace lode::core {

// Does the same as ReadTable for a table of the host, with texts made printable: the host shows
// them.
std::vector<Value> ReadHostTable(const HostTable& table, const Node* node, const Position& where,
                                 const std::vector<std::string>& other_keys,
                                 Diagnostics& diagnostics);

// Returns the elements of a list of tables inside another one, which may be null: "reward.limits".
const Node::Array& ElementsOf(const HostTable& table, const Node* list, Diagnostics& diagnostics);

template <class Config>
class TypedTable {
 public:
  TypedTable(HostTable table, std::vector<HostKey<Config>> keys)
      : table_(std::move(table)), keys_(std::move(keys)) {
    for (const HostKey<Config>& key : keys_) {
      if (key.is_list()) {
        lists_.push_back(key.name());
      } else {
        table_.params.push_back(key.declaration());
      }
    }
  }

  const HostTable& declaration() const { return table_; }

  // Reads all declared keys into `config`. `node` may be null if nothing was written; `where` is
  // then the place for reports. `other_keys` are allowed, too.
  void Read(const Node* node, const Position& where, Config& config, Diagnostics& diagnostics,
            std::vector<std::string> other_keys = {}) const {
    other_keys.insert(other_keys.end(), lists_.begin(), lists_.end());
    const std::vector<Value> values = ReadHostTable(table_, node, where, other_keys, diagnostics);
    auto value = values.begin();
    for (const HostKey<Config>& key : keys_) {
      if (!key.is_list()) { key.Read(*value++, config); }
    }
    ReadLists(node, config, diagnostics);
  }

  std::vector<Config> ReadList(const Node* list, Diagnostics& diagnostics) const {
    std::vector<Config> elements;
    for (const Node& node : ElementsOf(table_, list, diagnostics)) {
      elements.emplace_back().position = node.position;
      Read(&node, node.position, elements.back(), diagnostics);
    }
    return elements;
  }

  // Returns the table of a resolved pipeline: "\n[budget]\nsteps = 100\n...".
  std::string Format(const Config& config) const {
    return "\n" + table_.header() + "\n" + FormatKeys(config);
  }
  std::string FormatKeys(const Config& config) const {
    std::string text;
    for (const std::string& entry : Entries(config)) { text += entry + "\n"; }
    return text;
  }
  // Returns "[{metric = \"macs\", max = 3.5e+08}]", or "" for an empty list.
  std::string FormatList(const std::vector<Config>& list) const {
    std::string text;
    for (const Config& config : list) {
      std::string table;
      for (const std::string& entry : Entries(config)) {
        table += (table.empty() ? "" : ", ") + entry;
      }
      text += (text.empty() ? "{" : ", {") + table + "}";
    }
    return text.empty() ? "" : "[" + text + "]";
  }

 private:
  void ReadLists(const Node* node, Config& config, Diagnostics& diagnostics) const {
    for (const HostKey<Config>& key : keys_) {
      if (key.is_list()) {
        key.ReadList(node != nullptr ? node->Find(key.name()) : nullptr, config, diagnostics);
      }
    }
  }

  // Returns "steps = 100" and so on, in the order of writing.
  std::vector<std::string> Entries(const Config& config) const {
    std::vector<std::string> entries;
    AddEntries("", config, entries);
    return entries;
  }

  // Adds the keys that are written after the key `after`, each with those that follow it; "" stands
  // for the declared order.
  void AddEntries(std::string_view after, const Config& config,
                  std::vector<std::string>& entries) const {
    for (const HostKey<Config>& key : keys_) {
      if (key.written_after() != after) { continue; }
      if (std::string entry = key.Write(config); !entry.empty()) {
        entries.push_back(std::move(entry));
      }
      AddEntries(key.name(), config, entries);
    }
  }

  HostTable table_;
  std::vector<HostKey<Config>> keys_;
  std::vector<std::string> lists_;
};

}  // namespace lode::core
