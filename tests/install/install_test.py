#!/usr/bin/env python3
"""Installs Lode, moves it, and uses it from there. usage: install_test.py BUILD_DIR"""

import gzip
import os
import re
import shutil
import signal
import subprocess
import unittest

from installation import BUILD, SOURCE, InstallationTest, output

PLUGIN = """cmake_minimum_required(VERSION 3.25)
project(c_space LANGUAGES C)
find_package(LodeSdk 2 QUIET)
if(LodeSdk_FOUND)
  message(FATAL_ERROR "another major version is mistaken for this one")
endif()
find_package(LodeSdk 1.0 REQUIRED)
lode_add_plugin(c_space SOURCES c_space.c)
target_link_libraries(c_space PRIVATE m)
"""


def serve(*command, **options):
    """Runs a server until it serves, on any port, because others may have the usual one."""
    command = [*command[:-1], f"exec {command[-1]} --port 0"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True, **options) as server:
        try:
            line = server.stdout.readline()
            server.send_signal(signal.SIGINT)
            if server.wait(timeout=120) != 0 or "http://" not in line:
                raise AssertionError(f"{command}: status {server.returncode}: {line}")
        finally:
            server.kill()


class Install(InstallationTest):
    @classmethod
    def install(cls):
        first = cls.work / "first"
        output("cmake", "--install", BUILD, "--prefix", first, "--strip")
        cls.prefix = cls.work / "moved here"
        first.rename(cls.prefix)

    def test_runs(self):
        self.check_runs()

    def test_no_trace_of_the_build(self):
        self.check_no_trace_of_the_build()

    def test_destdir(self):
        root = self.work / "root"
        output("cmake", "--install", BUILD, "--prefix", "/opt/lode", env={**os.environ, "DESTDIR": str(root)})
        installed = {file.relative_to(root / "opt/lode") for file in root.rglob("*") if file.is_file()}
        self.assertEqual(installed, {file.relative_to(self.prefix) for file in self.files()})

    def test_license_and_documents(self):
        documents = self.prefix / "share/doc/lode"
        self.assertEqual((documents / "LICENSE").read_text(), (SOURCE / "LICENSE").read_text())
        for name in ("copyright", "README.md", "CHANGELOG.md", "bench/README.md", "configs/README.md", "core/README.md",
                     "plugins/README.md", "sdk/README.md", "sdk/ABI.md", "plugins/spaces/nb201/DATA.md",
                     "plugins/spaces/ofa/DATA.md"):
            self.assertTrue((documents / name).is_file(), name)

    def test_links_of_documents_lead_somewhere(self):
        output("python3", SOURCE / "tests/readme/links.py", self.prefix / "share/doc/lode")

    def test_plugin_is_built_with_the_sdk_alone(self):
        author = self.work / "author"
        author.mkdir()
        shutil.copy(SOURCE / "tests/verify/plugins/c_space.c", author)
        (author / "CMakeLists.txt").write_text(PLUGIN)
        output("cmake", "-G", "Ninja", "-S", author, "-B", author / "build", f"-DCMAKE_PREFIX_PATH={self.prefix}")
        output("cmake", "--build", author / "build")
        self.assertIn("c_space", self.lode("--plugin", author / "build/c_space.lode.so", "describe", "c_space"))

    def test_man_page(self):
        page = self.work / "lode.1"
        page.write_bytes(gzip.decompress((self.prefix / "share/man/man1/lode.1.gz").read_bytes()))
        for command in (["groff", "-k", "-man", "-ww", "-z"], ["mandoc", "-T", "lint", "-W", "error"]):
            if shutil.which(command[0]):
                done = subprocess.run([*command, page], capture_output=True, text=True)
                self.assertEqual((done.returncode, done.stdout + done.stderr), (0, ""), command)
        if not shutil.which("groff"):
            self.skipTest("groff is not installed")
        text = output("groff", "-k", "-man", "-Tutf8", "-P-cbou", page)
        help_text = self.lode("--help")
        for command in help_text.split("Subcommands:\n")[1].split("\n\n")[0].splitlines():
            self.assertIn("lode " + command.split()[0], text)
        for part in ("NAME", "SYNOPSIS", "OPTIONS", "--seeds SEEDS", "EXIT STATUS", "LODE_PLUGIN_PATH",
                     "XDG_CACHE_HOME", "lode show nb201 5374"):
            self.assertIn(part, text)

    def test_examples_of_every_help(self):
        """They run as printed, in an empty directory."""
        top = self.lode("--help")
        commands = [line.split()[0] for line in top.split("Subcommands:\n")[1].split("\n\n")[0].splitlines()]
        path = f"{self.prefix}/bin:{os.environ['PATH']}"
        counts = {}
        for command in [None, *commands]:
            text = self.lode(command, "--help") if command else top
            examples = re.findall("^  (lode .*?)(?:  .*)?$", text, re.MULTILINE)
            counts[command] = len(examples)
            directory = self.work / "examples" / (command or "lode")
            directory.mkdir(parents=True)
            for example in examples:
                with self.subTest(example=example):
                    run = serve if example.startswith("lode serve") else output
                    run("bash", "-c", example, cwd=directory, env={"PATH": path, "HOME": str(self.work)})
        self.assertGreater(counts[None], 5)
        self.assertGreater(counts["new"], 2)

    def test_a_file_of_the_directory_comes_before_an_installed_one(self):
        directory = self.work / "own"
        (directory / "configs/nb201").mkdir(parents=True)
        (directory / "configs/nb201/rea.toml").write_text("[pipeline]\n")
        done = subprocess.run([self.prefix / "bin/lode", "validate", "configs/nb201/rea.toml"], cwd=directory, env={},
                              capture_output=True, text=True)
        self.assertIn("'name'", done.stderr)
        self.lode("validate", "configs/nb201/random.toml", cwd=directory)
        done = subprocess.run([self.prefix / "bin/lode", "validate", "configs/nb201/none.toml"], cwd=directory, env={},
                              capture_output=True, text=True)
        self.assertIn("configs/nb201/none.toml: cannot be read", done.stderr)

    def test_every_installed_pipeline_is_valid(self):
        configs = self.prefix / "share/lode/configs"
        files = sorted(file.relative_to(configs) for file in configs.rglob("*.toml") if file.name != "common.toml")
        self.assertEqual(files, sorted(file.relative_to(SOURCE / "configs") for file in (SOURCE / "configs").rglob(
            "*.toml") if file.name != "common.toml"))
        environment = {"PATH": os.environ["PATH"], "HOME": str(self.work)}  # with a cache, and Python for fashion_mnist
        for file in files:
            with self.subTest(str(file)):
                self.lode("validate", f"configs/{file}", cwd=self.work, env=environment)

    def complete(self, *words):
        """Returns the candidates that bash offers for the last word."""
        script = 'source "$1"; shift; COMP_WORDS=("$@"); COMP_CWORD=$(($# - 1)); _lode; printf "%s " "${COMPREPLY[@]}"'
        path = f"{self.prefix}/bin:{os.environ['PATH']}"
        return output("bash", "-c", script, "bash", self.prefix / "share/bash-completion/completions/lode", "lode",
                      *words, env={"PATH": path}, cwd=self.prefix / "share/lode/configs").split()

    def test_completion(self):
        for words, expected in (
            (["ru"], ["run", "runs"]),
            (["describe", "l2"], ["l2nas"]),
            (["show", ""], ["darts", "nb201", "ofa"]),
            (["completion", ""], ["bash", "zsh"]),
            (["run", "nb201/rea"], ["nb201/rea.toml"]),
            (["run", "--out", "nb"], ["nb201"]),
            (["run", "--fre"], ["--fresh"]),
            (["run", "nb201/rea.toml", "--set", "optimizer.po"], ["optimizer.population="]),
            # bash splits words at "="
            (["run", "nb201/rea.toml", "--set", "optimizer.use", "=", "re"], ["rea", "reinforce"]),
            (["run", "nb201/rea.toml", "--set", "execution.on_error", "="], ["retry", "skip", "stop"]),
            (["run", "nb201/rea.toml", "--set", "oracle.table", "=", "nb201/rea"], ["nb201/rea.toml"]),
            (["fly", ""], []),
        ):
            self.assertEqual(sorted(self.complete(*words)), expected, words)


if __name__ == "__main__":
    unittest.main()
