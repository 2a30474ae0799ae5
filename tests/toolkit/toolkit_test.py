#!/usr/bin/env python3
"""Builds a plugin that trains networks against an installed Lode, outside its tree. usage: toolkit_test.py BUILD_DIR"""

import json
import pathlib
import shutil
import sys
import unittest

HERE = pathlib.Path(__file__).resolve().parent
sys.path.insert(0, str(HERE.parent / "install"))
from installation import BUILD, InstallationTest, output  # noqa: E402

LIBRARIES = ("posix", "files", "pytorch", "notation", "sampling", "statistics", "encodings", "metrics", "images",
             "kernels", "networks", "predictors", "mixtures")


class Toolkit(InstallationTest):
    @classmethod
    def install(cls):
        cls.prefix = cls.work / "prefix"
        output("cmake", "--install", BUILD, "--prefix", cls.prefix, "--strip")

    def configure(self, project, text):
        project.mkdir()
        (project / "CMakeLists.txt").write_text("cmake_minimum_required(VERSION 3.25)\nproject(p CXX)\n" + text)
        return output("cmake", "-G", "Ninja", "-S", project, "-B", project / "build",
                      f"-DCMAKE_PREFIX_PATH={self.prefix}")

    def test_a_plugin_that_trains(self):
        author = self.work / "author"
        shutil.copytree(HERE / "author", author)
        source = author / "author_training.cc"
        source.write_text(self.includes("training") + source.read_text())
        output("cmake", "-G", "Ninja", "-S", author, "-B", author / "build", f"-DCMAKE_PREFIX_PATH={self.prefix}")
        output("cmake", "--build", author / "build")
        # Its search only: with its defaults, `lode verify` would train for hours.
        output("ctest", "--test-dir", author / "build", "--output-on-failure", "-R", "search")
        runs = json.loads(self.lode("show", "--json", author / "build/runs"))["runs"]
        # Ten classes: a guess has 10 percent, with a deviation of less than 1 on 1000 images.
        self.assertGreater(runs[0]["best"]["metrics"]["accuracy"], 20)

    def includes(self, library):
        headers = sorted((self.prefix / "include/lode/toolkit" / library).glob("*.h"))
        self.assertTrue(headers, library)
        return "".join(f"#include <toolkit/{library}/{header.name}>\n" for header in headers)

    def test_every_header_can_be_included(self):
        """With what the package says that its library needs. The plugin that trains includes those of training, since
        LibTorch's headers take half a minute to read."""
        for library in LIBRARIES:
            project = self.work / f"headers-{library}"
            self.configure(project, f"find_package(LodeSdk 1.1 REQUIRED COMPONENTS {library})\n"
                           f"file(WRITE ${{CMAKE_BINARY_DIR}}/headers.cc [[\n{self.includes(library)}]])\n"
                           "add_library(headers OBJECT ${CMAKE_BINARY_DIR}/headers.cc)\n"
                           "target_compile_options(headers PRIVATE -fsyntax-only)\n"
                           f"target_link_libraries(headers PRIVATE lode::{library})\n")
            output("cmake", "--build", project / "build")

    def test_an_unknown_library_is_named(self):
        with self.assertRaisesRegex(AssertionError, "this installation has no library\\s+lode::imags"):
            self.configure(self.work / "unknown", "find_package(LodeSdk 1.1 REQUIRED COMPONENTS imags)\n")

    def test_another_libtorch_is_refused(self):
        with self.assertRaisesRegex(AssertionError, "lode::training was built with LibTorch"):
            self.configure(self.work / "other",
                           "set(LODE_TORCH_VERSION 9.9)\nadd_library(lode::torch INTERFACE IMPORTED)\n"
                           "find_package(LodeSdk 1.1 REQUIRED COMPONENTS training)\n")


if __name__ == "__main__":
    unittest.main()
