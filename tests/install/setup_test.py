#!/usr/bin/env python3
"""Tests what `setup` installs and builds, for whom, and in which builds a warning is an error.

usage: setup_test.py BUILD_DIR
"""

import json
import os
import pathlib
import re
import shlex
import shutil
import subprocess
import sys
import tempfile
import unittest

SOURCE = pathlib.Path(__file__).resolve().parents[2]
BUILD = pathlib.Path(sys.argv.pop(1)).resolve()


def packages(name):
    """The packages that setup installs: npm only where there is none."""
    lines = (re.sub("#.*", "", line).strip() for line in (SOURCE / name).read_text().splitlines())
    return [line for line in lines if line and not (line == "npm" and shutil.which("npm"))]


class Setup(unittest.TestCase):
    """Programs of the system are replaced by fakes that record how they were called."""

    def setUp(self):
        temporary = tempfile.TemporaryDirectory()
        self.addCleanup(temporary.cleanup)
        self.work = pathlib.Path(temporary.name)
        (self.work / "bin").mkdir()
        (self.work / "tree/tests").mkdir(parents=True)
        for file in ("setup", "packages.txt", "tests/packages.txt"):
            shutil.copy(SOURCE / file, self.work / "tree" / file)
        for program in ("cmake", "apt-get"):
            self.play(program, "")
        self.play("sudo", '"$@"')

    def play(self, program, does):
        file = self.work / "bin" / program
        file.write_text(f'#!/bin/sh\necho {program} "$@" >>{self.work}/calls\n{does}\n')
        file.chmod(0o755)

    def calls(self, *arguments, user, installed):
        self.play("id", f"echo {user}")
        self.play("dpkg-query", "shift; case $1 in -f*) shift;; esac; "
                  + ("for p; do echo install ok installed; done" if installed else "exit 1"))
        subprocess.run([self.work / "tree/setup", *arguments], check=True, stdout=subprocess.DEVNULL,
                       env={"PATH": f"{self.work}/bin:{os.environ['PATH']}"})
        lines = (self.work / "calls").read_text().splitlines()
        return [line for line in lines if line.split()[0] in ("cmake", "apt-get", "sudo")]

    def test_runnable_parts_are_built_with_their_packages(self):
        calls = self.calls(user=0, installed=False)
        self.assertEqual(calls, ["apt-get update -q", "apt-get install -q -y --no-install-recommends " +
                                 " ".join(packages("packages.txt")),
                                 "cmake --preset release", "cmake --build --preset release"])

    def test_tests_are_built_on_request(self):
        calls = self.calls("--tests", "-DA=1", user=0, installed=False)
        self.assertEqual(calls[1].split()[5:], packages("packages.txt") + packages("tests/packages.txt"))
        self.assertEqual(calls[2], "cmake --preset release -DLODE_TESTS=ON -DLODE_BENCH=ON -DA=1")

    def test_a_user_installs_by_sudo(self):
        calls = self.calls(user=1000, installed=False)
        self.assertEqual([call.split()[0] for call in calls],
                         ["sudo", "apt-get", "sudo", "apt-get", "cmake", "cmake"])

    def test_no_rights_are_needed_if_everything_is_installed(self):
        calls = self.calls(user=1000, installed=True)
        self.assertEqual(calls, ["cmake --preset release", "cmake --build --preset release"])

    def test_the_lists_are_disjoint(self):
        self.assertEqual(set(packages("packages.txt")) & set(packages("tests/packages.txt")), set())


class Warnings(unittest.TestCase):
    def test_are_errors_in_every_preset_except_the_users(self):
        presets = {preset["name"]: preset for preset in
                   json.loads((SOURCE / "CMakePresets.json").read_text())["configurePresets"]}

        def variables(preset):
            parent = preset.get("inherits")
            return {**(variables(presets[parent]) if parent else {}), **preset.get("cacheVariables", {})}

        for name, preset in presets.items():
            if not preset.get("hidden"):
                with self.subTest(name):
                    strict = variables(preset).get("CMAKE_COMPILE_WARNING_AS_ERROR") == "ON"
                    self.assertEqual(strict, name != "release")

    def test_are_errors_in_this_build_only_if_configured(self):
        cache = (BUILD / "CMakeCache.txt").read_text()
        strict = re.search(r"^CMAKE_COMPILE_WARNING_AS_ERROR:\w+=(ON|TRUE|1)$", cache, re.MULTILINE) is not None
        for entry in json.loads((BUILD / "compile_commands.json").read_text()):
            self.assertEqual("-Werror" in shlex.split(entry["command"]), strict, entry["file"])


if __name__ == "__main__":
    unittest.main()
