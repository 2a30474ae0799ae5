#include "core/cli/declared.h"

namespace lode::cli {

std::vector<const CLI::App*> Subcommands(const CLI::App& command) {
  return command.get_subcommands([](const CLI::App* c) { return !c->get_group().empty(); });
}

std::vector<const CLI::Option*> NamedOptions(const CLI::App& command) {
  return command.get_options(
      [](const CLI::Option* o) { return !o->get_group().empty() && o->nonpositional(); });
}

std::vector<const CLI::Option*> Positionals(const CLI::App& command) {
  return command.get_options(
      [](const CLI::Option* o) { return !o->get_group().empty() && o->get_positional(); });
}

std::vector<std::string> NamesOf(const CLI::Option& option) {
  std::vector<std::string> names;
  for (const std::string& name : option.get_snames()) { names.push_back("-" + name); }
  for (const std::string& name : option.get_lnames()) { names.push_back("--" + name); }
  return names;
}

std::string ValueName(const CLI::Option& option) {
  if (option.get_items_expected_max() == 0) { return ""; }
  const std::string type = option.get_type_name();
  const std::string name = type.substr(0, type.find(':'));  // followed by validators
  return option.get_positional() && name == "TEXT" ? option.get_name(true) : name;
}

std::vector<std::string> ChoicesOf(const CLI::Option& option) {
  const std::string type = option.get_type_name();
  const std::size_t open = type.find(":{");
  if (open == std::string::npos) { return {}; }
  const std::size_t begin = open + 2;
  return CLI::detail::split(type.substr(begin, type.find('}', begin) - begin), ',');
}

}  // namespace lode::cli
