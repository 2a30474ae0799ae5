#!/usr/bin/env python3
"""usage: verify_test.py LODE PLUGIN

Runs `lode verify` on both oracles, with networks of one channel and a generated data set of forty images in
Fashion-MNIST's layout: with their defaults the oracles train for hours.

"""

import pathlib
import random
import struct
import subprocess
import sys
import tempfile

SIDE, CLASSES = 28, 10
TINY = {"channels": 1, "cells": 1, "epochs": 1, "batch_size": 10, "train_images": 10, "validation_images": 10}
ORACLES = {
    "nb201.train": {"test_images": 10},
    "nb201.supernet": {"calibration_images": 10, "evaluation_batch_size": 10},
}


def write_images(directory, part, per_class):
    draw = random.Random(part)
    labels = bytes(range(CLASSES)) * per_class
    pixels = bytes(draw.randrange(256) for _ in range(len(labels) * SIDE * SIDE))
    (directory / f"{part}-labels-idx1-ubyte").write_bytes(struct.pack(">II", 0x801, len(labels)) + labels)
    header = struct.pack(">IIII", 0x803, len(labels), SIDE, SIDE)
    (directory / f"{part}-images-idx3-ubyte").write_bytes(header + pixels)


def main():
    lode, plugin = sys.argv[1:]
    failed = False
    with tempfile.TemporaryDirectory() as work:
        for part in ("train", "t10k"):
            write_images(pathlib.Path(work), part, 4)
        for oracle, own in ORACLES.items():
            command = [lode, "verify", plugin, "--component", oracle, "--set", f"data={work}"]
            for name, value in (TINY | own).items():
                command += ["--set", f"{name}={value}"]
            failed |= subprocess.run(command).returncode != 0
    return failed


if __name__ == "__main__":
    sys.exit(main())
