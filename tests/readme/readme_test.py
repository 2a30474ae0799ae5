#!/usr/bin/env python3
"""Runs the commands of every README.md of the tree, in a copy of it, except the kinds that commands.py runs elsewhere.

They run in the copy's root. `./setup` has been run where tests are, so it does nothing here: build/release is the build
that is tested. The commands of templates are run in plugins that `lode new` makes from them; sdk/README.md is run by
tests/tutorial, which also compares the output.

usage: readme_test.py BUILD_DIR
"""

import os
import pathlib
import re
import shutil
import subprocess
import sys
import tempfile
import unittest

import commands
import links

SOURCE = pathlib.Path(__file__).resolve().parents[2]
BUILD = pathlib.Path(sys.argv.pop(1)).resolve()
TUTORIAL = pathlib.Path("sdk/README.md")
TEMPLATES = pathlib.Path("sdk/template")
# Messages with names in them, or of the C library.
MADE_OF_PARTS = {"there is no optimizer", "killed by SIGKILL", "No such file or directory"}
NOT_SOURCE = shutil.ignore_patterns(".*", "build", "runs", "__pycache__")


def documents():
    """Returns all Markdown files, relative to the tree."""
    found = []
    for folder, folders, files in os.walk(SOURCE):
        folders[:] = [name for name in folders if name not in ("build", "runs") and not name.startswith(".")]
        found += [(pathlib.Path(folder) / name).relative_to(SOURCE) for name in files if name.endswith(".md")]
    return sorted(found)


def string_literals(source):
    """Returns the string literals of a C++ file, one per line; adjacent ones are joined."""
    text = re.sub(r'"\s*\n\s*"', "", source.read_text())
    return "\n".join(re.findall(r'"((?:[^"\\\n]|\\.)*)"', text))


def readmes():
    return [document for document in documents() if document.name == "README.md"]


class Readmes(unittest.TestCase):
    def setUp(self):
        temporary = tempfile.TemporaryDirectory()
        self.addCleanup(temporary.cleanup)
        self.home = pathlib.Path(temporary.name).resolve() / "home"
        self.home.mkdir()
        self.environment = {name: value for name, value in os.environ.items()
                            if not name.startswith(("LODE_", "XDG_", "PYTHON", "GTEST_"))}
        self.environment["HOME"] = str(self.home)

    def copy_tree(self):
        tree = self.home / "lode"
        shutil.copytree(SOURCE, tree, ignore=NOT_SOURCE)
        (tree / "build").mkdir()
        (tree / "build/release").symlink_to(BUILD)
        (tree / "setup").write_text("#!/bin/sh\n")
        return tree

    def type_in(self, readme, directory):
        typed = subprocess.run(["bash", "-c", commands.script(readme, {"sh"})], cwd=directory, env=self.environment,
                               stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
                               encoding="utf-8", errors="replace")
        print(typed.stdout)
        self.assertEqual(typed.returncode, 0, f"{readme}: the last command above failed")

    def test_each_runs_as_printed(self):
        tree = self.copy_tree()
        for readme in readmes():
            if readme != TUTORIAL and TEMPLATES not in readme.parents:
                with self.subTest(str(readme)):
                    self.type_in(SOURCE / readme, tree)

    def test_those_of_templates_run_in_plugins_made_from_them(self):
        prefix = self.home / "installed"
        subprocess.run(["cmake", "--install", BUILD, "--prefix", prefix], check=True, stdout=subprocess.DEVNULL)
        self.environment["PATH"] = f"{prefix}/bin:{self.environment['PATH']}"
        for language in sorted(readme.parent.name for readme in (SOURCE / TEMPLATES).glob("*/README.md")):
            with self.subTest(language):
                name = re.sub(r"\W", "x", f"in_{language}")
                subprocess.run(["lode", "new", "space", name, "--lang", language], check=True, cwd=self.home,
                               env=self.environment, stdout=subprocess.DEVNULL)
                made = self.home / name / "README.md"
                self.assertTrue(list(commands.commands(made.read_text(), {"sh"})))
                self.type_in(made, made.parent)

    def test_every_command_is_in_a_block_of_its_kind(self):
        """Makes sure that none is skipped: no block of code is made by indenting, and every fence has a language."""
        for readme in readmes():
            with self.subTest(str(readme)):
                text = (SOURCE / readme).read_text()
                list(commands.commands(text, commands.KINDS))
                for number, info, _ in commands.blocks(text):
                    self.assertTrue(
                        info or self.is_output(text, number), f"line {number - 1}: a fence without a language")
                prose = re.sub(r"^```.*?^```$", "", text, flags=re.MULTILINE | re.DOTALL)
                self.assertNotRegex(prose, r"\n\n    \S")

    def is_output(self, text, number):
        """Whether it is a command's output, which may be in a fence without a language; a command may not."""
        first = text.splitlines()[number - 1].split()[:1]
        return not first or shutil.which(first[0]) is None

    def test_files_named_in_code_exist(self):
        """Checks paths of the tree in inline code and in commands of all kinds; a bench is named as it is built."""
        for readme in readmes():
            text = (SOURCE / readme).read_text()
            prose = re.sub(r"^```.*?^```$", "", text, flags=re.MULTILINE | re.DOTALL)
            typed = [command for _, command in commands.commands(text, commands.KINDS)]
            for code in re.findall(r"`([^`\n]+)`", prose) + typed:
                for bench in re.findall(r"build/release/bench/(\w+)", code):
                    self.assertTrue((SOURCE / f"bench/{bench}.cc").is_file(), f"{readme}: {code}")
                for path in re.findall(r"(?<![\w/.-])(?:bench|configs|core|plugins|sdk|tests)/[\w./*+-]*", code):
                    self.assertTrue(list(SOURCE.glob(path.rstrip("/"))), f"{readme}: {code}")

    def test_messages_that_are_explained_exist(self):
        """Compares the first column of the table of errors with the string literals of the sources."""
        section = (SOURCE / "configs/README.md").read_text().split("## When something goes wrong")[1]
        messages = re.findall(r"^\| `([^`]+)`", section, re.MULTILINE)
        self.assertTrue(messages)
        literals = "".join(string_literals(source) for part in ("core", "plugins", "sdk")
                           for source in sorted((SOURCE / part).rglob("*.cc")))
        for message in set(messages) - MADE_OF_PARTS:
            self.assertIn(message, literals)

    def test_links_lead_somewhere(self):
        self.assertEqual(links.broken([SOURCE / document for document in documents()]), [])

    def test_every_component_is_in_the_table_of_plugins(self):
        declared = [re.findall(r"^## (?:Space|Oracle|Exploration|Optimizer) `(.+)`$", page.read_text(), re.MULTILINE)
                    for page in (SOURCE / "plugins").rglob("REFERENCE.md")]
        text = (SOURCE / "plugins/README.md").read_text()
        listed = re.findall(r"^\| `(.+?)` \|.*REFERENCE\.md\) \|$", text, re.MULTILINE)
        self.assertEqual(sorted(listed), sorted(sum(declared, [])))

    def test_every_pipeline_is_in_the_table_of_pipelines(self):
        rows = re.findall(r"^\| (`.*?\.toml`) \|", (SOURCE / "configs/README.md").read_text(), re.MULTILINE)
        files = [str(file.relative_to(SOURCE / "configs")) for file in (SOURCE / "configs").rglob("*.toml")]
        self.assertEqual(sorted(re.findall(r"`(.+?)`", " ".join(rows))), sorted(files))

    def test_the_picture_is_what_lode_draws(self):
        text = (SOURCE / "README.md").read_text()
        command = re.search(r"`lode (show nb201 \d+ --svg)`", text)[1]
        drawn = subprocess.run([BUILD / "bin/lode", *command.split()], env=self.environment, check=True,
                               stdout=subprocess.PIPE, text=True).stdout
        picture = re.search(r"^!\[.*\]\((.*\.svg)\)$", text, re.MULTILINE)[1]
        self.assertEqual((SOURCE / picture).read_text(), drawn)

    def test_the_tests_are_one_command(self):
        tests = list(commands.commands((SOURCE / "README.md").read_text(), {"tests"}))
        self.assertEqual([command for _, command in tests], ["./setup --tests && ctest --preset release"])


