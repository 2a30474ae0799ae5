#!/usr/bin/env python3
"""Follows the instructions of sdk/README.md, and compares the output with what they promise.

Its fenced blocks, in order: "sh" is typed into bash, in a new directory, with Lode installed and in PATH; a
language and a FILE give the contents of that file; "text" is the output of the commands before it, in which "..."
stands for anything, and as a whole line for any lines. Ends at the first command that fails or line that is not
printed.

usage: tutorial_test.py BUILD_DIR
"""

import os
import pathlib
import re
import subprocess
import sys
import tempfile

README = pathlib.Path(__file__).resolve().parents[2] / "sdk/README.md"


def blocks():
    """Returns the first line's number, the info string's words, and the text of each block."""
    readme = README.read_text()
    for block in re.finditer(r"^```([^\n]*)\n(.*?)^```$", readme, re.MULTILINE | re.DOTALL):
        yield readme.count("\n", 0, block.start()) + 2, block[1].split(), block[2]


def type_in(commands, line, directory, environment):
    trap = f"trap 'echo \"{README}:$((LINENO + {line - 2})): status $?\"' ERR"
    done = subprocess.run(["bash", "-euo", "pipefail", "-c", f"{trap}\n{commands}"], cwd=directory, env=environment,
                          stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
    if done.returncode != 0:
        sys.exit(done.stdout)
    return done.stdout


def compare(expected, line, printed):
    pattern = ""
    for number, text in enumerate(expected.splitlines(), line):
        pattern += r"(?:.*\n)*" if text == "..." else re.escape(text).replace(r"\.\.\.", ".*") + r"\n"
        if not re.match(pattern, printed):
            sys.exit(f"{README}:{number}: expected {text!r}, printed was:\n{printed}")
    if not re.fullmatch(pattern, printed):
        sys.exit(f"{README}:{number + 1}: expected the end, printed was:\n{printed}")


def main():
    with tempfile.TemporaryDirectory() as name:
        directory = pathlib.Path(name)
        subprocess.run(["cmake", "--install", sys.argv[1], "--prefix", directory / "lode"], check=True,
                       stdout=subprocess.DEVNULL)
        environment = {**os.environ, "PATH": f"{directory}/lode/bin:{os.environ['PATH']}",
                       "XDG_CACHE_HOME": f"{directory}/cache"}
        work = directory / "work"
        work.mkdir()
        printed = ""
        for line, info, text in blocks():
            match info:
                case ["sh"]:
                    printed = type_in(text, line, work, environment)
                case ["text"]:
                    compare(text, line, printed)
                case [_, file]:
                    (work / file).write_text(text)
                case _:
                    sys.exit(f"{README}:{line - 1}: a block is sh, text, or a language and a file")


if __name__ == "__main__":
    main()
