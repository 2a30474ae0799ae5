// Conversions between members of the host's structs and the values of a pipeline.
#pragma once

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <filesystem>
#include <limits>
#include <optional>
#include <string>
#include <type_traits>
#include <vector>

#include "core/config/pipeline.h"
#include "core/plugin/declaration.h"

namespace lode::core {

inline Value ToValue(bool value) { return value; }
inline Value ToValue(double value) { return value; }
inline Value ToValue(std::uint64_t value) { return static_cast<std::int64_t>(value); }
inline Value ToValue(const std::string& value) { return value; }
inline Value ToValue(const std::filesystem::path& value) { return value.string(); }
inline Value ToValue(const std::vector<std::string>& value) { return value; }
// A count of 0 stands for none, and so does an infinite number.
inline Value ToValue(const std::optional<std::uint64_t>& value) {
  return ToValue(value.value_or(0));
}
inline Value ToValue(const std::optional<double>& value) {
  return value.value_or(std::numeric_limits<double>::infinity());
}
inline Value ToValue(const std::vector<std::uint64_t>& value) {
  return std::vector<std::int64_t>(value.begin(), value.end());
}
inline Value ToValue(const std::vector<std::filesystem::path>& value) {
  return std::vector<std::string>(value.begin(), value.end());
}
template <Worded E>
Value ToValue(E value) {
  return std::string(WordOf(value));
}

// REQUIRES: the value is one that ToValue returns for this type.
template <class T>
void FromValue(const Value& value, T& out) {
  out = std::get<T>(value);
}
inline void FromValue(const Value& value, std::uint64_t& out) {
  out = static_cast<std::uint64_t>(std::get<std::int64_t>(value));
}
inline void FromValue(const Value& value, std::filesystem::path& out) {
  out = std::get<std::string>(value);
}
inline void FromValue(const Value& value, std::optional<std::uint64_t>& out) {
  const auto count = static_cast<std::uint64_t>(std::get<std::int64_t>(value));
  out = count > 0 ? std::optional(count) : std::nullopt;
}
inline void FromValue(const Value& value, std::optional<double>& out) {
  const double number = std::get<double>(value);
  out = std::isfinite(number) ? std::optional(number) : std::nullopt;
}
inline void FromValue(const Value& value, std::vector<std::uint64_t>& out) {
  const auto& list = std::get<std::vector<std::int64_t>>(value);
  out.assign(list.begin(), list.end());
}
inline void FromValue(const Value& value, std::vector<std::filesystem::path>& out) {
  const auto& list = std::get<std::vector<std::string>>(value);
  out.assign(list.begin(), list.end());
}
template <Worded E>
void FromValue(const Value& value, E& out) {
  const auto words = WordsOf(E());
  out = static_cast<E>(std::ranges::find(words, std::get<std::string>(value)) - words.begin());
}

// Returns whether a pipeline contains the value; it lacks what is not given.
template <class T>
bool IsGiven(const T&) {
  return true;
}
template <class T>
bool IsGiven(const std::optional<T>& value) {
  return value.has_value();
}

// Returns the declared type of a member.
template <class T>
lode_type TypeOfMember() {
  constexpr lode_type kTypes[] = {LODE_T_BOOL,       LODE_T_INT,      LODE_T_REAL,
                                  LODE_T_STRING,     LODE_T_INT_LIST, LODE_T_REAL_LIST,
                                  LODE_T_STRING_LIST};
  return Worded<T>                                  ? LODE_T_CHOICE
         : std::is_same_v<T, std::filesystem::path> ? LODE_T_PATH
                                                    : kTypes[ToValue(T()).index()];
}

}  // namespace lode::core
