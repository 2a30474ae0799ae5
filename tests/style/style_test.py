#!/usr/bin/env python3
"""Holds the sources to CONTRIBUTING.md's rules of style that neither clang-format nor clang-tidy checks everywhere."""

import re
import unittest

from source_text import CODE, RAW_STRING, closing, code_of, files, line_at, read

CONDITIONAL = re.compile(r"\b(?:if|for|while|switch)(?: constexpr)? *(?=\()|\b(?:else|do)\b")
CLASS = re.compile(r"^[ \t]*(?:template [^\n]*\n[ \t]*)?(?:class|struct|union) [^;{}()=]*\{", re.MULTILINE)
FUNCTION = re.compile(r"\)(?: (?:const|noexcept|override|final|mutable)| -> [^;{}]+?)* \{")  # and what is within one
NAMESPACE = re.compile(r"^namespace ([\w:]+) \{", re.MULTILINE)
SPDX = "SPDX-License-Identifier: Apache-2.0"

# Of plugins whose folder has another name; POSIX has a function `random`.
PLUGIN_NAMESPACES = {"explorations": "exploration", "random": "random_search"}


def unbraced(code):
    """Returns the lines of statements that depend on a condition or repeat, and have no braces."""
    lines = []
    for match in CONDITIONAL.finditer(code):
        end = closing(code, match.end()) + 1 if code[match.end():match.end() + 1] == "(" else match.end()
        follows = code[end:].lstrip(" \n\\")
        ends_do = match[0].startswith("while") and code[:match.start()].rstrip().endswith("}") and follows[:1] == ";"
        ladder = match[0] == "else" and re.match(r"if\b", follows)
        if not (follows.startswith(("{", "[[likely]] {", "[[unlikely]] {")) or ends_do or ladder):
            lines.append(line_at(code, match.start()))
    return lines


def long_blocks(pattern, code, most):
    """Returns the line and the number of lines of blocks longer than that. The pattern ends with the opening brace."""
    spans = [(match.start(), closing(code, match.end() - 1)) for match in pattern.finditer(code)]
    sizes = [(line_at(code, first), code.count("\n", first, last) + 1) for first, last in spans]
    return [(line, size) for line, size in sizes if size > most]


def wide_lines(text, most):
    return [number for number, line in enumerate(text.split("\n"), 1) if len(line) > most]


def without_raw_strings(text):
    return RAW_STRING.sub(lambda match: "\n" * match[0].count("\n"), text)


def prose_of(markdown):
    """Returns Markdown with empty lines for code, tables and lines that a link makes long."""
    lines, fenced = [], False
    for line in markdown.split("\n"):
        fence = line.lstrip().startswith("```")
        fenced ^= fence
        lines.append("" if fenced or fence or line.startswith("|") or "](" in line or "://" in line else line)
    return "\n".join(lines)


def namespace_of(file):
    """Returns a pattern of the namespaces that the code of a file may be in."""
    area, *folders, _ = file.parts
    if area == "core":
        return {"cli": "lode::cli", "verify": "lode::verify"}.get(folders[0], "lode::core(::markdown)?")
    if file.parts[:2] == ("sdk", "toolkit"):
        return "lode::" + folders[1]
    if area == "plugins":
        return PLUGIN_NAMESPACES.get(folders[-1]) or folders[1]
    return None


def is_header(file):
    return file.suffix in (".h", ".hpp")


def is_installed(file):
    return is_header(file) and str(file).startswith(("sdk/include/", "sdk/toolkit/"))


