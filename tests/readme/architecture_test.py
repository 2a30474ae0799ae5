#!/usr/bin/env python3
"""Holds the diagram of core/README.md against the include graph of core's folders.

The arrows are the include graph without those that follow from others: a folder may include what the arrows lead to,
each arrow is an include, and none could be left out. Tests and fuzzers are not part of the graph.

usage: architecture_test.py [CORE]      CORE: the folder; default: that of this tree
"""

import pathlib
import re
import sys
import unittest

CORE = pathlib.Path(sys.argv.pop(1) if len(sys.argv) > 1 else pathlib.Path(__file__).resolve().parents[2] / "core")
README = pathlib.Path(__file__).resolve().parents[2] / "core/README.md"


def drawn(text):
    """The arrows of the first Mermaid diagram, as pairs."""
    diagram = re.search(r"^```mermaid\n(.*?)^```$", text, re.MULTILINE | re.DOTALL)[1]
    return set(re.findall(r"^ *(\w+) --> (\w+)$", diagram, re.MULTILINE))


def included(core):
    """Pairs of folders of which the first includes a header of the second."""
    pairs = set()
    for file in core.glob("*/**/*"):
        is_test = file.parent.name == "tests" or re.search(r"_(test|fuzz)$", file.stem)
        if file.suffix in (".c", ".cc", ".h") and not is_test:
            folder = file.relative_to(core).parts[0]
            names = re.findall(r'^#include "core/(\w+)/', file.read_text(), re.MULTILINE)
            pairs.update((folder, name) for name in names if name != folder)
    return pairs


def reachable(pairs):
    """All pairs of which a chain of the given ones leads from the first to the second."""
    found = set(pairs)
    while more := {(a, d) for a, b in found for c, d in found if b == c} - found:
        found |= more
    return found


def reduced(pairs):
    """The pairs that no chain of others stands for. REQUIRES: no cycles."""
    return {(a, b) for a, b in pairs if (a, b) not in reachable(pairs - {(a, b)})}


class Architecture(unittest.TestCase):
    def test_the_diagram_is_the_include_graph(self):
        self.assertEqual(drawn(README.read_text()), reduced(included(CORE)))

    def test_no_folder_includes_itself_through_others(self):
        self.assertEqual([a for a, b in reachable(included(CORE)) if a == b], [])

    def test_every_folder_is_in_the_table(self):
        folders = {folder.name for folder in CORE.iterdir() if folder.is_dir()}
        self.assertEqual(set(re.findall(r"^\| `(\w+)` \|", README.read_text(), re.MULTILINE)), folders)


class Graphs(unittest.TestCase):
    def test_what_follows_from_others_is_left_out(self):
        chain = {("a", "b"), ("b", "c"), ("c", "d")}
        self.assertEqual(reduced(chain | {("a", "c"), ("a", "d"), ("b", "d")}), chain)
        self.assertEqual(reachable(chain) - chain, {("a", "c"), ("a", "d"), ("b", "d")})

    def test_arrows_are_read(self):
        text = "```mermaid\nflowchart TD\n  a --> b\n  b --> c_d\n```\n```mermaid\n  e --> f\n```\n"
        self.assertEqual(drawn(text), {("a", "b"), ("b", "c_d")})


if __name__ == "__main__":
    unittest.main()
