#include "core/cli/usage_error.h"

#include <algorithm>
#include <cctype>
#include <optional>
#include <vector>

#include "core/cli/declared.h"
#include "core/plugin/declaration.h"
#include "core/plugin/text.h"

namespace lode::cli {
namespace {

// Lowercases the beginning of a CLI11 sentence, like our messages. Keeps names in capitals.
std::string LowerCase(std::string text) {
  if (text.size() > 1 && std::isupper(static_cast<unsigned char>(text[1])) == 0) {
    text[0] = static_cast<char>(std::tolower(static_cast<unsigned char>(text[0])));
  }
  return text;
}

const CLI::App& InnermostCommand(const CLI::App& app) {
  const std::vector<CLI::App*> given = app.get_subcommands();
  return given.empty() ? app : InnermostCommand(*given.front());
}

// Returns the long options of a command and its parents. One-letter options are not suggested.
std::vector<std::string> LongOptionNames(const CLI::App* command) {
  std::vector<std::string> names;
  for (; command != nullptr; command = command->get_parent()) {
    for (const CLI::Option* option : NamedOptions(*command)) {
      std::ranges::copy_if(NamesOf(*option), std::back_inserter(names),
                           [](const std::string& name) { return name.starts_with("--"); });
    }
  }
  return names;
}

std::vector<std::string> CommandNames(const CLI::App& app) {
  std::vector<std::string> names;
  for (const CLI::App* command : Subcommands(app)) { names.push_back(command->get_name()); }
  return names;
}

std::string UnknownOption(const CLI::App& command, std::string word) {
  word.resize(std::min(word.find('='), word.size()));
  return "there is no option '" + word + "'" +
         (word.size() > 2 ? core::DidYouMean(word, LongOptionNames(&command)) : "");
}

// Returns the first unparsed option, or else the first unparsed word, since a word may just have
// followed the option.
std::optional<std::string> Unexpected(const CLI::App& app) {
  const std::vector<std::string> words = app.remaining(true);
  const auto option = std::ranges::find_if(
      words, [](const std::string& word) { return word.size() > 1 && word.front() == '-'; });
  return option != words.end() ? std::optional(*option)
         : !words.empty()      ? std::optional(words.front())
                               : std::nullopt;
}

// An unknown option also explains why something else is missing, so it is reported first.
std::string Explain(const CLI::App& app, const CLI::ParseError& error) {
  const CLI::App& command = InnermostCommand(app);
  const std::optional<std::string> word = Unexpected(app);
  const bool is_extra = dynamic_cast<const CLI::ExtrasError*>(&error) != nullptr;
  const bool is_missing = dynamic_cast<const CLI::RequiredError*>(&error) != nullptr;
  if (word && word->starts_with("-") && word->size() > 1 && (is_extra || is_missing)) {
    return UnknownOption(command, *word);
  }
  if (word && is_extra && &command == &app) {
    return "there is no command '" + *word + "'" + core::DidYouMean(*word, CommandNames(app));
  }
  if (word && is_extra) { return "'" + *word + "' was not expected"; }
  return LowerCase(error.what());
}

}  // namespace

std::string UsageError(const CLI::App& app, const CLI::ParseError& error) {
  return PrintableLine(Explain(app, error)) + " (try lode --help)";
}

}  // namespace lode::cli
