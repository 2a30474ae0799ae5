#!/usr/bin/env python3
"""Tests that the ABI guards cover the whole ABI and notice changes."""

import pathlib
import re
import subprocess
import tempfile
import unittest
import xml.etree.ElementTree

import check_abi

LAYOUT_TEST = check_abi.HERE.parent / "layout_test.c"
HEADER = (check_abi.INCLUDE / "lode/plugin.h").read_text()

LAYOUT = "layout test"
DESCRIPTION = "description"
# Changes that somebody may make to plugin.h: the text, its replacement, and the guards that must notice.
CHANGES = {
    "a comment": ("/* the TOML key:", "/* the key in TOML:", set()),
    "two slots swapped": (
        "  void (*progress)(const struct lode_host*, double fraction, const char* what);\n"
        "  /* Adds a named value (a loss, an epsilon) to the record of the current trial; not a metric. In\n"
        "   * evaluate() it belongs to the query of the call. A value recorded in a call with several queries\n"
        "   * belongs to none: the host asks again, one query in each call from then on. [serial]; in an\n"
        "   * evaluate() that is [any], for the thread of the call */\n"
        "  void (*record)(const struct lode_host*, const char* name, double value);\n",
        "  void (*record)(const struct lode_host*, const char* name, double value);\n"
        "  void (*progress)(const struct lode_host*, double fraction, const char* what);\n",
        {LAYOUT, DESCRIPTION}),
    "two fields of one size swapped": ("uint32_t rows, columns;", "uint32_t columns, rows;",
                                       {LAYOUT, DESCRIPTION}),
    "a slot removed": ("  void (*destroy)(lode_instance*);\n", "", {LAYOUT, DESCRIPTION}),
    "a slot inserted": ("  double (*log10_size)(", "  double (*size)(const lode_instance*);\n"
                        "  double (*log10_size)(", {LAYOUT, DESCRIPTION}),
    "a slot renamed": ("(*crossover)(", "(*recombine)(", {LAYOUT, DESCRIPTION}),
    "a slot appended without a minor": ("} lode_oracle_api;", "  void (*prune)(lode_instance*);\n"
                                        "} lode_oracle_api;", {DESCRIPTION}),
    "a field made smaller": ("double violation;", "float violation;", {LAYOUT, DESCRIPTION}),
    "a field of another type of the same size": ("double cost_seconds;", "uint64_t cost_seconds;",
                                                 {DESCRIPTION}),
    "a value type grown": ("  const lode_instance* instance;\n",
                           "  const lode_instance* instance;\n  const void* more;\n",
                           {LAYOUT, DESCRIPTION}),
    "a union member added": ("    const lode_str* strs;\n",
                             "    const lode_str* strs;\n    const bool* bools;\n", {DESCRIPTION}),
    "a parameter added to a slot": ("(*canonical)(const lode_instance*,",
                                    "(*canonical)(const lode_instance*, lode_random,",
                                    {DESCRIPTION}),
    "a parameter by pointer instead of by value": ("(*load)(lode_instance*, lode_source,",
                                                   "(*load)(lode_instance*, const lode_source*,",
                                                   {DESCRIPTION}),
    "another return type": ("uint32_t (*matrix_count)(", "uint64_t (*matrix_count)(",
                            {DESCRIPTION}),
    "const lost": ("const float* action, uint8_t* architecture,",
                   "float* action, uint8_t* architecture,", {DESCRIPTION}),
    "a typedef widened": ("typedef int32_t lode_status;", "typedef int64_t lode_status;",
                          {LAYOUT, DESCRIPTION}),
    "an enumerator renumbered": ("LODE_E_IO = 4,", "LODE_E_IO = 14,", {LAYOUT, DESCRIPTION}),
    "a flag moved": ("LODE_TRIAL_REUSED = 1u << 2,", "LODE_TRIAL_REUSED = 1u << 9,",
                     {LAYOUT, DESCRIPTION}),
    "an enumerator removed": ("  LODE_T_CHOICE = 5, /* one of the strings in lode_param.choices */\n", "",
                              {LAYOUT, DESCRIPTION}),
    "an enumerator added without a minor": ("LODE_ERROR = 4 }", "LODE_ERROR = 4, LODE_FATAL = 5 }",
                                            {DESCRIPTION}),
    "another entry symbol": ('"lode_plugin_v1"', '"lode_plugin_v2"', {LAYOUT}),
}


