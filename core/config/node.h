// A configuration file as a tree of values that remember where they were written.
#pragma once

#include <cstdint>
#include <filesystem>
#include <string>
#include <string_view>
#include <utility>
#include <variant>
#include <vector>

#include "core/config/pipeline.h"

namespace lode::core {

struct Entry;

// A value of the tree. Tables keep the order of the file.
struct Node {
  using Array = std::vector<Node>;
  using Table = std::vector<Entry>;

  Position position;
  std::filesystem::path base;  // where relative paths in it start: the directory of its file
  // A string that is one ${...}, or one from the command line: may stand for another value.
  bool from_environment = false;
  bool from_command_line = false;
  // From the command line: how a boolean or a number was written, which may stand for a text.
  std::string written{};
  std::variant<bool, std::int64_t, double, std::string, Array, Table> value;

  template <class T>
  T* As() {
    return std::get_if<T>(&value);
  }
  template <class T>
  const T* As() const {
    return std::get_if<T>(&value);
  }
  // Whether a string may be written where another value is wanted.
  bool may_stand_for_another() const { return from_environment || from_command_line; }
  // The value of a key of a table; nullptr if *this is no table or has no such key.
  Node* Find(std::string_view key);
  const Node* Find(std::string_view key) const;

  // "a string", "a table": what messages call it.
  std::string_view TypeText() const;
};

struct Entry {
  std::string key;
  Position key_position;
  Node node;
};

// Lays `over` on top of `under`: tables are merged key by key, everything else is replaced.
void Merge(Node& under, const Node& over);

}  // namespace lode::core
