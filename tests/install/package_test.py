#!/usr/bin/env python3
"""Makes the Debian package, unpacks it and uses its contents. usage: package_test.py BUILD_DIR"""

import gzip
import pathlib
import re
import shutil
import unittest

from installation import BUILD, InstallationTest, is_elf, output


def owners(libraries):
    """Returns the packages that the files of these libraries belong to."""
    places = [place for library in libraries for place in (library, "/usr" + library)]
    # dpkg -S fails if one of the places is unknown, which is the case for one of each pair.
    return packages_in(output("sh", "-c", 'dpkg -S "$@" 2>/dev/null || true', "sh", *places))


def packages_in(found):
    """Returns the packages that `dpkg -S` names.

    Its lines: "PACKAGE[:ARCH][, PACKAGE[:ARCH]]...: FILE", or "diversion by PACKAGE from: FILE".
    """
    owned = [line.partition(": ")[0] for line in found.splitlines() if not re.match(r"(local )?diversion ", line)]
    return {package.split(":")[0] for packages in owned for package in packages.split(", ")}


def real_package(name):
    """Returns a dependency's package, or its provider if it is a virtual package."""
    provides = output("dpkg-query", "-W", "-f", "${Package}\t${Provides}\n")
    for line in provides.splitlines():
        package, _, provided = line.partition("\t")
        if name == package or name in re.findall(r"[a-z0-9+.-]+", re.sub(r"\(.*?\)", "", provided)):
            return package
    return name


class Owners(unittest.TestCase):
    def test_diversions_are_not_packages(self):
        self.assertEqual(packages_in("diversion by libc6 from: /lib64/ld-linux-x86-64.so.2\n"
                                     "diversion by libc6 to: /lib64/ld-linux-x86-64.so.2.usr-is-merged\n"
                                     "local diversion from: /usr/lib/libz.so.1\n"
                                     "libc6:amd64: /usr/lib64/ld-linux-x86-64.so.2\n"
                                     "libatlas3-base, libopenblas0:amd64: /usr/lib/libblas: three.so\n"),
                         {"libc6", "libatlas3-base", "libopenblas0"})


@unittest.skipUnless(shutil.which("dpkg-shlibdeps") and shutil.which("file"), "no dpkg-dev or file")
class Package(InstallationTest):
    @classmethod
    def install(cls):
        output("cpack", "-G", "DEB", "--config", BUILD / "CPackConfig.cmake", "-B", cls.work / "cpack")
        [cls.package] = (cls.work / "cpack").glob("*.deb")
        output("dpkg-deb", "-x", cls.package, cls.work / "root")
        cls.prefix = cls.work / "root/usr"

    def field(self, name):
        return output("dpkg-deb", "-f", self.package, name).strip()

    def test_runs(self):
        self.check_runs()

    def test_no_trace_of_the_build(self):
        self.check_no_trace_of_the_build()

    def test_control_fields(self):
        self.assertEqual(self.field("Package"), "lode")
        self.assertEqual(self.field("Version"), self.lode("--version").strip())
        self.assertEqual(self.field("Architecture"), output("dpkg", "--print-architecture").strip())
        self.assertEqual(self.field("Section"), "science")
        self.assertRegex(self.field("Maintainer"), r"^.+ <.+@.+>$")
        self.assertEqual(output("file", "-b", self.prefix / "bin/lode").count("not stripped"), 0)

    def test_debian_files(self):
        documents = self.prefix / "share/doc/lode"
        self.assertTrue((documents / "copyright").is_file())
        self.assertFalse((documents / "LICENSE").exists())  # Debian keeps it in common-licenses
        changelog = gzip.decompress((documents / "changelog.gz").read_bytes()).decode()
        self.assertIn(f"lode ({self.field('Version')})", changelog.splitlines()[0])
        for file in ("share/man/man1/lode.1.gz", "share/bash-completion/completions/lode",
                     "share/zsh/vendor-completions/_lode", "include/lode/plugin.h"):
            self.assertTrue((self.prefix / file).is_file(), file)

    def test_everything_belongs_to_root(self):
        for line in output("dpkg-deb", "-c", self.package).splitlines():
            mode, owner = line.split()[:2]
            self.assertEqual(owner, "root/root", line)
            self.assertIn(mode, ("drwxr-xr-x", "-rw-r--r--", "-rwxr-xr-x", "lrwxrwxrwx"), line)

    def test_dependencies_are_what_the_loader_needs(self):
        libraries = set()
        for file in filter(is_elf, self.files()):
            needed = re.findall(r"\(NEEDED\).*\[(.*)\]", output("readelf", "-d", file))
            found = {pathlib.Path(path).name: path  # the loader's own line has no arrow
                     for path in re.findall(r"(/\S+) \(0x", output("ldd", file))}
            libraries.update(found[name] for name in needed)
        declared = {re.split(r"[ (|]", part.strip())[0] for part in self.field("Depends").split(",")}
        self.assertEqual({real_package(name) for name in declared}, owners(libraries))


if __name__ == "__main__":
    unittest.main()
