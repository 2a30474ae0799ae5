#!/usr/bin/env python3
"""Tests of import_nb201.py. The benchmark's own records are read from $LODE_DATA, or ../shared/data next to the
project; without them the tests that need them are skipped."""

import bz2
import collections
import contextlib
import gzip
import hashlib
import io
import os
import pathlib
import pickle
import shutil
import struct
import subprocess
import sys
import tarfile
import tempfile
import unittest
import zipfile

import import_nb201 as tool

HERE = pathlib.Path(__file__).resolve().parent
SAMPLE = pathlib.Path(os.environ.get("LODE_DATA") or HERE.parents[3] / "shared" / "data") / "nb201" / "official_sample"
SHIPPED = HERE / "nb201.tsv.gz"
INDICES = (0, 11, 284)


def shipped_lines():
    with gzip.open(SHIPPED, "rt") as stream:
        return stream.read().splitlines()


def architectures():
    return [line.split("\t")[0] for line in shipped_lines()[1:]]


def training(dataset, seed, epochs, evaluations):
    """A record of one training, laid out like the benchmark's."""
    curve = {f"{name}@{e}": value - (epochs - 1 - e) for name, value in evaluations.items() for e in range(epochs)}
    times = {"cifar10-valid": 7.0, "ImageNet16-120": 40.0}
    return {
        "train_times": dict.fromkeys(range(epochs), times.get(dataset, 14.0) + seed / 100),
        # The mean of a pass is 2.5 s on x-valid; the passes take different times.
        "eval_times": {f"{name}@{e}": (0.5 if name == "x-valid" else 7.0) + 4 * (e + 0.5) / epochs
                       for name in evaluations for e in range(epochs)},
        "name": dataset, "seed": seed, "epochs": epochs, "params": 0.802426, "flop": 113.95137,
        "train_acc1es": dict.fromkeys(range(epochs), 50.0), "eval_names": list(evaluations), "eval_acc1es": curve,
        "arch_config": {"channel": 16}, "latency": [0.01], "net_state_dict": None,
    }


def record(arch, index):
    def results(epochs, seeds):
        sets = {
            "cifar10-valid": {"x-valid": 80.0, "ori-test": 1.0},
            "cifar10": {"ori-test": 85.0},
            "cifar100": {"ori-test": 1.0, "x-valid": 60.0, "x-test": 61.0},
            "ImageNet16-120": {"ori-test": 1.0, "x-valid": 40.0, "x-test": 41.0},
        }
        return collections.OrderedDict(
            ((d, s), training(d, s, epochs, {k: v + s / 100 for k, v in e.items()}))
            for s in seeds for d, e in sets.items())

    def result(epochs, seeds):
        return {"arch_index": index, "arch_str": arch, "all_results": results(epochs, seeds), "clear_net_done": True}

    return result(200, (7, 8, 12)), result(12, (7,))


ROW = ("80.09 85.09 60.09 61.09 40.09 41.09 80.07 85.07 60.07 61.07 40.07 41.07 "
       "802426 802426 802426 113.95137 113.95137 113.95137 "
       # 200 and 12 epochs of 7, 14 and 40 s plus a hundredth of the seed, and 2.5 s.
       "1420.5 2820.5 8020.5 87.34 171.34 483.34").split()

# From the official records: 200 epochs of CIFAR-10, CIFAR-100, ImageNet-16-120, then 12. By hand: architecture 0 takes
# 7.2210930, 14.442186 and 43.817592 s an epoch, and 2.5489792, 0.5097958 and 0.3058775 s a pass over x-valid.
SECONDS = {
    0: "1446.7676 2888.947 8763.8243 89.2021 173.816 526.117",
    11: "2496.5626 4985.653 15124.4503 153.6959 299.9196 907.9353",
    284: "977.5484 1950.7956 5917.5508 60.899 117.497 355.3226",
}


def shipped_rows_with_seconds():
    shipped = shipped_lines()
    rows = [shipped[i + 1] + "\t" + "\t".join(SECONDS[i].split()) for i in INDICES]
    return [shipped[0] + "\t" + "\t".join(tool.SECONDS_COLUMNS)] + rows


class Malicious:
    """Its pickle makes a directory when a trusting unpickler loads it."""

    def __init__(self, path):
        self.path = path

    def __reduce__(self):
        return os.mkdir, (self.path,)


