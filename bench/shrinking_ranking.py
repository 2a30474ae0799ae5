#!/usr/bin/env python3
"""Checks whether a supernet trained by progressive shrinking ranks sub-networks as their own trainings do.

usage: shrinking_ranking.py BUILD [--subnets N] [--rows] [--set PATH=VALUE ...]

Measures Once-for-All's largest and smallest sub-network and N random ones (30; a fixed draw) with the weights of one
supernet and with their own short trainings from scratch, on the images of bench/shrinking_ranking.toml: CIFAR-10, in
the directory CIFAR10. Prints the accuracies of the largest and the smallest, and Spearman's rank correlation between
the two measurements of the random ones. Exit status: 0; or 1 if the largest does not beat the smallest with the
supernet's weights. --set changes the pipeline, as in `lode run`.
"""

import argparse
import json
import os
import pathlib
import random
import sqlite3
import subprocess
import sys
import tempfile

from supernet_ranking import ROOT, spearman

LAYERS, UNITS = 20, 5


def subnet(choose):
    """Returns a sub-network's text; each value is chosen from a list."""
    values = lambda count, choices: [choose(choices) for _ in range(count)]
    return json.dumps({"ks": values(LAYERS, [3, 5, 7]), "e": values(LAYERS, [3, 4, 6]), "d": values(UNITS, [2, 3, 4])})


def accuracies(run):
    rows = sqlite3.connect(run / "run.db").execute("SELECT valid_accuracy FROM trials ORDER BY step")
    return [accuracy for accuracy, in rows]


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("build", type=pathlib.Path)
    parser.add_argument("--subnets", type=int, default=30)
    parser.add_argument("--set", action="append", default=[], dest="changes")
    parser.add_argument("--rows", action="store_true", help="also print each sub-network's accuracies")
    args = parser.parse_args()
    if args.subnets < 2:
        parser.error("--subnets must be at least 2")
    draw = random.Random(19)
    subnets = [subnet(max), subnet(min)] + [subnet(draw.choice) for _ in range(args.subnets)]
    with tempfile.TemporaryDirectory() as work:
        listed = pathlib.Path(work) / "subnets.tsv"
        listed.write_text("".join(f"{text}\n" for text in subnets))
        pipeline = ROOT / "bench/shrinking_ranking.toml"
        command = [args.build / "bin/lode", "run", pipeline, "--out", pathlib.Path(work) / "out"]
        for change in args.changes:
            command += ["--set", change]
        subprocess.run(command, check=True, env={**os.environ, "LODE_SUBNETS": str(listed)})
        runs = [pathlib.Path(work) / "out" / stage / "seed-0" for stage in ("inherited", "scratch")]
        inherited, scratch = map(accuracies, runs)
    assert len(inherited) == len(scratch) == len(subnets)
    if args.rows:
        for row in zip(inherited, scratch, subnets):
            print("%6.2f %6.2f  %s" % row)
    print("                 inherited  from scratch")
    for name, i in (("largest", 0), ("smallest", 1)):
        print(f"  {name:13}{inherited[i]:9.2f} %{scratch[i]:12.2f} %")
    print(f"{args.subnets} random sub-networks, Spearman's rank correlation {spearman(inherited[2:], scratch[2:]):.3f}")
    return 0 if inherited[0] > inherited[1] else 1


if __name__ == "__main__":
    sys.exit(main())
