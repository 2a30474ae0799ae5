// Texts about the program as a whole for `lode --help` and the man page. The rest of both is
// generated from the declared command line.
#pragma once

#include "core/cli/command.h"

namespace lode::cli {

struct Topic {
  const char* term;
  const char* text;
};

struct StatusTopic {
  ExitStatus status;
  const char* text;
};

inline constexpr char kTagline[] = "neural architecture search with plugins";

inline constexpr char kSummary[] =
    "Lode searches neural architectures. Spaces, oracles, exploration strategies and optimizers\n"
    "are plugins; a search is a TOML file.";

inline constexpr Topic kExamples[] = {
    {"lode run configs/nb201/l2nas.toml -o runs/first", "search NAS-Bench-201 with L2NAS"},
    {"lode run configs/nb201/l2nas.toml --set optimizer.use=rea",
     "the same with another optimizer"},
    {"lode resume runs/first", "continue interrupted runs"},
    {"lode watch runs/first", "watch them while they run"},
    {"lode serve runs/first", "the same in a browser"},
    {"lode show runs/first", "show its tables again"},
    {"lode compare configs/nb201/rea.toml configs/nb201/random.toml", "compare optimizers"},
    {"lode report runs/first", "write report.html about them"},
    {"lode plugins", "list the plugins and their components"},
    {"lode describe l2nas", "explain its parameters"},
    {"lode show nb201 5374", "show one architecture and its picture"},
    {"lode new optimizer climber", "make your own plugin, ready to build"},
};

inline constexpr StatusTopic kExitStatuses[] = {
    {kDone, "done"},
    {kFindings, "findings of verify or check"},
    {kUsage, "bad usage or pipeline"},
    {kRunFailed, "a run failed, or output could not be written"},
    {kOutOfTime, "the wall time was over; lode resume continues"},
    {kInterrupted, "interrupted"},
};

inline constexpr Topic kEnvironment[] = {
    {"LODE_PLUGIN_PATH",
     "Directories of plugins, absolute and separated by colons: searched after --plugin and before "
     "the installed ones."},
    {"LODE_SERVE_TOKEN", "The token that clients of `lode serve` must know."},
    {"XDG_CACHE_HOME", "Where the index of plugins is kept (default: ~/.cache)."},
};

inline constexpr Topic kFiles[] = {
    {"PREFIX/lib/lode/plugins/",
     "The plugins that are installed with the program, and their data."},
    {"PREFIX/share/lode/configs/",
     "Pipelines to run and to start from. A relative name such as configs/nb201/l2nas.toml stands "
     "for one of these if the current directory has no such file. PREFIX is where the program is "
     "installed."},
    {"PREFIX/share/lode/report.html", "The page that `lode report` fills with results."},
    {"PREFIX/share/lode/serve.html", "The page that `lode serve` shows."},
    {"PREFIX/share/lode/template/", "The templates that `lode new` copies."},
    {"PREFIX/share/doc/lode/",
     "The documentation: README.md, configs/README.md on running searches, sdk/README.md on "
     "writing plugins, and the reference pages of the plugins."},
    {"~/.cache/lode/plugins.json",
     "The declarations of the plugins. It may be deleted at any time: it is made again."},
    {"runs/NAME/TIME/",
     "The files of runs, in the current directory: trials (run.db), the resolved pipeline and the "
     "optimizer's policy."},
    {"runs/NAME/TIME/results.csv",
     "Written when the command ends, with a header and a row for each run: pipeline, components, "
     "stage, the paths of the grid, seed, status, counts, the best so far (step, reward, all "
     "metrics, architecture) and the run's directory. Missing values are empty."},
};

}  // namespace lode::cli
