#!/usr/bin/env python3
"""Compares the ABI of <lode/plugin.h> with the stored descriptions, one for each minor.

For minor N the probe is built with the header as a plugin with -DLODE_TARGET_MINOR=N sees it, and libabigail
compares it with 1.N.abi. Any difference fails. --write regenerates the newest minor's description: right for a
minor that is not released yet, wrong for all others (ABI.md).

usage: check_abi.py [--write]            $CC: the compiler, cc if unset
"""

import os
import pathlib
import re
import subprocess
import sys
import tempfile

HERE = pathlib.Path(__file__).resolve().parent
INCLUDE = HERE.parent / "include"
# Nothing machine-specific: no paths, no architecture, no libraries.
DESCRIBE = ["abidw", "--no-show-locs", "--no-corpus-path", "--no-comp-dir-path", "--no-elf-needed",
            "--no-architecture", "--no-parameter-names", "--no-write-default-sizes",
            "--exported-interfaces-only", "--type-id-style", "hash"]
REMEDY = """\
1.{minor}.abi differs from the headers at LODE_TARGET_MINOR={minor}. If 1.{minor} is released this is a
bug: undo the change. An appended slot needs a new minor: raise LODE_ABI_MINOR, put the slot
under #if LODE_TARGET_MINOR >= N, and run sdk/abi/check_abi.py --write (sdk/ABI.md has the steps).
If 1.{minor} is not released yet, regenerate its description with sdk/abi/check_abi.py --write."""


class Difference(Exception):
    """The difference between a description and the headers, and what to do about it."""


def compiler():
    return os.environ.get("CC", "cc")


def newest_minor(include=INCLUDE):
    header = (include / "lode/plugin.h").read_text()
    return int(re.search(r"#define LODE_ABI_MINOR (\d+)u", header)[1])


def describe(minor, out, include=INCLUDE):
    """Writes the description of the headers in `include` at a target minor."""
    with tempfile.TemporaryDirectory() as work:
        library = f"{work}/probe.so"
        subprocess.run([compiler(), "-std=c11", "-g", "-O0", "-fPIC", "-shared", "-fvisibility=hidden",
                        f"-DLODE_TARGET_MINOR={minor}", f"-I{include}", "probe.c", "-o", library],
                       cwd=HERE, check=True)
        subprocess.run([*DESCRIBE, "--out-file", str(out), library], check=True)


def compare(minor, include=INCLUDE):
    """Raises Difference unless the headers match their description."""
    baseline = HERE / f"1.{minor}.abi"
    if not baseline.exists():
        raise Difference(f"there is no {baseline.name} for minor {minor} of the headers: "
                         "make it with sdk/abi/check_abi.py --write")
    with tempfile.TemporaryDirectory() as work:
        now = pathlib.Path(work) / "now.abi"
        describe(minor, now, include)
        result = subprocess.run(["abidiff", "--harmless", "--no-default-suppression", baseline, now],
                                capture_output=True, text=True)
    if result.returncode != 0:
        raise Difference(result.stdout + result.stderr + REMEDY.format(minor=minor))


def main(arguments):
    if arguments not in ([], ["--write"]):
        sys.exit(__doc__)
    if arguments:
        minor = newest_minor()
        describe(minor, HERE / f"1.{minor}.abi")
    try:
        for minor in range(newest_minor() + 1):
            compare(minor)
            print(f"1.{minor}.abi: matches the headers")
    except Difference as difference:
        sys.exit(f"{difference}")


if __name__ == "__main__":
    main(sys.argv[1:])
