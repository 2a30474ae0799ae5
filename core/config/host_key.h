// One key of a host table, declared once: its name, the member that it sets (whose initializer is
// the default), a sentence, and the allowed values. Like lode::Param of components.
#pragma once

#include <functional>
#include <lode/plugin.hpp>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "core/config/diagnostic.h"
#include "core/config/host_table.h"
#include "core/config/host_value.h"
#include "core/config/node.h"
#include "core/config/toml_text.h"
#include "core/config/values.h"

namespace lode::core {

template <class Config>
class TypedTable;

// Sets the bounds of a number, or of each element of a list.
void Restrict(Range range, ParamDeclaration& declaration);

template <class Config>
class HostKey {
 public:
  // T: what ToValue converts (host_value.h). An enumeration is a choice between its words. Counts
  // are at most 10^15.
  template <class T>
  HostKey(const char* name, T Config::*member, const char* doc, Range range = {});

  // A list of tables inside this one: `limits = [{...}, {...}]`.
  template <class Element>
  HostKey(const char* name, std::vector<Element> Config::*member,
          const TypedTable<Element>& elements);

  HostKey&& Unit(const char* unit) && { return declaration_.unit = unit, std::move(*this); }
  HostKey&& Required() && { return std::move(*this).Flag(LODE_PARAM_REQUIRED); }
  HostKey&& InputFile() && { return std::move(*this).Flag(LODE_PARAM_INPUT_FILE); }
  HostKey&& InputFileOrFolder() && {
    return std::move(*this).Flag(LODE_PARAM_INPUT_FILE | LODE_PARAM_INPUT);
  }
  // The effect of a changed value on stored runs (host_tables.h).
  HostKey&& KeepsTrials() && { return std::move(*this).Flag(kKeepsTrials); }
  HostKey&& KeepsResults() && { return std::move(*this).Flag(kKeepsResults); }
  // A resolved pipeline contains the key only under this condition.
  HostKey&& WrittenIf(std::function<bool(const Config&)> condition) && {
    return condition_ = std::move(condition), std::move(*this);
  }
  // A resolved pipeline has the key after another one than it is declared after. The order cannot
  // change, because stored runs have it.
  HostKey&& WrittenAfter(std::string_view key) && { return written_after_ = key, std::move(*this); }

  const std::string& name() const { return declaration_.name; }
  std::string_view written_after() const { return written_after_; }
  bool is_list() const { return read_list_ != nullptr; }
  // REQUIRES: !is_list().
  const ParamDeclaration& declaration() const { return declaration_; }

  // REQUIRES: !is_list(); the declaration allows the value.
  void Read(const Value& value, Config& config) const { read_(value, config); }
  // REQUIRES: is_list(). `list` may be null if nothing was written.
  void ReadList(const Node* list, Config& config, Diagnostics& diagnostics) const {
    read_list_(list, config, diagnostics);
  }
  // Returns "threads = 1", or "" if a resolved pipeline lacks the key.
  std::string Write(const Config& config) const {
    const std::string text = condition_ == nullptr || condition_(config) ? write_(config) : "";
    return text.empty() ? "" : name() + " = " + text;
  }

 private:
  HostKey&& Flag(std::uint32_t flag) && { return declaration_.flags |= flag, std::move(*this); }

  ParamDeclaration declaration_;
  std::function<void(const Value&, Config&)> read_;
  std::function<void(const Node*, Config&, Diagnostics&)> read_list_;
  std::function<std::string(const Config&)> write_;
  std::function<bool(const Config&)> condition_;
  std::string_view written_after_;
};

template <class Config>
template <class T>
HostKey<Config>::HostKey(const char* name, T Config::*member, const char* doc, Range range)
    : read_([member](const Value& value, Config& config) { FromValue(value, config.*member); }) {
  declaration_.name = name;
  declaration_.type = TypeOfMember<T>();
  declaration_.doc = doc;
  declaration_.default_value = ToValue(Config().*member);
  Restrict(range, declaration_);
  if constexpr (Worded<T>) {
    const auto words = WordsOf(T());
    declaration_.choices.assign(words.begin(), words.end());
  }
  const bool is_bare = TakesBoolean(declaration_);
  write_ = [member, is_bare](const Config& config) {
    const T& value = config.*member;
    return !IsGiven(value) ? "" : is_bare ? BareText(ToValue(value)) : TomlText(ToValue(value));
  };
}

template <class Config>
template <class Element>
HostKey<Config>::HostKey(const char* name, std::vector<Element> Config::*member,
                         const TypedTable<Element>& elements)
    : read_list_([member, &elements](const Node* list, Config& config, Diagnostics& diagnostics) {
        config.*member = elements.ReadList(list, diagnostics);
      }),
      write_([member, &elements](const Config& config) {
        return elements.FormatList(config.*member);
      }) {
  declaration_.name = name;
}

}  // namespace lode::core