class Links(unittest.TestCase):
    def test_what_leads_nowhere_is_found(self):
        with tempfile.TemporaryDirectory() as directory:
            document = pathlib.Path(directory) / "a.md"
            document.write_text("# One, `two`\n[1](#one-two) [2](a.md#one-two) [3](https://none.example) `[4](none)`\n"
                                "[5](none.md) [6](#two) [7](a.md#none)\n")
            self.assertEqual([link for _, link in links.broken([document])], ["none.md", "#two", "a.md#none"])


class Commands(unittest.TestCase):
    """Tests what counts as a command."""

    def test_lines_are_joined_until_they_are_complete(self):
        text = "```sh\na 'b\nc'  # d\n\ne \\\n  f\n```\n```sh minutes\ng\n```\n```toml\nh = 1\n```\n"
        self.assertEqual(list(commands.commands(text, {"sh"})), [(2, "a 'b\nc'  # d"), (5, "e   f")])
        self.assertEqual(list(commands.commands(text, {"minutes"})), [(9, "g")])

    def test_unknown_kinds_are_refused(self):
        with self.assertRaisesRegex(ValueError, "line 1: 'sh hours'"):
            list(commands.commands("```sh hours\ntrue\n```\n", {"sh"}))

    def test_the_first_failure_ends_the_script_and_is_named(self):
        for command in ("false && true", "false | cat", "exit 3", "no_such_program_anywhere"):
            with self.subTest(command), tempfile.TemporaryDirectory() as directory:
                readme = pathlib.Path(directory) / "README.md"
                readme.write_text(f"```sh\necho one\n{command}\necho two\n```\n")
                typed = subprocess.run(["bash", "-c", commands.script(readme, {"sh"})], capture_output=True, text=True)
                self.assertNotEqual(typed.returncode, 0)
                self.assertIn(f"README.md:3: $ {command}", typed.stdout)
                self.assertNotIn("two", typed.stdout)


if __name__ == "__main__":
    unittest.main()
