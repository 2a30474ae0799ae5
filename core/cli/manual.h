// What `lode --help` and the man page say of the program as a whole; the rest of both is made from
// the declared command line.
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
    "Lode searches neural architectures: spaces, oracles, exploration strategies and optimizers "
    "are\n"
    "plugins, a search is a TOML file.";

inline constexpr Topic kExamples[] = {
    {"lode run configs/nb201/l2nas.toml -o runs/first", "search NAS-Bench-201 with L2NAS"},
    {"lode run configs/nb201/l2nas.toml --set optimizer.use=rea",
     "the same with another optimizer"},
    {"lode resume runs/first", "go on with what was interrupted"},
    {"lode show runs/first", "its tables again"},
    {"lode plugins", "what there is to use"},
    {"lode describe l2nas", "its parameters"},
    {"lode show nb201 5374", "one architecture, and its picture"},
    {"lode new optimizer climber", "a plugin of your own, ready to build"},
};

inline constexpr StatusTopic kExitStatuses[] = {
    {kDone, "done"},
    {kFindings, "findings of verify or check"},
    {kUsage, "bad usage or configuration"},
    {kRunFailed, "a run failed, or what was printed could not be written"},
    {kOutOfTime, "the wall time was over; lode resume continues"},
    {kInterrupted, "interrupted"},
};

inline constexpr Topic kEnvironment[] = {
    {"LODE_PLUGIN_PATH",
     "Directories of plugins, absolute and separated by colons: searched after --plugin and before "
     "the installed ones."},
    {"XDG_CACHE_HOME", "Where the index of plugins is kept (default: ~/.cache)."},
};

inline constexpr Topic kFiles[] = {
    {"PREFIX/lib/lode/plugins/",
     "The plugins that are installed with the program, and their data."},
    {"PREFIX/share/lode/configs/",
     "Pipelines to run and to start from. A relative name, as in configs/nb201/l2nas.toml, that is "
     "no file of the current directory is one of these. PREFIX is what the program is installed "
     "in."},
    {"PREFIX/share/lode/template/", "What `lode new` copies."},
    {"~/.cache/lode/plugins.json",
     "What the plugins declare. It may be deleted at any time: it is made again."},
    {"runs/NAME/TIME/",
     "What a run keeps, in the current directory: its trials (run.db), the resolved pipeline and "
     "the optimizer's policy."},
    {"runs/NAME/TIME/results.csv",
     "A row for each run when the command ends, with a header: pipeline, components, stage, the "
     "paths of the grid, seed, status, counts, the best so far (step, reward, all metrics, "
     "architecture) and the run's directory. What a run does not have is empty."},
};

}  // namespace lode::cli
