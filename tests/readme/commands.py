#!/usr/bin/env python3
"""The commands of a README, as a bash script that runs them one after the other and stops at the first failure.

The script runs in the project's root, whichever folder the README is in.

A command is in a fenced block whose first word is "sh"; a second word says who runs it:

    sh           the test of READMEs, as part of the tests
    sh minutes   takes longer than a minute: tests/distributions
    sh system    installs something on the system: tests/distributions
    sh tests     runs the tests, and so is run by no test: tests/distributions, on request
    sh measure   measures for minutes to an hour: whoever wants the figures

usage: commands.py README KIND...      KIND: sh, or the second word
"""

import pathlib
import re
import shlex
import subprocess
import sys

KINDS = {"sh", "minutes", "system", "tests", "measure"}

PRELUDE = """\
set -uo pipefail
now() { echo "${EPOCHREALTIME/[.,]/}"; }
type_in() {
  local begin; begin=$(now)
  printf '%s: $ %s\\n' "$1" "$2"
  eval "$2"
  local status=$?
  if [ $status -ne 0 ]; then printf '%s: status %d\\n' "$1" $status; exit 1; fi
  printf '%s: %d ms\\n' "$1" $((($(now) - begin) / 1000))
}
"""


def blocks(text):
    """Returns the first line's number, the words after the fence, and the text of each fenced block."""
    for block in re.finditer(r"^```([^\n]*)\n(.*?)^```$", text, re.MULTILINE | re.DOTALL):
        yield text.count("\n", 0, block.start()) + 2, block[1].split(), block[2]


def is_whole(command):
    """Whether bash accepts the text as a command, and not as the beginning of one."""
    return subprocess.run(["bash", "-n", "-c", command], capture_output=True).returncode == 0


def commands(text, kinds):
    """Returns the line and text of each command; raises ValueError for an unknown kind."""
    for number, info, block in blocks(text):
        if info[:1] != ["sh"]:
            continue
        kind = "".join(info[1:]) or "sh"
        if kind not in KINDS:
            raise ValueError(
                f"line {number - 1}: {' '.join(info)!r}, expected sh alone or with one of {KINDS - {'sh'}}")
        if kind not in kinds:
            continue
        command = ""
        for offset, line in enumerate(block.splitlines()):
            start = start if command else number + offset
            command += line
            if command.endswith("\\"):
                command = command[:-1]
            elif not command.strip() or is_whole(command):
                if command.strip():
                    yield start, command
                command = ""
            else:
                command += "\n"
        if command:
            raise ValueError(f"line {start}: not a complete command")


def script(readme, kinds):
    lines = [f"type_in {shlex.quote(f'{readme}:{line}')} {shlex.quote(command)}"
             for line, command in commands(pathlib.Path(readme).read_text(), kinds)]
    return PRELUDE + "\n".join(lines) + "\n"


if __name__ == "__main__":
    try:
        print(script(sys.argv[1], set(sys.argv[2:])), end="")
    except ValueError as error:
        sys.exit(f"{sys.argv[1]}: {error}")
