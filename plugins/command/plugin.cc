#include "plugins/command/oracle.h"

namespace {

constexpr const char* kDoc = R"(
The door for everybody who trains in Python, or in anything else: it runs a program of yours for
each architecture, gives it the architecture on standard input, and reads the metrics from its
standard output. The pipeline declares the metrics in maximize and minimize. A program that fails
costs its trial only, and run.db says why (the view failures).

  [oracle]
  use        = "command"
  command    = ["python3", "{program}", "--epochs", "10"]
  program    = "train.py"                # beside the pipeline's file
  maximize   = ["accuracy [percent]"]
  minimize   = ["latency [ms]"]
  validation = ["accuracy"]
  timeout    = 600

What the program reads: one line on standard input, a JSON object (here on several):

  {"architecture": "|nor_conv_3x3~0|+|none~0|...",     the space's canonical string
   "matrices": [{"name": "cell", "rows": 6, "columns": 5,
                 "row_labels": ["0->1", ...], "column_labels": ["none", ...],
                 "cells": [[0, 0, 0, 1, 0], ...]}],    0 or 1, row by row
   "graph": {"nodes": [{"group": "cell", "label": "input"}, ...],
             "edges": [{"from": 0, "to": 1, "label": "nor_conv_3x3"}, ...]},
   "seed": 1804289383,                                 0 to 2^31 - 1: seed everything from it
   "fidelity": 1.0,                                    in (0, 1]: share of the full training
   "metrics": [{"name": "accuracy", "unit": "percent", "direction": "maximize",
                "split": "validation", "dataset": ""}, ...]}

The graph is the network as `lode show` draws it, its nodes numbered from 0; it is left out if the
space draws none. Labels are those of the space.

What the program prints: lines of JSON on standard output, flushed, and nothing else.

  {"progress": 0.3, "message": "epoch 3"}     passed on; from 0 to 1, the message may be left out
  {"log": "uses the cached features"}         a line for lode's log
  {"accuracy": 91.3, "latency": 4.25}         the last line: every declared metric, a finite number

and then it exits with status 0. What else it has to say belongs on standard error, which is kept in
stderr.txt; the last line of it is part of the reason when the program fails. A line of standard
output may have 64 KiB, all of them 16 MiB; stderr.txt keeps the first 16 MiB.

Where it runs: in a new working directory, which has the request in request.json. With `directory`
set, the directories are kept there by number (000001, 000002, ...), and reasons of failures name
them; `python3 train.py < work/000007/request.json` asks again by hand. Otherwise they are temporary
and removed. So relative file names in `command` start in that directory. Of files that
belong to the pipeline, name one in `program`, relative to the pipeline's file, and write {program}
in `command` or `environment`: it becomes the absolute path. It may be a directory
(environment = ["PYTHONPATH={program}"]). The first word of `command` is looked up in PATH, or is
an absolute path, or {program}. There is no shell: words are passed as they are.

How it ends: after `timeout`, when the search is interrupted, at the first line that is no answer, and
for whatever it left running when it ended, the program and all that it has started get SIGTERM and
half a second later SIGKILL: in whatever session, with whatever environment, whoever their parent is.
So it is at once should lode itself be killed. A seed gives the same trials again if the program gives the same metrics for the same
request: seed its random numbers, and measure times apart from what the search is repeated for.
Several evaluations may run at once, each with a directory of its own.)";

}  // namespace

LODE_PLUGIN("lode.command", "1.0.0", "Apache-2.0",
            lode::OracleComponent<command::CommandOracle>(
                "command", "1.0.0",
                "Runs a program of yours, which trains or measures each architecture.", kDoc + 1,
                LODE_CAP_CONCURRENT | LODE_CAP_METRICS_VARY));
