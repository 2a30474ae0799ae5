#!/usr/bin/env python3
"""Checks whether a supernet ranks cells as their own trainings do.

usage: supernet_ranking.py BUILD [--cells N] [--ends] [--rows] [--set PATH=VALUE ...]

Draws N cells of NAS-Bench-201 (50; a fixed draw), measures each with the weights of one supernet and with its own short
training from scratch, both on Fashion-MNIST as in bench/supernet_ranking.toml, and prints Spearman's rank correlation
between the two, and with the benchmark's accuracy on CIFAR-10. --ends draws 200 and takes half of the N from the
benchmark's worst of them and half from its best: these are far enough apart for a small supernet and short trainings,
whatever kernels the processor selects, because cells among the worst ignore their input. Exit status: 0; or 1 if, with
--ends, the supernet or the trainings from scratch do not separate the two halves by five standard deviations of a
measurement on that number of images. --set changes the pipeline, as in `lode run`.
"""

import argparse
import gzip
import os
import pathlib
import random
import re
import sqlite3
import subprocess
import sys
import tempfile

ROOT = pathlib.Path(__file__).resolve().parent.parent
TABLE = ROOT / "plugins/spaces/nb201/nb201.tsv.gz"


def read_table():
    """Returns architecture -> validation accuracy on CIFAR-10 after 200 epochs."""
    with gzip.open(TABLE, "rt") as lines:
        header = next(lines).rstrip("\n").split("\t")
        architecture, accuracy = header.index("arch_str"), header.index("cifar10_valid")
        rows = (line.rstrip("\n").split("\t") for line in lines)
        return {row[architecture]: float(row[accuracy]) for row in rows}


def ranks(values):
    """Returns ranks from 0; equal values share the mean of their ranks."""
    order = sorted(range(len(values)), key=values.__getitem__)
    result = [0.0] * len(values)
    start = 0
    while start < len(order):
        end = start
        while end < len(order) and values[order[end]] == values[order[start]]:
            end += 1
        for place in order[start:end]:
            result[place] = (start + end - 1) / 2
        start = end
    return result


def spearman(a, b):
    a, b = ranks(a), ranks(b)
    mean = (len(a) - 1) / 2
    product = sum((x - mean) * (y - mean) for x, y in zip(a, b))
    squares = sum((x - mean) ** 2 for x in a) * sum((y - mean) ** 2 for y in b)
    return product / squares**0.5 if squares > 0 else float("nan")


def deviations_apart(values, images):
    """Returns how many standard deviations the mean of the second half is above that of the first, for percentages."""
    half = len(values) // 2
    mean = lambda part: sum(part) / len(part)
    variance = lambda part: mean([p * (100 - p) for p in part]) / len(part) / images
    worst, best = values[:half], values[half:]
    return (mean(best) - mean(worst)) / (variance(worst) + variance(best)) ** 0.5


def choose(table, count, ends):
    drawn = random.Random(201).sample(sorted(table), max(count, 200 if ends else 0))
    if not ends:
        return drawn[:count]
    drawn.sort(key=table.get)
    return drawn[: count // 2] + drawn[-(count - count // 2) :]


def accuracies(run):
    rows = sqlite3.connect(run / "run.db").execute("SELECT architecture, valid_accuracy FROM trials")
    return dict(rows.fetchall())


def validation_images(run):
    return int(re.search(r"validation_images = (\d+)", (run / "pipeline.toml").read_text()).group(1))


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("build", type=pathlib.Path)
    parser.add_argument("--cells", type=int, default=50)
    parser.add_argument("--ends", action="store_true", help="take cells from the benchmark's worst and best")
    parser.add_argument("--set", action="append", default=[], dest="changes")
    parser.add_argument("--rows", action="store_true", help="also print each cell's accuracies")
    args = parser.parse_args()
    if args.cells < 2:
        parser.error("--cells must be at least 2")
    table = read_table()
    cells = choose(table, args.cells, args.ends)
    with tempfile.TemporaryDirectory() as work:
        listed = pathlib.Path(work) / "cells.tsv"
        listed.write_text("".join(f"{cell}\n" for cell in cells))
        pipeline = ROOT / "bench/supernet_ranking.toml"
        command = [args.build / "bin/lode", "run", pipeline, "--out", pathlib.Path(work) / "out"]
        for change in args.changes:
            command += ["--set", change]
        subprocess.run(command, check=True, env={**os.environ, "LODE_CELLS": str(listed)})
        runs = [pathlib.Path(work) / "out" / stage / "seed-0" for stage in ("inherited", "scratch")]
        inherited, scratch = map(accuracies, runs)
        images = [validation_images(run) for run in runs]
    if args.rows:
        for cell in cells:
            print(f"{inherited[cell]:6.2f} {scratch[cell]:6.2f} {table[cell]:6.2f}  {cell}")
    of = lambda values: [values[cell] for cell in cells]
    print(f"{len(cells)} cells, Spearman's rank correlation")
    print(f"  supernet with training from scratch  {spearman(of(inherited), of(scratch)):.3f}")
    print(f"  supernet with the benchmark's table  {spearman(of(inherited), of(table)):.3f}")
    print(f"  scratch with the benchmark's table   {spearman(of(scratch), of(table)):.3f}")
    if not args.ends:
        return 0
    apart = [deviations_apart(of(values), count) for values, count in zip((inherited, scratch), images)]
    print(f"  the halves are {apart[0]:.1f} standard deviations apart by the supernet, {apart[1]:.1f} from scratch")
    return 0 if min(apart) > 5 else 1


if __name__ == "__main__":
    sys.exit(main())
