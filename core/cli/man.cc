// lode man: prints the man page lode(1), generated from the declared command line.
#include <cstdio>
#include <string>
#include <string_view>

#include "core/cli/command.h"
#include "core/cli/declared.h"
#include "core/cli/manual.h"

namespace lode::cli {
namespace {

// Escapes text so that roff prints it unchanged, in UTF-8: no requests, escapes, typographic quotes
// or hyphens.
std::string Escape(std::string_view text) {
  std::string out;
  for (const char c : text) {
    switch (c) {
      case '\\':
        out += "\\e";
        break;
      case '-':
        out += "\\-";
        break;
      case '\'':
        out += "\\(aq";
        break;
      case '"':
        out += "\\(dq";
        break;
      case '`':
        out += "\\(ga";
        break;
      case '^':
        out += "\\(ha";
        break;
      case '~':
        out += "\\(ti";
        break;
      case '.':
        out += out.empty() || out.back() == '\n' ? "\\&." : ".";
        break;
      default:
        out += c;
    }
  }
  return out;
}

std::string Bold(std::string_view text) { return "\\fB" + Escape(text) + "\\fR"; }
std::string Italic(std::string_view text) { return "\\fI" + Escape(text) + "\\fR"; }

// Formats a term, already in roff, with its description.
std::string Item(const std::string& term, std::string_view text) {
  return ".TP\n" + term + "\n" + Escape(text) + "\n";
}

std::string Section(const std::string& title, const std::string& body) {
  return ".SH " + title + "\n" + body;
}

template <class Topics>
std::string TopicItems(const Topics& topics) {
  std::string text;
  for (const Topic& topic : topics) { text += Item(Bold(topic.term), topic.text); }
  return text;
}

std::string ExitStatuses() {
  std::string text;
  for (const StatusTopic& topic : kExitStatuses) {
    text += Item(Bold(std::to_string(topic.status)), topic.text);
  }
  return text;
}

// "-o, --output TABLE", "PIPELINE...".
std::string Signature(const CLI::Option& option) {
  std::string text;
  for (const std::string& name : NamesOf(option)) {
    text += (text.empty() ? "" : ", ") + Bold(name);
  }
  const std::string value = option.get_positional() ? option.get_name(true) : ValueName(option);
  text += value.empty() ? "" : (text.empty() ? "" : " ") + Italic(value);
  const bool many =
      option.get_positional() && option.get_expected_max() == CLI::detail::expected_max_vector_size;
  return many ? text + "..." : text;
}

std::string Describe(const CLI::Option& option) {
  std::string text = option.get_description();
  if (const std::vector<std::string> choices = ChoicesOf(option); !choices.empty()) {
    text += ": " + CLI::detail::join(choices, " or ");
  }
  return option.get_required() && option.nonpositional() ? text + " (required)" : text;
}

std::string Options(const CLI::App& command) {
  std::string text;
  for (const CLI::Option* option : Positionals(command)) {
    text += Item(Signature(*option), Describe(*option));
  }
  for (const CLI::Option* option : NamedOptions(command)) {
    if (option != command.get_help_ptr() || command.get_parent() == nullptr) {
      text += Item(Signature(*option), Describe(*option));
    }
  }
  return text;
}

// Returns "lode run [OPTION]... PIPELINE...". `name`: the command's name, including its parents.
std::string Synopsis(const CLI::App& command, const std::string& name) {
  std::string text = Bold(name) + " [" + Italic("OPTION") + "]...";
  for (const CLI::Option* option : Positionals(command)) {
    const std::string word = Signature(*option);
    text += option->get_required() ? " " + word : " [" + word + "]";
  }
  return text + "\n";
}

// Formats the subcommands of a command, recursively.
std::string Commands(const CLI::App& parent, const std::string& parent_name) {
  std::string text;
  for (const CLI::App* command : Subcommands(parent)) {
    const std::string name = parent_name + " " + command->get_name();
    text += ".SS \"" + Escape(name) + "\"\n" + Synopsis(*command, name) + ".PP\n" +
            Escape(command->get_description()) + "\n" + Options(*command) +
            Commands(*command, name);
  }
  return text;
}

std::string FormatManPage(const CLI::App& app) {
  return ".TH LODE 1 \"\" \"Lode " LODE_VERSION "\" \"User Commands\"\n.nh\n.ad l\n" +
         Section("NAME", "lode \\- " + Escape(kTagline) + "\n") +
         Section("SYNOPSIS", Bold("lode") + " [" + Italic("OPTION") + "]... " + Italic("COMMAND") +
                                 " [" + Italic("ARGUMENT") + "]...\n") +
         Section("DESCRIPTION", Escape(kSummary) + "\n") + Section("OPTIONS", Options(app)) +
         Section("COMMANDS", Commands(app, "lode")) + Section("EXIT STATUS", ExitStatuses()) +
         Section("ENVIRONMENT", TopicItems(kEnvironment)) + Section("FILES", TopicItems(kFiles)) +
         Section("EXAMPLES", TopicItems(kExamples));
}

}  // namespace

void AddMan(CLI::App& app, const GlobalOptions&, Action& action) {
  auto* command = app.add_subcommand("man", "Print the man page: lode man | man -l -");
  command->group("");  // for the build
  command->callback([&app, &action] {
    action = [&app] {
      std::printf("%s", FormatManPage(app).c_str());
      return static_cast<int>(kDone);
    };
  });
}

}  // namespace lode::cli
