#!/usr/bin/python3
"""Compares L2NAS with an independent implementation on NAS-Bench-201.

usage: nb201_calibration.py LODE [--seeds N] [--jobs N] [--preset robust|paper ...]

Runs configs/nb201/table1_l2nas.toml (six columns, 500 and 1000 steps) with N seeds for each preset, and prints our
mean and deviation, those of the independent implementation (100 seeds), and the difference in its standard errors. 100
seeds take about ten minutes for each preset on one core. Exit status 1 if a difference is above three standard errors.
"""
import argparse
import json
import math
import pathlib
import subprocess
import sys
import tempfile

COLUMNS = [(d, m) for d in ("cifar10", "cifar100", "imagenet16") for m in ("valid_accuracy", "test_accuracy")]
# Mean and deviation over 100 seeds, by preset and steps, in the order of COLUMNS.
REFERENCE = {
    "robust": {
        500: [(91.369, 0.16), (94.141, 0.16), (72.596, 0.58), (72.711, 0.62), (46.296, 0.37), (46.619, 0.41)],
        1000: [(91.476, 0.12), (94.260, 0.12), (73.065, 0.45), (73.138, 0.49), (46.485, 0.20), (46.867, 0.36)],
    },
    "paper": {
        500: [(91.371, 0.16), (94.132, 0.17), (72.465, 0.54), (72.540, 0.59), (46.197, 0.32), (46.546, 0.37)],
        1000: [(91.457, 0.12), (94.221, 0.14), (72.821, 0.38), (72.915, 0.40), (46.432, 0.22), (46.817, 0.29)],
    },
}
REFERENCE_SEEDS = 100


def search(lode, preset, seeds, jobs):
    config = pathlib.Path(__file__).resolve().parent.parent / "configs/nb201/table1_l2nas.toml"
    with tempfile.TemporaryDirectory() as out:
        command = [lode, "run", config, "--seeds", str(seeds), "--json", "--out", out,
                   "--set", f"optimizer.preset={preset}"]
        if jobs:
            command += ["--jobs", str(jobs)]
        return json.loads(subprocess.run(command, check=True, stdout=subprocess.PIPE).stdout)


def compare(preset, result):
    """Prints a row for each column and mark; returns the largest difference in standard errors."""
    worst = 0
    for (dataset, metric), summary in zip(COLUMNS, result["summaries"]):
        assert summary["point"] == {"oracle.dataset": dataset, "reward.metric": metric}, summary["point"]
        for steps, ours in ((500, summary["marks"][0]), (1000, summary)):
            mean, std = REFERENCE[preset][steps][COLUMNS.index((dataset, metric))]
            error = math.sqrt(ours["std"] ** 2 / ours["count"] + std ** 2 / REFERENCE_SEEDS)
            z = (ours["mean"] - mean) / error
            worst = max(worst, abs(z))
            print(f"{preset:7} {dataset:11} {metric:15} {steps:5}  {ours['mean']:7.3f} ± {ours['std']:.2f}"
                  f"  {mean:7.3f} ± {std:.2f}  {z:+5.2f}")
    return worst


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("lode")
    parser.add_argument("--seeds", type=int, default=100)
    parser.add_argument("--jobs", type=int)
    parser.add_argument("--preset", nargs="+", choices=list(REFERENCE), default=list(REFERENCE))
    args = parser.parse_args()
    print("preset  data set    searched on      steps  measured          independent       standard errors")
    worst = max(compare(p, search(args.lode, p, args.seeds, args.jobs)) for p in args.preset)
    print(f"largest difference: {worst:.2f} standard errors")
    return worst > 3


if __name__ == "__main__":
    sys.exit(main())
