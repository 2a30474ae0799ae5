// lode complete: prints completions at the cursor, for the scripts of completion.cc.
//
// `lode complete -- WORD...` takes the words after `lode` up to the cursor; the last one is
// unfinished or empty. It prints "words", "files" or "directories". After "words" comes one
// candidate per line, followed by a tab and its description.
#include <algorithm>
#include <cstdio>
#include <memory>
#include <string>
#include <vector>

#include "core/cli/command.h"
#include "core/cli/declared.h"
#include "core/cli/pipeline_options.h"
#include "core/cli/settings.h"
#include "core/config/host_tables.h"
#include "core/plugin/error.h"
#include "core/plugin/index.h"

namespace lode::cli {
namespace {

constexpr char kSetName[] = "--set";
constexpr char kPluginName[] = "--plugin";

struct Candidate {
  std::string word;
  std::string doc;
};

struct Candidates {
  const char* type = "words";
  std::vector<Candidate> words{};
};

const Candidates kFileNames{"files"};
const Candidates kDirectoryNames{"directories"};

// The finished words, parsed.
struct Given {
  explicit Given(const CLI::App& app) : command(&app) {}

  const CLI::App* command;               // the innermost command
  std::vector<std::string> positionals;  // of that command
  std::vector<std::string> overrides;    // --set
  GlobalOptions global;
  const CLI::Option* waiting = nullptr;  // an option whose value comes next
  bool options_end = false;              // "--" was seen
};

// Returns the option of a command or of one of its parents; nullptr if there is none.
const CLI::Option* FindOption(const CLI::App* command, const std::string& name) {
  for (; command != nullptr; command = command->get_parent()) {
    if (const CLI::Option* option = command->get_option_no_throw(name)) { return option; }
  }
  return nullptr;
}

const CLI::App* FindSubcommand(const CLI::App& command, const std::string& name) {
  const std::vector<const CLI::App*> all = Subcommands(command);
  const auto found =
      std::ranges::find_if(all, [&](const CLI::App* c) { return c->check_name(name); });
  return found != all.end() ? *found : nullptr;
}

void TakeValue(const CLI::Option& option, const std::string& value, Given& given) {
  if (option.check_name(kSetName)) {
    given.overrides.push_back(value);
  } else if (option.check_name(kPluginName)) {
    given.global.plugins.emplace_back(value);
  }
}

void TakeOption(const std::string& word, Given& given) {
  const std::size_t equals = word.find('=');
  const CLI::Option* option = FindOption(given.command, word.substr(0, equals));
  if (option == nullptr || ValueName(*option).empty()) { return; }
  if (equals == std::string::npos) {
    given.waiting = option;
  } else {
    TakeValue(*option, word.substr(equals + 1), given);
  }
}

void Take(const std::string& word, Given& given) {
  if (given.waiting != nullptr) {
    TakeValue(*given.waiting, word, given);
    given.waiting = nullptr;
  } else if (word == "--") {
    given.options_end = true;
  } else if (word.starts_with('-') && !given.options_end) {
    TakeOption(word, given);
  } else if (const CLI::App* command = FindSubcommand(*given.command, word)) {
    given.command = command;
  } else {
    given.positionals.push_back(word);
  }
}

Candidates ComponentNames(std::initializer_list<lode_kind> kinds, const Given& given) {
  const core::PluginIndex index(core::MakeSearchPath(given.global.plugins), core::IndexCacheFile());
  Candidates candidates;
  for (const lode_kind kind : kinds) {
    for (const std::string& id : index.Ids(kind)) {
      candidates.words.push_back({id, index.Find(kind, id)->summary});
    }
  }
  return candidates;
}

// Returns what `lode describe` explains: components and the tables of pipelines.
Candidates Subjects(const Given& given) {
  Candidates subjects =
      ComponentNames({LODE_SPACE, LODE_ORACLE, LODE_EXPLORATION, LODE_OPTIMIZER}, given);
  for (const core::HostTable& table : core::HostTables()) {
    if (!table.name.empty() && table.name != "pipeline") {
      subjects.words.push_back({table.name, table.doc});
    }
  }
  subjects.words.push_back({"pipeline", "The host's own tables of a pipeline."});
  return subjects;
}

// Returns the settings of the named pipelines, as far as they can be read.
std::vector<Setting> PipelineSettings(const Given& given) {
  PipelineOptions options;
  options.files.assign(given.positionals.begin(), given.positionals.end());
  options.overrides = given.overrides;
  try {
    std::vector<core::LoadedPipeline> pipelines =
        Load(options, given.global, core::AllowedPlugins::kKnown);
    if (!pipelines.empty()) {
      return SettingsOf(pipelines.front().stages, *pipelines.front().catalog);
    }
  } catch (const std::exception&) {  // reported when the pipeline is run
  }
  return SettingsOf(
      core::PluginIndex(core::MakeSearchPath(given.global.plugins), core::IndexCacheFile()));
}

std::vector<Setting> SpaceSettings(const Given& given) {
  const core::PluginIndex index(core::MakeSearchPath(given.global.plugins), core::IndexCacheFile());
  const std::string id = given.positionals.empty() ? "" : given.positionals.front();
  const auto* space = index.Find(LODE_SPACE, core::MeantName(id, index.Ids(LODE_SPACE)));
  return space != nullptr ? SettingsOf(*space, "") : std::vector<Setting>();
}

// Completes paths, or after "PATH=" the values of the path.
Candidates SettingNames(const std::vector<Setting>& settings, const std::string& word) {
  Candidates candidates;
  const std::size_t equals = word.find('=');
  for (const Setting& setting : settings) {
    if (equals == std::string::npos) {
      candidates.words.push_back({setting.path + "=", setting.doc});
    } else if (setting.path == word.substr(0, equals)) {
      for (const std::string& value : setting.values) {
        candidates.words.push_back({setting.path + "=" + value, ""});
      }
      if (setting.is_file) { return kFileNames; }
    }
  }
  return candidates;
}

Candidates CommandNames(const CLI::App& parent) {
  Candidates commands;
  for (const CLI::App* command : Subcommands(parent)) {
    commands.words.push_back({command->get_name(), command->get_description()});
  }
  return commands;
}

// The name of an option's value determines the candidates.
Candidates ValuesOf(const CLI::Option& option, const std::string& word, const Given& given) {
  const std::string name = ValueName(option);
  if (name == "FILE" || name == "FILE|DIR") { return kFileNames; }
  if (name == "DIR") { return kDirectoryNames; }
  if (name == "COMMAND") { return CommandNames(*given.command->get_parent()); }
  if (name == "COMPONENT") { return Subjects(given); }
  if (name == "DIR|SPACE") {
    const Candidates spaces = ComponentNames({LODE_SPACE}, given);
    const bool one_begins = std::ranges::any_of(
        spaces.words, [&](const Candidate& space) { return space.word.starts_with(word); });
    return one_begins ? spaces : kDirectoryNames;
  }
  if (name == "PATH=VALUE") { return SettingNames(PipelineSettings(given), word); }
  if (name == "NAME=VALUE") { return SettingNames(SpaceSettings(given), word); }
  Candidates choices;
  for (const std::string& choice : ChoicesOf(option)) { choices.words.push_back({choice, ""}); }
  return choices;
}

Candidates OptionNames(const CLI::App* command) {
  Candidates candidates;
  for (; command != nullptr; command = command->get_parent()) {
    for (const CLI::Option* option : NamedOptions(*command)) {
      const std::string name = "--" + option->get_lnames().front();  // later ones are old spellings
      if (std::ranges::find(candidates.words, name, &Candidate::word) == candidates.words.end()) {
        candidates.words.push_back({name, option->get_description()});  // --help is everyone's
      }
    }
  }
  return candidates;
}

// Completes the value of a command's next positional, or its subcommands.
Candidates Next(const std::string& word, const Given& given) {
  std::size_t taken = given.positionals.size();
  for (const CLI::Option* option : Positionals(*given.command)) {
    const auto most = static_cast<std::size_t>(option->get_items_expected_max());
    if (taken < most) { return ValuesOf(*option, word, given); }
    taken -= most;
  }
  return given.positionals.empty() ? CommandNames(*given.command) : Candidates();
}

Candidates Complete(const std::string& word, const Given& given) {
  if (given.waiting != nullptr) { return ValuesOf(*given.waiting, word, given); }
  if (!word.starts_with('-') || given.options_end) { return Next(word, given); }
  const std::size_t equals = word.find('=');
  if (equals == std::string::npos) { return OptionNames(given.command); }
  const CLI::Option* option = FindOption(given.command, word.substr(0, equals));
  if (option == nullptr) { return {}; }
  Candidates values = ValuesOf(*option, word.substr(equals + 1), given);
  for (Candidate& value : values.words) { value.word.insert(0, word.substr(0, equals + 1)); }
  return values;
}

int PrintCandidates(const CLI::App& app, std::vector<std::string> words) {
  std::string word;
  if (!words.empty()) {
    word = words.back();
    words.pop_back();
  }
  Given given(app);
  for (const std::string& finished : words) { Take(finished, given); }
  const Candidates candidates = Complete(word, given);
  std::printf("%s\n", candidates.type);
  for (const Candidate& candidate : candidates.words) {
    if (candidate.word.starts_with(word)) {
      std::printf("%s\t%s\n", candidate.word.c_str(),
                  candidate.doc.substr(0, candidate.doc.find('\n')).c_str());
    }
  }
  return kDone;
}

}  // namespace

void AddComplete(CLI::App& app, const GlobalOptions&, Action& action) {
  auto* command = app.add_subcommand("complete", "Print completions at the cursor");
  command->group("");
  auto words = std::make_shared<std::vector<std::string>>();
  command->add_option("WORD", *words, "The words up to the cursor");
  command->callback(
      [&app, &action, words] { action = [&app, words] { return PrintCandidates(app, *words); }; });
}

}  // namespace lode::cli
