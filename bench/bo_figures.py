#!/usr/bin/python3
"""Measures the optimizer bo against the other optimizers.

usage: bo_figures.py LODE PART [--seeds N] [--first-seed N] [--jobs N] [--optimizers NAME ...]

PART is

  ofa    the best predicted accuracy on Once-for-All after 300 and 1000 distinct architectures, without and with a limit
         of 350 million multiply-adds
  darts  the same for DARTS and the predictor of bench/darts_accuracy.cc, built as the target darts_accuracy, on the
         genotypes of LODE_DATA/darts/darts_cifar10_545.csv

The seeds are those that no choice of a setting has seen.
"""
import argparse
import os
import pathlib
import sqlite3
import statistics
import subprocess
import tempfile

ROOT = pathlib.Path(__file__).resolve().parent.parent


def run(options, config, optimizer, settings):
    """Runs a pipeline with an optimizer; yields the connection to each seed's store."""
    last = options.first_seed + options.seeds
    with tempfile.TemporaryDirectory() as out:
        command = [options.lode, "run", ROOT / "configs" / config, "--out", out, "--json", "--progress", "0",
                   "--seeds", ",".join(str(s) for s in range(options.first_seed, last)), "--set",
                   f"optimizer.use={optimizer}"]
        for setting in settings:
            command += ["--set", setting]
        if options.jobs:
            command += ["--jobs", str(options.jobs)]
        subprocess.run(command, check=True, stdout=subprocess.DEVNULL)
        for store in sorted(pathlib.Path(out).rglob("run.db")):
            with sqlite3.connect(store) as connection:
                yield connection


def best_after(connection, metric, limit, counts):
    """Returns the best value of the metric among the first architectures that were measured, for each count."""
    rows = connection.execute(f"SELECT architecture, {metric} FROM trials WHERE {metric} IS NOT NULL"
                              f" AND {limit} ORDER BY step").fetchall()
    seen, best, result = set(), float("-inf"), []
    for architecture, value in rows:
        if architecture not in seen and len(seen) in counts:
            result.append(best)
        seen.add(architecture)
        best = max(best, value)
    return result + [best] * (len(counts) - len(result))


def print_best(options, title, config, metric, limit, settings):
    counts = (300, 1000)
    settings = settings + ["exploration=[]", "budget={unique_queries=1000, marks=[]}"]
    for optimizer in options.optimizers or ["bo", "rea", "local_search", "random", "evolution"]:
        runs = [best_after(c, metric, limit, counts) for c in run(options, config, optimizer, settings)]
        cells = [f"at {count}: {statistics.mean(values):.4f} ± {statistics.stdev(values):.4f}"
                 for count, values in zip(counts, zip(*runs))]
        print(f"{title:16} {optimizer:13}", "   ".join(cells), flush=True)


def measure_ofa(options):
    print_best(options, "ofa", "ofa/predictor.toml", "predicted_accuracy", "1", [])
    print_best(options, "ofa under 350 M", "ofa/under_350m.toml", "predicted_accuracy", "macs <= 350e6", [])


def measure_darts(options):
    data = pathlib.Path(os.environ.get("LODE_DATA", ROOT / "../shared/data")) / "darts/darts_cifar10_545.csv"
    plugin = pathlib.Path(options.lode).resolve().parent.parent / "bench/darts_accuracy.lode.so"
    settings = [f"plugins.paths=[\"{plugin}\"]", f"oracle={{use=\"darts_accuracy\", data=\"{data.resolve()}\"}}",
                "reward={metric=\"accuracy\"}"]
    print_best(options, "darts", "darts/analytic.toml", "accuracy", "1", settings)


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("lode")
    parser.add_argument("part", choices=("ofa", "darts"))
    parser.add_argument("--seeds", type=int, default=20)
    parser.add_argument("--first-seed", type=int, default=20000)
    parser.add_argument("--jobs", type=int)
    parser.add_argument("--optimizers", nargs="+")
    options = parser.parse_args()
    {"ofa": measure_ofa, "darts": measure_darts}[options.part](options)


if __name__ == "__main__":
    main()
