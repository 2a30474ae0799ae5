#include "core/plugin/declaration.h"

#include <algorithm>
#include <cmath>
#include <cstdio>
#include <cstdlib>

#include "core/plugin/text.h"

namespace lode::core {
namespace {

// Returns the shortest text that reads back as the same number, with a point or an exponent.
std::string FormatReal(double value) {
  if (std::isnan(value)) { return "nan"; }
  if (std::isinf(value)) { return value > 0 ? "inf" : "-inf"; }
  char text[40];
  // Starts with 6 digits: with fewer, "%g" would write 10 as 1e+01.
  for (int digits = 6; digits <= 17; ++digits) {
    std::snprintf(text, sizeof text, "%.*g", digits, value);
    if (std::strtod(text, nullptr) == value) { break; }
  }
  const std::string number = text;
  return number.find_first_of(".e") == std::string::npos ? number + ".0" : number;
}

std::string FormatString(const std::string& value) {
  std::string text = "\"";
  for (const char c : value) {
    text += c == '"' || c == '\\' ? std::string("\\") + c : std::string(1, c);
  }
  return EscapeControls(text) + "\"";
}

struct Formatter {
  std::string operator()(bool b) const { return b ? "true" : "false"; }
  std::string operator()(std::int64_t i) const { return std::to_string(i); }
  std::string operator()(double r) const { return FormatReal(r); }
  std::string operator()(const std::string& s) const { return FormatString(s); }
  template <class T>
  std::string operator()(const std::vector<T>& list) const {
    std::string text = "[";
    for (const T& item : list) { text += (text.size() > 1 ? ", " : "") + (*this)(item); }
    return text + "]";
  }
};

// Formats a bound as people write it: 100, not 100.0.
std::string FormatBound(double bound) {
  char text[40];
  const bool is_whole = std::abs(bound) <= 1e15 && bound == std::trunc(bound);
  std::snprintf(text, sizeof text, is_whole ? "%.0f" : "%.15g", bound);
  return text;
}

bool HasBound(const ParamDeclaration& p) { return std::isfinite(p.min) || std::isfinite(p.max); }

bool InRange(const ParamDeclaration& p, double value) {
  const bool above = (p.flags & LODE_PARAM_OPEN_MIN) != 0 ? value > p.min : value >= p.min;
  const bool below = (p.flags & LODE_PARAM_OPEN_MAX) != 0 ? value < p.max : value <= p.max;
  return above && below;
}

std::string CheckNumber(const ParamDeclaration& p, double value, const std::string& text) {
  if (!std::isfinite(value)) { return text + " is not finite"; }
  return InRange(p, value) ? "" : text + " is outside " + FormatRange(p);
}

struct Checker {
  const ParamDeclaration& param;

  std::string operator()(bool) const { return ""; }
  std::string operator()(std::int64_t i) const {
    return CheckNumber(param, static_cast<double>(i), std::to_string(i));
  }
  std::string operator()(double r) const { return CheckNumber(param, r, FormatReal(r)); }
  std::string operator()(const std::string& s) const {
    if (param.choices.empty() || std::ranges::find(param.choices, s) != param.choices.end()) {
      return "";
    }
    const std::string nearest = NearestName(s, param.choices);
    return FormatString(s) + " is not " + FormatRange(param) +
           (nearest.empty() ? "" : "; did you mean \"" + nearest + "\"?");
  }
  template <class T>
  std::string operator()(const std::vector<T>& list) const {
    for (const T& item : list) {
      if (std::string wrong = (*this)(item); !wrong.empty()) { return wrong; }
    }
    return "";
  }
};

std::size_t EditDistance(std::string_view a, std::string_view b) {
  std::vector<std::size_t> row(b.size() + 1);
  for (std::size_t j = 0; j <= b.size(); ++j) { row[j] = j; }
  for (std::size_t i = 1; i <= a.size(); ++i) {
    std::size_t diagonal = row[0];
    row[0] = i;
    for (std::size_t j = 1; j <= b.size(); ++j) {
      const std::size_t replaced = diagonal + (a[i - 1] == b[j - 1] ? 0 : 1);
      diagonal = row[j];
      row[j] = std::min({replaced, row[j] + 1, row[j - 1] + 1});
    }
  }
  return row[b.size()];
}

}  // namespace

std::string_view KindName(lode_kind kind) {
  switch (kind) {
    case LODE_SPACE:
      return "space";
    case LODE_ORACLE:
      return "oracle";
    case LODE_EXPLORATION:
      return "exploration";
    case LODE_OPTIMIZER:
      return "optimizer";
    default:
      return "";
  }
}

std::string_view TypeName(lode_type type) {
  switch (type) {
    case LODE_T_BOOL:
      return "boolean";
    case LODE_T_INT:
      return "integer";
    case LODE_T_REAL:
      return "real number";
    case LODE_T_STRING:
      return "string";
    case LODE_T_CHOICE:
      return "choice";
    case LODE_T_PATH:
      return "path";
    case LODE_T_INT_LIST:
      return "list of integers";
    case LODE_T_REAL_LIST:
      return "list of real numbers";
    case LODE_T_STRING_LIST:
      return "list of strings";
    default:
      return "value of an unknown type";
  }
}

std::string_view SplitName(lode_split split) {
  switch (split) {
    case LODE_SPLIT_TRAIN:
      return "train";
    case LODE_SPLIT_VALIDATION:
      return "validation";
    case LODE_SPLIT_TEST:
      return "test";
    default:
      return "none";
  }
}

std::string FormatValue(const Value& value) { return std::visit(Formatter(), value); }

std::string FormatRange(const ParamDeclaration& p) {
  if (!p.choices.empty()) {
    std::string text = "one of ";
    for (const std::string& choice : p.choices) {
      text += (&choice == &p.choices.front() ? "" : ", ") + choice;
    }
    return text;
  }
  if (!HasBound(p)) { return ""; }
  const bool open_min = (p.flags & LODE_PARAM_OPEN_MIN) != 0 || !std::isfinite(p.min);
  const bool open_max = (p.flags & LODE_PARAM_OPEN_MAX) != 0 || !std::isfinite(p.max);
  return (open_min ? "(" : "[") + FormatBound(p.min) + ", " + FormatBound(p.max) +
         (open_max ? ")" : "]");
}

std::string CheckValue(const ParamDeclaration& param, const Value& value) {
  return std::visit(Checker{param}, value);
}

std::string MeantName(std::string_view word, const std::vector<std::string>& names) {
  const auto is_like = [lower = WithoutCase(word)](const std::string& name) {
    return WithoutCase(name) == lower;
  };
  const auto like = std::ranges::find_if(names, is_like);
  if (std::ranges::find(names, word) != names.end()) { return std::string(word); }
  return std::ranges::count_if(names, is_like) == 1 ? *like : "";
}

std::string NearestName(std::string_view word, const std::vector<std::string>& candidates) {
  std::string nearest;
  // A word that would be replaced completely is not a typo.
  std::size_t best = std::min(std::max<std::size_t>(2, word.size() / 3) + 1, word.size());
  const std::string lower = WithoutCase(word);
  for (const std::string& candidate : candidates) {
    const std::size_t distance = EditDistance(lower, WithoutCase(candidate));
    if (distance < best) {
      best = distance;
      nearest = candidate;
    }
  }
  return nearest;
}

std::string DidYouMean(std::string_view word, const std::vector<std::string>& names) {
  const std::string nearest = NearestName(word, names);
  return nearest.empty() ? "" : "; did you mean '" + nearest + "'?";
}

}  // namespace lode::core
