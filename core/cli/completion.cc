// lode completion: prints scripts for completion in shells. The scripts know no words themselves:
// they ask the program each time, through the hidden `lode complete` (complete.cc).
#include <cstdio>
#include <memory>
#include <string>

#include "core/cli/command.h"
#include "core/cli/output_file.h"

namespace lode::cli {
namespace {

constexpr char kBash[] = R"script(# bash completion of lode; written by: lode completion bash
_lode() {
  local word words=() reply=()
  for word in "${COMP_WORDS[@]:1:COMP_CWORD}"; do # bash takes PATH=VALUE apart
    if ((${#words[@]})) && [[ $word == [=:]* || ${words[-1]} == *[=:] ]]; then
      words[-1]+=$word
    else
      words+=("$word")
    fi
  done
  mapfile -t reply < <("${COMP_WORDS[0]/#\~\//$HOME/}" complete -- "${words[@]}" 2>/dev/null)
  word=${words[-1]##*[=:]} # what is replaced
  local before=${words[-1]%"$word"}
  case ${reply[0]} in
    files | directories)
      local type=-${reply[0]:0:1}
      mapfile -t COMPREPLY < <(compgen "$type" -- "$word")
      compopt -o filenames 2>/dev/null
      ;;
    *)
      COMPREPLY=("${reply[@]:1}")
      COMPREPLY=("${COMPREPLY[@]%%$'\t'*}")
      COMPREPLY=("${COMPREPLY[@]#"$before"}")
      [[ ${COMPREPLY[0]} == *= ]] && compopt -o nospace 2>/dev/null
      ;;
  esac
  return 0
}
complete -F _lode lode
)script";

constexpr char kZsh[] = R"script(#compdef lode
# zsh completion of lode; written by: lode completion zsh
compdef _lode lode
_lode() {
  local -a reply settings
  reply=("${(@f)$("${(Q)words[1]/#\~\//$HOME/}" complete -- "${(@Q)words[2,CURRENT]}" 2>/dev/null)}")
  case $reply[1] in
    files | directories)
      compset -P '*='
      [[ $reply[1] == files ]] && _files || _files -/
      ;;
    *)
      reply=("${(@)reply[2,-1]//:/\\:}")
      reply=("${(@)reply/$'\t'/:}")
      settings=("${(@M)reply:#[^:]##=:*}")
      reply=("${(@)reply:|settings}")
      _describe -t values value reply -- settings -S ''
      ;;
  esac
}
if [[ $funcstack[1] == _lode ]]; then
  _lode "$@"
fi
)script";

}  // namespace

void AddCompletion(CLI::App& app, const GlobalOptions&, Action& action) {
  auto* command = app.add_subcommand(
      "completion", "Print a script for tab completion: source <(lode completion bash)");
  auto shell = std::make_shared<std::string>();
  command->add_option("SHELL", *shell, "The shell")
      ->required()
      ->transform(CLI::IsMember({"bash", "zsh"}, CLI::ignore_case));
  AddOutput(*command);
  command->callback([&action, shell] {
    action = [shell] {
      std::printf("%s", *shell == "bash" ? kBash : kZsh);
      return static_cast<int>(kDone);
    };
  });
}

}  // namespace lode::cli
