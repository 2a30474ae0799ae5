#!/usr/bin/env python3
"""usage: verify_networks_test.py LODE PLUGIN ORACLE[:NAME=VALUE,...] ...

Runs `lode verify` on a plugin's oracles that train networks, with these parameters, one short epoch and a generated
data set of forty images in Fashion-MNIST's layout: with their defaults the oracles train for hours.

"""

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


def main():
    lode, plugin, *oracles = sys.argv[1:]
    failed = not oracles
    with tempfile.TemporaryDirectory() as work:
        for part in ("train", "t10k"):
            write_images(pathlib.Path(work), part, 4)
        for oracle in oracles:
            name, _, own = oracle.partition(":")
            command = [lode, "verify", plugin, "--component", name, "--set", f"data={work}"]
            for setting in SHORT + own.split(","):
                command += ["--set", setting]
            failed |= subprocess.run(command).returncode != 0
    return failed


if __name__ == "__main__":
    sys.exit(main())