class Sources(unittest.TestCase):
    def assertNoneOf(self, found):
        """found: pairs of a file and what is wrong with it"""
        self.assertEqual([(str(file), wrong) for file, wrong in found if wrong], [])

    def test_every_dependent_statement_has_braces(self):
        self.assertNoneOf((file, unbraced(code_of(read(file)))) for file in files(CODE))

    def test_no_class_is_long(self):
        self.assertNoneOf((file, long_blocks(CLASS, code_of(read(file)), 300)) for file in files(CODE))

    def test_no_function_is_long(self):
        self.assertNoneOf((file, long_blocks(FUNCTION, code_of(read(file)), 60)) for file in files(CODE))

    def test_no_line_is_wide(self):
        self.assertNoneOf((file, wide_lines(without_raw_strings(read(file)), 100)) for file in files(CODE))
        self.assertNoneOf((file, wide_lines(read(file), 120)) for file in files({".py", ".cmake", ".sh", ".toml"}))
        self.assertNoneOf((file, wide_lines(read(file), 120)) for file in files({".txt"})
                          if file.name in ("CMakeLists.txt", "packages.txt"))
        self.assertNoneOf((file, wide_lines(prose_of(read(file)), 120)) for file in files({".md"})
                          if file.name != "REFERENCE.md")  # which is generated

    def test_headers_are_guarded_once(self):
        for file in filter(is_header, files(CODE)):
            with self.subTest(str(file)):
                text = read(file)
                macro = f"LODE_{file.stem}_{file.suffix[1:]}_".upper()
                contract = str(file).startswith("sdk/include/")
                guard = f"#ifndef {macro}\n#define {macro}\n" if contract else "#pragma once\n"
                self.assertEqual(text.count(guard), 1)
                self.assertEqual(code_of(text[:text.find(guard)]).strip(), "")

    def test_what_is_installed_names_its_license(self):
        self.assertNoneOf((file, read(file).count(SPDX) != is_installed(file)) for file in files(CODE))

    def test_code_is_in_the_namespace_of_its_folder(self):
        for file in files({".cc", ".h"}):
            text = read(file)
            expected, found = namespace_of(file), NAMESPACE.findall(code_of(text))
            if expected and (found or (is_header(file) and 'extern "C"' not in text)):
                with self.subTest(str(file)):
                    self.assertRegex(" ".join(set(found)), f"^{expected}$")


class Checks(unittest.TestCase):
    """The checks find what they are for."""

    def test_braces(self):
        self.assertEqual(unbraced("if (a) b();\n"), [1])
        self.assertEqual(unbraced("if (a) {\n} else\n  b();\n"), [2])
        self.assertEqual(unbraced("while (f(a))\n  ++a;\ndo --a; while (a);\n"), [1, 3, 3])
        self.assertEqual(unbraced("if (a) {\n} else if (b[(c)]) {\n} else {\n}\ndo {\n} while (a);\n"), [])
        self.assertEqual(unbraced(code_of('// for (;;) x\n#if (a)\nf("if (a) b;", \'"\', R"(else c)");\n')), [])

    def test_classes(self):
        code = "template <class T>\nclass A : B<C> {\n  struct D {\n    int e;\n  };\n};\n"
        self.assertEqual(long_blocks(CLASS, code, 3), [(1, 6)])
        self.assertEqual(long_blocks(CLASS, code, 2), [(1, 6), (3, 3)])
        self.assertEqual(long_blocks(CLASS, "class A;\nstruct B f() {\n\n\n}\n", 1), [])

    def test_functions(self):
        code = "A::A(int a)\n    : a_(a) {\n  f();\n}\nauto B() const -> C<D> {\n  for (;;) {\n  }\n}\nvoid E();\n"
        self.assertEqual(long_blocks(FUNCTION, code, 2), [(2, 3), (5, 4)])
        self.assertEqual(long_blocks(FUNCTION, code, 3), [(5, 4)])

    def test_widths(self):
        self.assertEqual(wide_lines("12345\nµµµµ\n", 4), [1])
        self.assertEqual(wide_lines(prose_of("1234\n| 4 |\n```sh\n12345\n```\n123456\n"), 3), [1, 6])
        self.assertEqual(wide_lines(without_raw_strings('a(R"(\n12345678)",\n 90);\n'), 6), [])


if __name__ == "__main__":
    unittest.main()
