#!/usr/bin/python3
"""Runs configs/ofa/latency_sums.toml and prints how the sums of the layers' latencies, and the multiply-adds, follow
the latencies of whole networks: Spearman's and Pearson's correlation, and the median of the quotients.

usage: latency_sums.py LODE [ARGUMENT of `lode run` ...]
"""

import contextlib
import pathlib
import sqlite3
import statistics
import subprocess
import sys
import tempfile

PIPELINE = pathlib.Path(__file__).resolve().parent.parent / "configs/ofa/latency_sums.toml"
METRICS = ("measured_latency", "measured_latency_spread", "layer_latency", "macs")


def pearson(a, b):
    mean_a, mean_b = statistics.fmean(a), statistics.fmean(b)
    products = sum((x - mean_a) * (y - mean_b) for x, y in zip(a, b))
    return products / (sum((x - mean_a) ** 2 for x in a) * sum((y - mean_b) ** 2 for y in b)) ** 0.5


def ranks(values):
    """The mean rank of equal values."""
    return [sum(other < value for other in values) + (values.count(value) + 1) / 2 for value in values]


def main():
    lode, *arguments = sys.argv[1:]
    with tempfile.TemporaryDirectory() as work:
        out = pathlib.Path(work) / "out"
        subprocess.run([lode, "run", PIPELINE, "--out", out, *arguments], check=True, stdout=subprocess.DEVNULL)
        with contextlib.closing(sqlite3.connect(next(out.rglob("run.db")))) as store:
            rows = store.execute(f"SELECT {', '.join(METRICS)} FROM trials WHERE macs IS NOT NULL").fetchall()
    column = dict(zip(METRICS, zip(*rows)))
    whole = column["measured_latency"]
    spread = statistics.median(s / m for s, m in zip(column["measured_latency_spread"], whole))
    print(f"{len(rows)} sub-networks, {min(whole):.1f} to {max(whole):.1f} ms; "
          f"interquartile range {100 * spread:.1f} % of the median, typically")
    for name in ("layer_latency", "macs"):
        print(f"{name}: Spearman {pearson(ranks(column[name]), ranks(whole)):.3f}, "
              f"Pearson {pearson(column[name], whole):.3f}")
    quotient = statistics.median(s / m for s, m in zip(column["layer_latency"], whole))
    print(f"sum of the layers: {quotient:.2f} times the whole network, in the median")


if __name__ == "__main__":
    main()
