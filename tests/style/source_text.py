"""The files of the tree, and their text as the checks of style_test.py read it."""

import os
import pathlib
import re

SOURCE = pathlib.Path(__file__).resolve().parents[2]
CODE = {".c", ".cc", ".h", ".hpp"}

RAW_STRING = re.compile(r'R"(\w*)\(.*?\)\1"', re.DOTALL)
LITERAL = r'"(?:\\.|[^"\\\n])*"' + r"|(?<!\w)'(?:\\.|[^'\\\n])+'"
NOT_CODE = re.compile(rf"//[^\n]*|/\*.*?\*/|{RAW_STRING.pattern}|{LITERAL}", re.DOTALL)
DIRECTIVE = re.compile(r"^[ \t]*#(?:[^\n]*\\\n)*[^\n]*", re.MULTILINE)
BRACKETS = re.compile(r"[()\[\]{}]")


def files(suffixes):
    """Returns the files of the tree with such a suffix, relative to it."""
    found = []
    for folder, folders, names in os.walk(SOURCE):
        folders[:] = [name for name in folders if name not in ("build", "runs") and not name.startswith(".")]
        found += [(pathlib.Path(folder) / name).relative_to(SOURCE) for name in names]
    return sorted(file for file in found if file.suffix in suffixes)


def read(file):
    return (SOURCE / file).read_text()


def code_of(text):
    """Returns C or C++ with spaces for comments, strings and directives; each character is where it was."""
    blank = lambda match: re.sub(r"[^\n]", " ", match[0])
    return DIRECTIVE.sub(blank, NOT_CODE.sub(blank, text))


def closing(code, opening):
    """Returns where the bracket at a position is closed; the end if it never is."""
    depth = 0
    for bracket in BRACKETS.finditer(code, opening):
        depth += 1 if bracket[0] in "([{" else -1
        if depth == 0:
            return bracket.start()
    return len(code)


def line_at(text, position):
    return text.count("\n", 0, position) + 1