class ImportTest(unittest.TestCase):
    def setUp(self):
        self.dir = pathlib.Path(tempfile.mkdtemp())
        self.addCleanup(shutil.rmtree, self.dir)

    def run_tool(self, *arguments):
        """Returns (exit status, standard output, standard error)."""
        out, err = io.StringIO(), io.StringIO()
        with contextlib.redirect_stdout(out), contextlib.redirect_stderr(err):
            status = tool.main([str(a) for a in arguments])
        return status, out.getvalue(), err.getvalue()

    def fails(self, source, *options):
        """Returns the one error line; checks that nothing was left behind."""
        target = self.dir / "out" / "t.tsv"
        target.parent.mkdir(exist_ok=True)
        status, out, err = self.run_tool(source, "-o", target, *options)
        self.assertEqual((status, out, list(target.parent.iterdir())), (2, "", []))
        self.assertEqual(err.count("\n"), 1)
        return err.strip().replace(str(self.dir), "D")

    def write(self, name, data):
        path = self.dir / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(data)
        return path

    def write_pickle(self, name, content, protocol=4):
        return self.write(name, bz2.compress(pickle.dumps(content, protocol=protocol), 1))

    def write_directory(self, indices, prefix=""):
        archs = architectures()
        self.write_pickle(f"b/{prefix}meta.pickle.pbz2", {"meta_archs": archs, "total_archs": len(archs)})
        for i in indices:
            full, less = record(archs[i], i)
            self.write_pickle(
                f"b/{prefix}{i:06d}.pickle.pbz2", collections.OrderedDict([("12", less), ("200", full)]))
        return self.dir / "b"

    def pth_content(self, indices, archs=None):
        archs = archs or architectures()
        infos = {}
        for i in indices:
            full, less = record(archs[i], i)
            infos[i] = {"full": full, "less": less}
        return {"meta_archs": archs, "total_archs": len(archs), "arch2infos": infos, "evaluated_indexes": set(indices)}

    def legacy_pth(self, content):
        parts = (tool.LEGACY_MAGIC, 1001, {"little_endian": True}, content, [])
        return self.write("b.pth", b"".join(pickle.dumps(p, protocol=2) for p in parts))

    def zip_pth(self, content):
        path = self.dir / "b.pth"
        with zipfile.ZipFile(path, "w") as archive:
            archive.writestr("b/data.pkl", pickle.dumps(content, protocol=2))
            archive.writestr("b/version", "3\n")
        return path

    def lines_of(self, source, *options):
        target = self.dir / "t.tsv"
        self.assertEqual(self.run_tool(source, "-o", target, *options)[0], 0)
        return target.read_text().splitlines()

    # ---- good sources

    @unittest.skipUnless(SAMPLE.is_dir(), f"the benchmark's records are not at {SAMPLE}")
    def test_official_records_give_the_shipped_rows(self):
        self.assertEqual(self.lines_of(SAMPLE, "--partial"), shipped_rows_with_seconds())

    @unittest.skipUnless(SAMPLE.is_dir(), f"the benchmark's records are not at {SAMPLE}")
    def test_official_records_in_a_pth_give_the_shipped_rows(self):
        infos = {}
        for i in INDICES:
            path = SAMPLE / f"tss_{i:06d}.pickle.pbz2"
            trainings = tool.unpickle_file(tool.Directory(SAMPLE), path.name)
            infos[i] = {"full": trainings["200"], "less": trainings["12"]}
        content = {"meta_archs": architectures(), "arch2infos": infos, "evaluated_indexes": set(INDICES)}
        expected = shipped_rows_with_seconds()
        self.assertEqual(self.lines_of(self.legacy_pth(content), "--partial"), expected)
        self.assertEqual(self.lines_of(self.zip_pth(content), "--partial"), expected)

    def test_means_over_seeds_of_a_directory(self):
        archs = architectures()
        for prefix in ("", "tss_"):
            with self.subTest(prefix=prefix):
                lines = self.lines_of(self.write_directory([5, 3], prefix), "--partial")
                self.assertEqual(lines[1:], ["\t".join([archs[i]] + ROW) for i in (3, 5)])
                shutil.rmtree(self.dir / "b")

    def test_means_over_seeds_of_both_layouts_of_pth(self):
        archs = architectures()
        for write in (self.legacy_pth, self.zip_pth):
            lines = self.lines_of(write(self.pth_content([3, 5])), "--partial")
            self.assertEqual(lines[1:], ["\t".join([archs[i]] + ROW) for i in (3, 5)])

    def test_archives_of_the_directory(self):
        source = self.write_directory([5, 3])
        expected = self.lines_of(source, "--partial")
        for name, mode in (("b.tar", "w"), ("b.tar.gz", "w:gz"), ("any.name", "w:xz")):
            with tarfile.open(self.dir / name, mode) as archive:
                archive.add(source, arcname="NATS-tss-v1_0-3ffb9-simple")
            self.assertEqual(self.lines_of(self.dir / name, "--partial"), expected)
        with zipfile.ZipFile(self.dir / "b.zip", "w") as archive:
            for path in sorted(source.iterdir()):
                archive.write(path, "NATS/" + path.name)
        self.assertEqual(self.lines_of(self.dir / "b.zip", "--partial"), expected)

    def test_a_damaged_or_foreign_archive_is_refused(self):
        source = self.write_directory([3])
        path = self.dir / "b.tar.gz"
        with tarfile.open(path, "w:gz") as archive:
            archive.add(source, arcname="x")
        whole = path.read_bytes()
        path.write_bytes(whole[: len(whole) // 2])
        self.assertRegex(self.fails(path), "^error: D/b.tar.gz: a damaged archive: ")
        with tarfile.open(path, "w:gz") as archive:
            archive.add(source / "000003.pickle.pbz2", arcname="x")
        self.assertRegex(self.fails(path), "^error: D/b.tar.gz: has no meta.pickle.pbz2")

    # ---- HW-NAS-Bench

    def hardware(self):
        """The content of HW-NAS-Bench-v1_0.pickle, with other numbers."""
        def of(dataset):
            metrics = {m: [0.5 * i + k for i in range(tool.ARCHITECTURES)] for k, m in enumerate(tool.HW_METRICS)}
            metrics["edgetpu_latency"][7] = -1
            return {**metrics, "config": [{"name": "infer.tiny", "C": 16, "N": 5}] * 3}
        return {"nasbench201": {d: of(d) for _, d in tool.HW_DATASETS}, "fbnet": {"edgegpu_latency": {"FC": 1.0}}}

    def test_hardware_measurements_become_a_table(self):
        source = self.write("hw.pickle", pickle.dumps(self.hardware()))
        lines = self.lines_of(source)
        self.assertEqual(len(lines), 1 + tool.ARCHITECTURES)
        self.assertEqual(lines[0].split("\t")[:4],
                         ["index", "cifar10_edgegpu_latency", "cifar10_edgegpu_energy", "cifar10_raspi4_latency"])
        self.assertEqual(lines[0].split("\t")[-1], "imagenet16_fpga_energy")
        self.assertEqual(lines[8].split("\t")[:6], ["7", "3.5", "4.5", "5.5", "-1", "7.5"])

    def test_hardware_columns_are_named_like_those_of_other_exports(self):
        export = SAMPLE.parent / "nb201_hw.tsv.gz"
        if not export.exists():
            self.skipTest(f"no {export}")
        with gzip.open(export, "rt") as stream:
            names = stream.readline().rstrip("\n").split("\t")
            columns = list(zip(*(line.rstrip("\n").split("\t") for line in stream)))
        content = {"nasbench201": {d: {m: [float(v) for v in columns[names.index(f"{n}_{m}")]]
                                       for m in tool.HW_METRICS} for n, d in tool.HW_DATASETS}}
        lines = self.lines_of(self.write("hw.pickle", pickle.dumps(content, protocol=2)))
        self.assertEqual(lines[0].split("\t"), names[:31])
        for line, row in zip(lines[1:], zip(*columns)):
            self.assertEqual([float(v) for v in line.split("\t")], [float(v) for v in row[:31]])

    def test_hardware_arrays_are_read_without_numpy(self):
        data = struct.pack("<3d", 1.5, -1, 2)
        array = (b"\x80\x03cnumpy.core.multiarray\n_reconstruct\ncnumpy\nndarray\nK\x00\x85C\x01b\x87R(K\x01K\x03\x85"
                 b"cnumpy\ndtype\n" + self.text("f8") + b"K\x00K\x01\x87R(K\x03" + self.text("<")
                 + b"NNNJ\xff\xff\xff\xffJ\xff\xff\xff\xffK\x00tb\x89C" + bytes([len(data)]) + data + b"tb.")
        self.assertEqual(tool.NumbersAndArrays(io.BytesIO(array)).load().numbers, [1.5, -1, 2])
        with self.assertRaisesRegex(pickle.UnpicklingError, "do not fit its length"):
            tool.NumbersAndArrays(io.BytesIO(array.replace(b"K\x03\x85", b"K\x04\x85"))).load()

    def test_impossible_hardware_values_are_refused(self):
        def failure(change):
            content = self.hardware()
            change(content["nasbench201"])
            return self.fails(self.write("hw.pickle", pickle.dumps(content)))

        self.assertEqual(
            failure(lambda c: c.pop("cifar100")),
            "error: D/hw.pickle: edgegpu_latency of cifar100: is missing, expected HW-NAS-Bench-v1_0.pickle")
        self.assertRegex(failure(lambda c: c["cifar10"]["fpga_energy"].pop()), "is not a list of 15625 numbers$")
        self.assertRegex(failure(lambda c: c["cifar10"]["fpga_energy"].__setitem__(3, "x")),
                         "fpga_energy of cifar10: architecture 3 has 'x', expected a number")
        self.assertRegex(failure(lambda c: c["cifar10"]["fpga_energy"].__setitem__(3, float("nan"))), "3 has nan")
        trap = self.dir / "trap"
        self.assertRegex(failure(lambda c: c.update(x=Malicious(str(trap)))), "refused: it asks for .*mkdir")
        self.assertFalse(trap.exists())

    # ---- accuracies and seconds

    def test_columns_of_seconds_that_lack_a_time_are_omitted(self):
        def imported(change):
            content = self.pth_content([3, 5])
            change(content["arch2infos"][5])
            target = self.dir / "t.tsv"
            status, out, err = self.run_tool(self.legacy_pth(content), "-o", target, "--partial")
            self.assertEqual((status, err), (0, ""))
            lines = [line.split("\t") for line in target.read_text().splitlines()]
            self.assertEqual({len(line) for line in lines}, {len(lines[0])})
            self.assertEqual([line[:19] for line in lines[1:]], [[architectures()[i]] + ROW[:18] for i in (3, 5)])
            return lines[0][19:], out.replace(str(self.dir), "D")

        def results(info, training):
            return info[training]["all_results"]

        def drop_everything(info):
            for training in ("full", "less"):
                for record in results(info, training).values():
                    record.pop("train_times")

        def drop_an_epoch(info):
            results(info, "less")["cifar100", 7]["train_times"].pop(11)

        def drop_passes(info):
            results(info, "less")["ImageNet16-120", 7]["eval_times"] = None

        def drop_a_pass_of_one_seed(info):
            results(info, "full")["cifar10-valid", 8]["eval_times"].pop("x-valid@0")

        names = tool.SECONDS_COLUMNS
        self.assertEqual(imported(lambda info: None), (names, "D/t.tsv: 2 architectures\n"))
        note = "D/t.tsv: 2 architectures, without %s: some have no times\n"
        self.assertEqual(imported(drop_everything), ([], note % ", ".join(names)))
        for drop, column in ((drop_an_epoch, "cifar100_seconds_12ep"), (drop_passes, "imagenet16_seconds_12ep")):
            self.assertEqual(imported(drop), ([n for n in names if n != column], note % column))
        self.assertEqual(imported(drop_a_pass_of_one_seed)[0], names)  # the other seeds have it

    def test_all_architectures_give_a_complete_table(self):
        archs = architectures()
        full, less = record("", 0)
        for part in (full, less):
            del part["arch_str"]
        info = {r: dict(content) for r, content in (("full", full), ("less", less))}
        infos = {i: {r: {**c, "arch_str": arch} for r, c in info.items()} for i, arch in enumerate(archs)}
        source = self.legacy_pth({"meta_archs": archs, "arch2infos": infos, "evaluated_indexes": set()})
        status, out, err = self.run_tool(source, "-o", self.dir / "t.tsv.gz")
        self.assertEqual((status, err), (0, ""))
        self.assertEqual(out, f"{self.dir}/t.tsv.gz: 15625 architectures\n")
        lines = gzip.decompress((self.dir / "t.tsv.gz").read_bytes()).decode().splitlines()
        self.assertEqual([line.split("\t")[0] for line in lines], ["arch_str"] + archs)

    def test_the_same_rows_give_the_same_bytes(self):
        source = self.write_directory([3])
        packed = []
        for name in ("a.tsv.gz", "other.tsv.gz"):
            self.run_tool(source, "-o", self.dir / name, "--partial")
            packed.append((self.dir / name).read_bytes())
        self.assertEqual(packed[0], packed[1])

    def test_numpy_numbers_are_read_without_numpy(self):
        def scalar(code, order, data):
            """What pickle writes for a numpy scalar."""
            text = data.decode("latin1")
            return (b"\x80\x02cnumpy.core.multiarray\nscalar\ncnumpy\ndtype\n" + self.text(code) + b"K\x00K\x01\x87R"
                    + b"(K\x03" + self.text(order) + b"NNNJ\xff\xff\xff\xffJ\xff\xff\xff\xffK\x00tb"
                    + b"c_codecs\nencode\n" + self.text(text) + self.text("latin1") + b"\x86R\x86R.")

        for code, order, data, value in (
            ("f8", "<", struct.pack("<d", 91.25), 91.25), ("f4", ">", struct.pack(">f", 0.5), 0.5),
            ("i8", "<", struct.pack("<q", -7), -7), ("u1", "|", b"\xff", 255), ("b1", "|", b"\x01", True),
        ):
            self.assertEqual(tool.NumbersOnly(io.BytesIO(scalar(code, order, data))).load(), value)
        with self.assertRaisesRegex(pickle.UnpicklingError, "type 'O8'"):
            tool.NumbersOnly(io.BytesIO(scalar("O8", "|", b"12345678"))).load()
        with self.assertRaisesRegex(pickle.UnpicklingError, "wrong size"):
            tool.NumbersOnly(io.BytesIO(scalar("f8", "<", b"123"))).load()

    @staticmethod
    def text(text):
        data = text.encode()
        return b"X" + struct.pack("<I", len(data)) + data

    # ---- hostile and damaged sources

    def test_a_malicious_pickle_is_refused_and_not_executed(self):
        trap = self.dir / "trap"
        source = self.write_directory([3])
        self.write_pickle("b/000003.pickle.pbz2", {"200": Malicious(str(trap))})
        refusal = f"refused: it asks for {os.mkdir.__module__}.mkdir, which is neither a collection nor a number"
        self.assertEqual(self.fails(source, "--partial"), f"error: D/b/000003.pickle.pbz2: {refusal}")
        for write in (self.legacy_pth, self.zip_pth):
            self.assertEqual(self.fails(write({"meta_archs": Malicious(str(trap))})), f"error: D/b.pth: {refusal}")
        self.assertFalse(trap.exists())

    def test_every_other_global_is_refused(self):
        for module, name in (("builtins", "eval"), ("os", "system"), ("numpy", "ndarray"), ("numpy", "load"),
                             ("collections", "defaultdict"), ("_codecs", "decode"), ("torch._utils", "_rebuild")):
            with self.assertRaisesRegex(pickle.UnpicklingError, f"asks for {module}.{name},"):
                tool.NumbersOnly(io.BytesIO(f"c{module}\n{name}\n.".encode())).load()

    def test_objects_outside_the_pickle_are_refused(self):
        self.assertEqual(self.fails(self.write("b.pth", b"Pstorage\n.")),
                         "error: D/b.pth: refused: it refers to an object outside itself")

    def test_damaged_files_are_refused(self):
        source = self.write_directory([3])
        path = source / "000003.pickle.pbz2"
        whole = path.read_bytes()
        path.write_bytes(whole[: len(whole) // 2])
        self.assertRegex(self.fails(source, "--partial"), "^error: D/b/000003.pickle.pbz2: refused: ")
        path.write_bytes(b"not bzip2")
        self.assertRegex(self.fails(source, "--partial"), "^error: D/b/000003.pickle.pbz2: refused: ")
        self.assertRegex(self.fails(self.write("b.pth", b"PK\x03\x04junk")), "^error: D/b.pth: a damaged zip file")
        self.assertRegex(self.fails(self.write("b.pth", b"")), "^error: D/b.pth: refused: ")
        self.assertRegex(self.fails(self.write("b.pth", bytes(range(256)))), "^error: D/b.pth: refused: ")
        self.assertEqual(
            self.fails(self.write("b.pth", pickle.dumps(5))), "error: D/b.pth: is not a file from torch.save")

    # ---- sources that are something else

    def test_missing_architectures_need_partial(self):
        self.assertEqual(
            self.fails(self.write_directory([3, 5])),
            "error: D/b: 15623 of 15625 architectures are missing; --partial writes the rest")

    def test_no_source(self):
        self.assertEqual(self.fails(self.dir / "none"), "error: D/none: No such file or directory")
        (self.dir / "b").mkdir()
        self.assertEqual(
            self.fails(self.dir / "b"),
            "error: D/b: has no meta.pickle.pbz2, expected the directory NATS-tss-v1_0-3ffb9-simple")

    def test_a_target_error_names_the_target(self):
        status, _, err = self.run_tool(self.write_directory([3]), "-o", self.dir / "none" / "t.tsv", "--partial")
        self.assertEqual(status, 2)
        self.assertRegex(err, "none.*No such file or directory")

    def test_a_device_is_written_to_and_not_replaced(self):
        status, _, err = self.run_tool(self.write_directory([3]), "-o", "/dev/full", "--partial")
        self.assertEqual((status, err), (2, "error: /dev/full: No space left on device\n"))
        self.assertTrue(pathlib.Path("/dev/full").is_char_device())

    def test_lost_output_is_an_error_in_one_line(self):
        source, table = str(self.write_directory([3])), str(self.dir / "t.tsv")
        with open("/dev/full", "wb") as full:
            done = subprocess.run([sys.executable, tool.__file__, source, "-o", table, "--partial"],
                                  stdout=full, stderr=subprocess.PIPE, text=True, check=False)
        self.assertEqual((done.returncode, done.stderr), (3, "error: standard output: No space left on device\n"))

    def test_another_benchmark_is_refused(self):
        self.assertRegex(self.fails(self.legacy_pth({"meta_archs": ["64:64:64:64:64"]})),
                         "architecture 0 is not a NAS-Bench-201 cell: '64:64:64:64:64'")
        self.assertRegex(self.fails(self.legacy_pth([])), "has no meta_archs")
        self.assertRegex(self.fails(self.legacy_pth({"meta_archs": architectures()})), "has no arch2infos")
        self.assertRegex(self.fails(self.legacy_pth({"meta_archs": architectures()[1:]})),
                         "lists 15624 architectures, 15624 distinct, expected 15625")
        twice = architectures()
        twice[7] = twice[8]
        self.assertRegex(self.fails(self.legacy_pth({"meta_archs": twice})),
                         "lists 15625 architectures, 15624 distinct, expected 15625")

    def test_inconsistent_records_are_refused(self):
        def failure(change):
            content = self.pth_content([3])
            change(content["arch2infos"])
            return self.fails(self.legacy_pth(content), "--partial")

        def accuracies(infos):
            return infos[3]["full"]["all_results"]["cifar100", 7]["eval_acc1es"]

        where = "error: D/b.pth: architecture 3: "
        self.assertEqual(failure(lambda i: i[3].pop("less")), where + "no results of 12 epochs")
        self.assertEqual(failure(lambda i: accuracies(i).update({"x-test@199": 101.0})),
                         where + "an accuracy of cifar100 is not within 0 and 100: [101.0, 61.08, 61.12]")
        self.assertEqual(failure(lambda i: accuracies(i).update({"x-test@199": float("nan")})),
                         where + "an accuracy of cifar100 is not within 0 and 100: [nan, 61.08, 61.12]")
        for time in (-1.0, float("nan"), float("inf"), "7"):
            self.assertEqual(
                failure(lambda i: i[3]["full"]["all_results"]["cifar100", 7]["train_times"].update({4: time})),
                where + "a time of cifar100 is not a number of seconds")
        self.assertRegex(failure(lambda i: i[3]["less"]["all_results"]["cifar100", 7].update(train_times=[1.0])),
                         where + "not the layout of the benchmark")
        self.assertEqual(failure(lambda i: i[3]["full"].update(arch_str=architectures()[4])),
                         where + "differs from the list of architectures")
        self.assertEqual(failure(lambda i: i[3]["less"].update(all_results=collections.OrderedDict())),
                         where + "no x-valid accuracy of cifar10-valid after 12 epochs")
        self.assertEqual(failure(lambda i: i[3]["full"].pop("all_results")),
                         where + "not the layout of the benchmark (KeyError: 'all_results')")
        self.assertEqual(failure(lambda i: i.update({20000: i[3]})),
                         "error: D/b.pth: architecture 20000: the list of architectures ends at 15624")


class ShippedTableTest(unittest.TestCase):
    def test_its_text_has_the_known_digest(self):
        with gzip.open(SHIPPED) as stream:
            digest = hashlib.sha256(stream.read()).hexdigest()
        self.assertEqual(digest, "69e210db91a6e685cdcd0f06117cb3b3cb31c49c7d11079b63d2187f66b32fbe")

    def test_it_has_the_columns_of_an_imported_table(self):
        self.assertEqual(shipped_lines()[0].split("\t"), tool.COLUMNS)


if __name__ == "__main__":
    unittest.main(verbosity=2)  # names what is skipped, and why
