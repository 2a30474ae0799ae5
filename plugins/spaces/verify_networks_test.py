#!/usr/bin/env python3
"""usage: verify_networks_test.py LODE PLUGIN ORACLE[:NAME=VALUE,...] ... [--untrained ORACLE[:NAME=VALUE,...] ...]

Runs `lode verify` on a plugin's oracles, with these parameters. Those that train networks do it for one short epoch, on
a generated data set of forty images in Fashion-MNIST's layout: with their defaults they train for hours.

"""

import argparse
import pathlib
import random
import struct
import subprocess
import sys
import tempfile

SIDE, CLASSES = 28, 10
SHORT = ["epochs=1", "batch_size=10", "train_images=10", "validation_images=10"]


def write_images(directory, part, per_class):
    draw = random.Random(part)
    labels = bytes(range(CLASSES)) * per_class
    pixels = bytes(draw.randrange(256) for _ in range(len(labels) * SIDE * SIDE))
    (directory / f"{part}-labels-idx1-ubyte").write_bytes(struct.pack(">II", 0x801, len(labels)) + labels)
    header = struct.pack(">IIII", 0x803, len(labels), SIDE, SIDE)
    (directory / f"{part}-images-idx3-ubyte").write_bytes(header + pixels)


def passes(arguments, oracle, common):
    name, _, own = oracle.partition(":")
    command = [arguments.lode, "verify", arguments.plugin, "--component", name]
    for setting in common + list(filter(None, own.split(","))):
        command += ["--set", setting]
    return subprocess.run(command).returncode == 0


def main():
    parser = argparse.ArgumentParser()
    for name in ("lode", "plugin"):
        parser.add_argument(name)
    parser.add_argument("oracles", nargs="+")
    parser.add_argument("--untrained", nargs="+", default=[])
    arguments = parser.parse_args()
    with tempfile.TemporaryDirectory() as work:
        for part in ("train", "t10k"):
            write_images(pathlib.Path(work), part, 4)
        results = [passes(arguments, oracle, [f"data={work}", *SHORT]) for oracle in arguments.oracles]
        results += [passes(arguments, oracle, []) for oracle in arguments.untrained]
    return 0 if all(results) else 1


if __name__ == "__main__":
    sys.exit(main())
