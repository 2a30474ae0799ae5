#!/usr/bin/env python3
"""Checks that the program and every plugin are hardened as Debian's hardening=+all requires.

usage: hardening_test.py BUILD_DIR
"""

import json
import pathlib
import platform
import re
import shlex
import subprocess
import sys
import unittest

BUILD = pathlib.Path(sys.argv.pop(1)).resolve()
CONTROL_FLOW = {"x86_64": "-fcf-protection", "aarch64": "-mbranch-protection=standard"}.get(platform.machine())


def readelf(flag, file):
    return subprocess.run(["readelf", "-W", flag, file], check=True, capture_output=True, text=True).stdout


def imports(file):
    """The functions that a file takes from libraries, without versions."""
    return {match[1] for match in re.finditer(r" UND (\w+)", readelf("--dyn-syms", file))}


def compilations():
    return json.loads((BUILD / "compile_commands.json").read_text())


def programs():
    return [BUILD / "bin/lode", *sorted((BUILD / "lib/lode").rglob("*.so"))]


class Hardening(unittest.TestCase):
    def test_the_program_and_plugins_are_found(self):
        names = {file.name for file in programs()}
        self.assertLessEqual({"lode", "nb201.lode.so", "l2nas.lode.so", "command.lode.so"}, names)

    def test_position_independent_code(self):
        for file in programs():
            with self.subTest(file.name):
                self.assertRegex(readelf("-h", file), r"Type:\s+DYN")

    def test_relocations_are_done_and_sealed_at_start(self):
        for file in programs():
            with self.subTest(file.name):
                self.assertIn("GNU_RELRO", readelf("-l", file))
                self.assertRegex(readelf("-d", file), r"\(FLAGS(_1)?\).*NOW|\(BIND_NOW\)")
                self.assertNotIn("(TEXTREL)", readelf("-d", file))

    def test_nothing_is_both_written_and_executed(self):
        for file in programs():
            with self.subTest(file.name):
                self.assertNotRegex(readelf("-l", file), r"\bRWE\b")
                self.assertIn("GNU_STACK", readelf("-l", file))

    def test_stack_protector(self):
        for file in programs():
            with self.subTest(file.name):
                self.assertIn("__stack_chk_fail", imports(file))

    def test_fortified_functions(self):
        """Of the functions that write formatted text, only the checked forms are called."""
        # Except snprintf: GCC calls it when it has seen that the buffer is as large as the call says.
        bare = {"printf", "fprintf", "sprintf"}
        checked = set()
        for file in programs():
            with self.subTest(file.name):
                checked |= {name for name in imports(file) if name.endswith("_chk") and name != "__stack_chk_fail"}
                self.assertEqual(imports(file) & bare, set())
        self.assertTrue(checked)

    @unittest.skipUnless(platform.machine() == "x86_64", "the note is for x86-64")
    def test_control_flow_protection(self):
        """Checks the objects: Debian 12's own start files have no such note, so no linked file has one there."""
        seen = 0
        for command in compilations():
            words = shlex.split(command["command"])
            file = pathlib.Path(command["directory"]) / words[words.index("-o") + 1]
            if file.suffix == ".o" and file.exists():
                seen += 1
                self.assertRegex(readelf("-n", file), r"x86 feature: .*IBT.*SHSTK", file)
        self.assertGreater(seen, 10)

    def test_flags_that_leave_no_trace(self):
        """Every source of the program and of plugins: an ELF file does not say how single functions were compiled."""
        wanted = {"-fstack-protector-strong", "-fstack-clash-protection", "-D_FORTIFY_SOURCE=2", CONTROL_FLOW} - {None}
        seen = 0
        for command in compilations():
            words = set(shlex.split(command["command"]))
            if "-O0" not in words:  # as tests are, which are not installed
                seen += 1
                self.assertLessEqual(wanted, words, command["file"])
        self.assertGreater(seen, 10)


if __name__ == "__main__":
    unittest.main()
