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
  std::filesystem::path base;  // relative paths start here: the directory of its file
  // Whether this is a string that is exactly one ${...}, or comes from the command line. It may
  // then stand for another type of value.
  bool from_environment = false;
  bool from_command_line = false;
  // A boolean or number from the command line as it was written, because it may be meant as a text.
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
  // Returns whether a string may stand where another type of value is expected.
  bool may_stand_for_another() const { return from_environment || from_command_line; }
  // Returns the value of a key of a table; nullptr if *this is not a table or has no such key.
  Node* Find(std::string_view key);
  const Node* Find(std::string_view key) const;

  // Returns the type for messages: "a string", "a table".
  std::string_view TypeText() const;
};

struct Entry {
  std::string key;
  Position key_position;
  Node node;
};

// Merges `over` into `under`: tables are merged key by key, everything else is replaced.
void Merge(Node& under, const Node& over);

}  // namespace lode::core
