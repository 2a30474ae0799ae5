"""Shared by the tests of an installation: a directory with bin/, lib/ and share/."""

import json
import os
import pathlib
import subprocess
import sys
import tempfile
import unittest

SOURCE = pathlib.Path(__file__).resolve().parents[2]
BUILD = pathlib.Path(sys.argv.pop(1)).resolve()


def output(*command, **options):
    """Returns what a command prints; if it fails, so does the test."""
    done = subprocess.run([str(word) for word in command], capture_output=True, text=True, **options)
    if done.returncode != 0:
        raise AssertionError(f"{command}: status {done.returncode}\n{done.stdout}{done.stderr}")
    return done.stdout


def is_elf(file):
    with open(file, "rb") as stream:
        return stream.read(4) == b"\x7fELF"


class InstallationTest(unittest.TestCase):
    """Subclasses put an installation into `prefix` below `work`, stripped."""

    @classmethod
    def setUpClass(cls):
        cls.temporary = tempfile.TemporaryDirectory()
        cls.addClassCleanup(cls.temporary.cleanup)
        cls.work = pathlib.Path(cls.temporary.name).resolve()
        cls.install()

    def files(self):
        return [file for file in self.prefix.rglob("*") if file.is_file()]

    def lode(self, *arguments, **options):
        return output(self.prefix / "bin/lode", *arguments, **{"env": {}, **options})

    def check_runs(self):
        """Plugins and their data are found from anywhere, with an empty environment."""
        plugins = json.loads(self.lode("plugins", "--json", cwd="/"))
        self.assertEqual(plugins["broken"], [])
        expected = {file.name for file in (BUILD / "lib/lode/plugins").glob("*.lode.so")}
        found = {pathlib.Path(plugin["file"]) for plugin in plugins["plugins"]}
        self.assertEqual({file.name for file in found}, expected)
        self.assertEqual({file.parent for file in found}, {self.prefix / "lib/lode/plugins"})
        elsewhere = self.work / "elsewhere"
        elsewhere.mkdir()
        for pipeline, seeds in (("nb201/rea", 2), ("ofa/predictor", 1)):
            file = self.prefix / f"share/lode/configs/{pipeline}.toml"
            result = json.loads(self.lode("run", file, "--seeds", seeds, "--json", "--set", "optimizer.use=random",
                                          "--set", "budget={steps=50}", cwd=elsewhere))
            self.assertEqual(len(result["runs"]), seeds)
        self.assertEqual(os.listdir(elsewhere), ["runs"])

    def check_no_trace_of_the_build(self):
        for file in self.files():
            content = file.read_bytes()
            for place in (BUILD, SOURCE):
                self.assertNotIn(str(place).encode() + b"/", content, file)
            if is_elf(file):
                self.assertNotRegex(output("readelf", "-d", file), r"\((RPATH|RUNPATH)\)", file)
