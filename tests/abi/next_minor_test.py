#!/usr/bin/env python3
"""Rehearses the release of minor 4 on a copy of the SDK's headers: old and new plugins on old and new hosts.

usage: next_minor_test.py LODE_PROGRAM        $CC, $CXX: the compilers
"""

import os
import pathlib
import shutil
import subprocess
import sys
import tempfile
import unittest

HERE = pathlib.Path(__file__).resolve().parent
SDK = HERE.parents[1] / "sdk"
sys.path.insert(0, str(SDK / "abi"))
import check_abi  # noqa: E402

LODE = os.path.abspath(sys.argv.pop()) if len(sys.argv) > 1 else sys.exit(__doc__)
CC = os.environ.get("CC", "cc")
CXX = os.environ.get("CXX", "c++")

NOW, NEXT = 3, 4  # minors

# The changes that the author of the next minor makes.
SLOT = """#if LODE_TARGET_MINOR >= 4
  /* Optional. The space's place in its author's heart. [any] */
  uint32_t (*rank)(const lode_instance*);
#endif
} lode_space_api;"""
FIELD = """#if LODE_TARGET_MINOR >= 4
  const char* symbol; /* "ms" */
#endif
} lode_metric;"""
IMPLEMENTATION = """#if LODE_TARGET_MINOR >= 4
static uint32_t rank(const lode_instance* space) {
  (void)space;
  return 42;
}
#endif

static const lode_space_api api = {"""
ENTRY = """    .parse = parse,
#if LODE_TARGET_MINOR >= 4
    .rank = rank,
#endif
"""


def edited(source, target, edits):
    text = source.read_text()
    for old, new in edits.items():
        assert text.count(old) == 1, old
        text = text.replace(old, new)
    target.write_text(text)


class NextMinor(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.scratch = tempfile.TemporaryDirectory()
        cls.work = pathlib.Path(cls.scratch.name)
        cls.include = cls.work / "include"
        shutil.copytree(SDK / "include", cls.include)
        edited(SDK / "include/lode/plugin.h", cls.include / "lode/plugin.h",
               {f"#define LODE_ABI_MINOR {NOW}u": f"#define LODE_ABI_MINOR {NEXT}u",
                "} lode_space_api;": SLOT, "} lode_metric;": FIELD})
        cls.source = cls.work / "c_space.c"
        edited(HERE.parent / "verify/plugins/c_space.c", cls.source,
               {"static const lode_space_api api = {": IMPLEMENTATION,
                "    .parse = parse,\n": ENTRY})
        cls.old = cls.build("old", cls.source, CC, include=SDK / "include")
        cls.new = cls.build("new", cls.source, CC, minor=NEXT)
        cls.careful = cls.build("careful", cls.source, CC)  # newest headers, this host

    @classmethod
    def tearDownClass(cls):
        cls.scratch.cleanup()

    @classmethod
    def build(cls, name, source, compiler, *options, minor=NOW, include=None):
        out = cls.work / f"{name}.lode.so"
        subprocess.run([HERE / "samples/build.sh", out, source, compiler, *options], check=True,
                       env={**os.environ, "MINOR": str(minor), "INCLUDE": str(include or cls.include)})
        return out

    def read_by_new_host(self, *plugins):
        reader = self.work / "reader"
        if not reader.exists():
            subprocess.run([CC, "-Wall", "-Wextra", "-Werror", f"-I{self.include}",
                            HERE / "next_reader.c", "-o", reader, "-ldl"], check=True)
        return subprocess.run([reader, *plugins], check=True, capture_output=True,
                              text=True).stdout.splitlines()

    def describe_by_this_host(self, plugin):
        return subprocess.run([LODE, "--plugin", plugin, "describe", "c_space"], text=True,
                              capture_output=True,
                              env={**os.environ, "XDG_CACHE_HOME": str(self.work / "cache")})

    def test_the_target_minor_hides_newer_declarations(self):
        for minor in range(NEXT):
            check_abi.compare(minor, self.include)
        self.assertEqual(self.careful.read_bytes(), self.old.read_bytes())
        self.assertNotEqual(self.new.read_bytes(), self.old.read_bytes())

    def test_the_new_minor_needs_a_description(self):
        with self.assertRaisesRegex(check_abi.Difference, f"no 1.{NEXT}.abi"):
            check_abi.compare(NEXT, self.include)

    def test_the_pinned_layout_stays(self):
        subprocess.run([CC, "-std=c11", "-fsyntax-only", f"-I{self.include}", SDK / "layout_test.c"],
                       check=True)

    def test_targets_above_the_headers_are_refused(self):
        result = subprocess.run([CC, "-fsyntax-only", f"-DLODE_TARGET_MINOR={NEXT}",
                                 f"-I{SDK / 'include'}", SDK / "layout_test.c"],
                                capture_output=True, text=True)
        self.assertNotEqual(result.returncode, 0)
        self.assertIn("LODE_TARGET_MINOR is above", result.stderr)

    def test_the_new_host_reads_old_and_new_plugins(self):
        self.assertEqual(self.read_by_new_host(self.old, self.careful, self.new),
                         [f"c_space for 1.{NOW}: rank absent, metric none",
                          f"c_space for 1.{NOW}: rank absent, metric none",
                          f"c_space for 1.{NEXT}: rank 42, metric none"])

    @unittest.skipUnless(os.uname().machine == "x86_64", "the kept plugins are for x86_64")
    def test_the_new_host_reads_the_kept_plugins(self):
        for minor in range(NEXT):
            kept = HERE / f"1.{minor}"
            if minor == NOW and not kept.exists():  # not released yet
                continue
            self.assertEqual(self.read_by_new_host(kept / "sample.lode.so", kept / "c_space.lode.so"),
                             [f"sample.beads for 1.{minor}: rank absent, metric in bounds",
                              f"c_space for 1.{minor}: rank absent, metric none"])

    def test_the_old_host_loads_what_targets_it(self):
        for plugin in self.old, self.careful:
            result = self.describe_by_this_host(plugin)
            self.assertEqual(result.returncode, 0, result.stderr)
            self.assertIn("space c_space 1.0.0", result.stdout)

    def test_the_old_host_refuses_plugins_that_need_a_newer_one(self):
        result = self.describe_by_this_host(self.new)
        self.assertEqual(result.returncode, 2, result.stdout)
        self.assertIn(f"new.lode.so: needs host ABI 1.{NEXT}, this host has 1.{NOW}: upgrade lode, or "
                      f"rebuild the plugin with -DLODE_TARGET_MINOR={NOW}", result.stderr)

    def test_a_new_space_fills_only_what_an_old_caller_has(self):
        sample = self.build("sample", "sample.cc", CXX, "-std=c++20", "-O0", minor=NEXT)
        self.assertEqual(self.read_by_new_host(sample),
                         [f"sample.beads for 1.{NEXT}: rank NULL, metric in bounds"])


if __name__ == "__main__":
    unittest.main()