def noticed_by(include):
    """Returns the guards that notice that the headers in a directory have changed."""
    guards = set()
    compiled = subprocess.run([check_abi.compiler(), "-std=c11", "-fsyntax-only", f"-I{include}",
                               LAYOUT_TEST], capture_output=True)
    if compiled.returncode != 0:
        guards.add(LAYOUT)
    try:
        check_abi.compare(0, include)
    except check_abi.Difference:
        guards.add(DESCRIPTION)
    return guards


class GuardsAreComplete(unittest.TestCase):
    """The newest description has every type of the header, and the layout test everything that is described."""

    @classmethod
    def setUpClass(cls):
        newest = check_abi.HERE / f"1.{check_abi.newest_minor()}.abi"
        root = xml.etree.ElementTree.parse(newest).getroot()
        cls.structs = {node.get("name"): [f.get("name") for f in node.findall("data-member/var-decl")]
                       for node in root.iter("class-decl") if node.get("name", "").startswith("lode_")}
        del cls.structs["lode_instance"]  # opaque
        cls.enums = {node.get("name"): node.findall("enumerator") for node in root.iter("enum-decl")}
        cls.layout = LAYOUT_TEST.read_text()

    def test_every_type_is_described(self):
        declared = re.findall(r"\b(?:struct|enum) (lode_\w+) \{", HEADER)
        self.assertGreater(len(declared), 30)
        self.assertEqual(sorted(declared), sorted([*self.structs, *self.enums]))

    def test_every_field_and_value_type_has_its_line(self):
        for struct, fields in self.structs.items():
            for field in fields:
                self.assertIn(f"\nFIELD({struct}, {field}, ", self.layout)
            if "struct_size" not in fields:
                self.assertIn(f"\nSIZE({struct}, ", self.layout)

    def test_every_enumerator_has_its_line(self):
        for enumerators in self.enums.values():
            for e in enumerators:
                self.assertIn(f"\nCODE({e.get('name')}, {e.get('value')});", self.layout)


class VersionsAgree(unittest.TestCase):
    def test_the_package_has_the_newest_minor(self):
        package = re.search(r"project\(LodeSdk VERSION (\S+)",
                            (check_abi.HERE.parent / "CMakeLists.txt").read_text())[1]
        self.assertTrue(package.startswith(f"1.{check_abi.newest_minor()}."), package)


class GuardsNotice(unittest.TestCase):
    def test_changes(self):
        for name, (old, new, guards) in CHANGES.items():
            with self.subTest(name), tempfile.TemporaryDirectory() as include:
                self.assertEqual(HEADER.count(old), 1)
                header = pathlib.Path(include) / "lode/plugin.h"
                header.parent.mkdir()
                header.write_text(HEADER.replace(old, new))
                self.assertEqual(noticed_by(include), guards)

    def test_the_message_says_what_to_do(self):
        with tempfile.TemporaryDirectory() as include:
            header = pathlib.Path(include) / "lode/plugin.h"
            header.parent.mkdir()
            header.write_text(HEADER.replace("double violation;", "double badness;"))
            with self.assertRaisesRegex(check_abi.Difference, "(?s)violation.*If 1.0 is released"):
                check_abi.compare(0, include)

    def test_a_minor_without_a_description(self):
        with self.assertRaisesRegex(check_abi.Difference, "no 1.999.abi"):
            check_abi.compare(999)


if __name__ == "__main__":
    unittest.main()
