#include "plugins/oracles/command/oracle.h"

namespace {

constexpr const char* kDoc = R"(
For training in Python or in any other language: the oracle runs your program for each architecture,
gives it the architecture on standard input, and reads the metrics from its standard output. The
pipeline declares the metrics in maximize and minimize. A program that fails costs only its trial,
and run.db says why (the view failures).

  [oracle]
  use        = "command"
  command    = ["python3", "{program}", "--epochs", "10"]
  program    = "train.py"                # next to the pipeline's file
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
   "fidelity": 1.0,                                    share of the full training: 1, or whatever
                                                       a search asks for from `lowest_fidelity` on
   "metrics": [{"name": "accuracy", "unit": "percent", "direction": "maximize",
                "split": "validation", "dataset": ""}, ...]}

The graph is the network as `lode show` draws it, with nodes numbered from 0; it is omitted if the
space draws none. Labels are those of the space.

What the program prints: lines of JSON on standard output, flushed, and nothing else.

  {"progress": 0.3, "message": "epoch 3"}     passed on; from 0 to 1, the message may be left out
  {"log": "uses the cached features"}         a line for lode's log
  {"accuracy": 91.3, "latency": 4.25}         the last line: every declared metric, a finite number

and then it exits with status 0. All other output belongs on standard error, which is kept in
stderr.txt; its last line becomes part of the reason when the program fails. A line of standard
output is limited to 64 KiB, all of them to 16 MiB; stderr.txt keeps the first 16 MiB.

Where it runs: in a new working directory that contains the request in request.json. If `directory`
is set, the directories are kept there by number (000001, 000002, ...), and reasons of failures name
them; `python3 train.py < work/000007/request.json` repeats a request by hand. Otherwise they are
temporary and removed. Relative file names in `command` start in that directory. To use a file that
belongs to the pipeline, name it in `program`, relative to the pipeline's file, and write {program}
in `command` or `environment`, where it becomes the absolute path. It may be a directory
(environment = ["PYTHONPATH={program}"]). The first word of `command` is a name to be found in PATH,
an absolute path, or {program}. There is no shell: words are passed unchanged.

A program that serves: with serve = true, the program is started once for each worker, answers one
request after another, and ends when its input does. So importing PyTorch is paid once.

  [oracle]
  serve   = true
  devices = ["cuda:0", "cuda:1"]         # with [execution] workers = 2

  import json, os, sys
  import torch                           # once
  for line in sys.stdin:
      accuracy = train(json.loads(line), os.environ["LODE_DEVICE"])
      print(json.dumps({"accuracy": accuracy}), flush=True)

LODE_WORKER is the number of the worker, from 0 on; a program that replaces another one has its
number. LODE_DEVICE is the worker's device of `devices`. Programs that do not serve have both if
`devices` is given. A program that serves runs in a temporary directory of its own, and the request
has "directory", where request.json and stderr.txt of the evaluation are. stderr.txt has what was
written to standard error until the answer. In `command`, only {program} is replaced. A program
that exits, crashes, takes longer than `timeout` or writes anything else costs the trial, and
another one is started for the next. It must answer each request as if it were its first, because
the number of those before depends on workers and interruptions. Workers are counted in lode's own
process: this needs `isolate = false` in [execution], which is the default for this oracle, and
therefore no limits there.

How it ends: after `timeout`, when the search is interrupted, and at the first line that is not an
answer, the program and everything it has started get SIGTERM and half a second later SIGKILL, in
any session, with any environment, whoever their parent is. The same happens to whatever it leaves
running when it ends, and immediately if lode itself is killed. A seed gives the same trials again
if the program gives the same metrics for the same request: seed its random numbers, and do not let
measured times decide the search. Several evaluations may run at once, each in its own directory.)";

}  // namespace

LODE_PLUGIN("lode.command", "1.0.0", "Apache-2.0",
            lode::OracleComponent<command::CommandOracle>(
                "command", "1.0.0",
                "Runs your program, which trains or measures each architecture.", kDoc + 1,
                LODE_CAP_CONCURRENT | LODE_CAP_METRICS_VARY));
