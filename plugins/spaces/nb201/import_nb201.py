#!/usr/bin/env python3
"""Makes the table of NAS-Bench-201 from the benchmark's published files.

    python3 import_nb201.py SOURCE -o TABLE [--partial]

SOURCE is the directory NATS-tss-v1_0-3ffb9-simple (meta.pickle.pbz2 and one NNNNNN.pickle.pbz2 for each
architecture), an archive of it (tar, compressed or not, or zip; nothing is unpacked to disk), or the file
NAS-Bench-201-v1_1-096897.pth. From HW-NAS-Bench-v1_0.pickle it makes the table of latencies and energies that the
oracle nb201.latency reads, a line for each of the benchmark's numbers. TABLE is tab-separated text, compressed if its
name ends in .gz. Accuracies are means over the benchmark's seeds, in percent; the validation accuracy of CIFAR-10
comes from the trainings on half of the training data, its test accuracy from the trainings on all of it. The columns
of seconds are the time of the training behind the validation accuracy: all its epochs, and one pass over the
validation part. They are omitted if the files do not have the times of every architecture.

The published files are Python pickles. They are read with an unpickler that knows only dictionaries, sets and
numbers: nothing in a file is ever executed. Needs only Python 3.8. The directory is read record by record, in little
memory; the .pth file is one pickle and takes about six times its size.
"""

import argparse
import bz2
import collections
import errno
import lzma
import os
import pickle
import re
import struct
import sys
import tarfile
import tempfile
import zipfile
import zlib

ARCHITECTURES = 15625
OPERATIONS = "none|skip_connect|nor_conv_1x1|nor_conv_3x3|avg_pool_3x3"
CELL = re.compile(r"\|O~0\|\+\|O~0\|O~1\|\+\|O~0\|O~1\|O~2\|".replace("O", f"(?:{OPERATIONS})"))

# (column, the benchmark's data set, its evaluation). The benchmark keeps the validation and test halves of the
# official test sets of CIFAR-100 and ImageNet-16-120 as x-valid and x-test.
ACCURACIES = (
    ("cifar10_valid", "cifar10-valid", "x-valid"),
    ("cifar10_test", "cifar10", "ori-test"),
    ("cifar100_valid", "cifar100", "x-valid"),
    ("cifar100_test", "cifar100", "x-test"),
    ("imagenet16_valid", "ImageNet16-120", "x-valid"),
    ("imagenet16_test", "ImageNet16-120", "x-test"),
)
SIZES = (("cifar10", "cifar10"), ("cifar100", "cifar100"), ("imagenet16", "ImageNet16-120"))
# The benchmark's names of its two trainings: in the directory, in the .pth file.
TRAININGS = {200: ("200", "full"), 12: ("12", "less")}
SUFFIX = {200: "", 12: "_12ep"}
# (column, the benchmark's data set).
SECONDS = (("cifar10_seconds", "cifar10-valid"), ("cifar100_seconds", "cifar100"),
           ("imagenet16_seconds", "ImageNet16-120"))

COLUMNS = (
    ["arch_str"]
    + [name + SUFFIX[epochs] for epochs in (200, 12) for name, _, _ in ACCURACIES]
    + ["params_" + name for name, _ in SIZES]
    + ["mflops_" + name for name, _ in SIZES]
)
# They follow those of COLUMNS; a table may lack them.
SECONDS_COLUMNS = [name + SUFFIX[epochs] for epochs in (200, 12) for name, _ in SECONDS]


class ImportError201(Exception):
    """Describes what went wrong, in one line."""


# ---- pickles


class NumberType:
    """A numpy.dtype of a plain number, as far as a pickle describes one."""

    CODES = "i1 i2 i4 i8 u1 u2 u4 u8 f4 f8 b1".split()

    def __init__(self, code, *_):
        if code not in self.CODES:
            raise pickle.UnpicklingError(f"a numpy number of type {code!r}")
        self.code = code
        self.size = int(code[1])
        self.order = "<"

    def __setstate__(self, state):
        if len(state) < 2 or state[1] not in ("<", ">", "|", "="):
            raise pickle.UnpicklingError("a numpy type that is not a plain number")
        self.order = "<" if state[1] in "|=" else state[1]

    def unpack(self, data):
        kind = {"i": "bhiq", "u": "BHIQ", "f": "--fd", "b": "?"}[self.code[0]]
        form = kind[self.size.bit_length() - 1]
        return struct.unpack(self.order + form, data)[0]


def number(number_type, data):
    """numpy.core.multiarray.scalar."""
    if not isinstance(number_type, NumberType) or not isinstance(data, bytes):
        raise pickle.UnpicklingError("a numpy scalar that is not a plain number")
    try:
        return number_type.unpack(data)
    except struct.error as error:
        raise pickle.UnpicklingError(f"a numpy scalar of the wrong size: {error}") from None


def latin1_bytes(text, encoding):
    """_codecs.encode, which old pickles use to write bytes."""
    if not isinstance(text, str) or encoding != "latin1":
        raise pickle.UnpicklingError("text in an encoding other than latin1")
    return text.encode("latin1")


class NumbersOnly(pickle.Unpickler):
    """Reads collections and numbers and refuses everything else by its name."""

    ADMITTED = {
        ("collections", "OrderedDict"): collections.OrderedDict,
        ("builtins", "set"): set,
        ("__builtin__", "set"): set,  # its name in pickles of protocol 2, as torch.save writes them
        ("numpy", "dtype"): NumberType,
        ("numpy.core.multiarray", "scalar"): number,
        ("numpy._core.multiarray", "scalar"): number,
        ("_codecs", "encode"): latin1_bytes,
    }

    def find_class(self, module, name):
        try:
            return self.ADMITTED[module, name]
        except KeyError:
            raise pickle.UnpicklingError(
                f"it asks for {module}.{name}, which is neither a collection nor a number") from None

    def persistent_load(self, pid):
        raise pickle.UnpicklingError("it refers to an object outside itself")


class NumberArray:
    """A numpy.ndarray of plain numbers in one dimension, as far as a pickle describes one."""

    def __setstate__(self, state):
        _, shape, number_type, _, data = state
        if len(shape) != 1 or not isinstance(number_type, NumberType) or not isinstance(data, bytes):
            raise pickle.UnpicklingError("an array that is not a row of plain numbers")
        if not number_type.size or len(data) != shape[0] * number_type.size:
            raise pickle.UnpicklingError("an array whose bytes do not fit its length")
        self.numbers = [number_type.unpack(data[i:i + number_type.size]) for i in range(0, len(data), number_type.size)]


def number_array(array_type, *_):
    """numpy.core.multiarray._reconstruct: the array before it has its numbers."""
    if array_type is not NumberArray:
        raise pickle.UnpicklingError("an array of a class other than numpy.ndarray")
    return NumberArray()


class NumbersAndArrays(NumbersOnly):
    """Accepts arrays of numbers, too."""

    ADMITTED = {
        **NumbersOnly.ADMITTED,
        ("numpy", "ndarray"): NumberArray,
        ("numpy.core.multiarray", "_reconstruct"): number_array,
        ("numpy._core.multiarray", "_reconstruct"): number_array,
    }


def unpickle(stream, path, unpickler=NumbersOnly):
    try:
        return unpickler(stream).load()
    except (pickle.UnpicklingError, EOFError, OSError) as error:
        raise ImportError201(f"{path}: refused: {error or 'it is truncated'}") from None
    except MemoryError:
        raise ImportError201(f"{path}: not enough memory; the directory of records needs little") from None
    except Exception as error:  # a damaged pickle can fail anywhere
        raise ImportError201(f"{path}: refused: a damaged pickle ({type(error).__name__}: {error})") from None


# ---- the published forms


class Directory:
    """The published directory on disk."""

    def __init__(self, path):
        self.path = path
        self.names = os.listdir(path)

    def open(self, name):
        return open(os.path.join(self.path, name), "rb")


class Tar:
    """The published directory in a tar archive, compressed or not. Members are read in place."""

    def __init__(self, path):
        self.path = path
        self.archive = tarfile.open(path)
        self.members = {os.path.basename(m.name): m for m in self.archive.getmembers() if m.isreg()}
        self.names = list(self.members)  # in the archive's order: seeking back would decompress it again

    def open(self, name):
        return self.archive.extractfile(self.members[name])


class Zip:
    """The published directory in a zip archive."""

    def __init__(self, path):
        self.path = path
        self.archive = zipfile.ZipFile(path)
        self.members = {os.path.basename(n): n for n in self.archive.namelist() if not n.endswith("/")}
        self.names = list(self.members)

    def open(self, name):
        return self.archive.open(self.members[name])


def read_directory(directory):
    """Returns (architecture strings in the benchmark's order, generator of (index, {training: record}))."""
    names = set(directory.names)
    prefix = "tss_" if "tss_meta.pickle.pbz2" in names else ""
    meta = prefix + "meta.pickle.pbz2"
    if meta not in names:
        raise ImportError201(f"{directory.path}: has no {meta}, expected the directory NATS-tss-v1_0-3ffb9-simple")
    archs = strings_of(unpickle_file(directory, meta), os.path.join(directory.path, meta))
    pattern = re.compile(re.escape(prefix) + r"(\d{6})\.pickle\.pbz2")

    def records():
        for name in directory.names:
            match = pattern.fullmatch(name)
            if match:
                yield int(match[1]), unpickle_file(directory, name)

    return archs, records()


def unpickle_file(directory, name):
    with directory.open(name) as packed, bz2.open(packed, "rb") as stream:
        return unpickle(stream, os.path.join(directory.path, name))


LEGACY_MAGIC = 0x1950A86A20F9469CFC6C  # torch.save before version 1.6


def read_pth(path):
    """Like read_directory, for a file that torch.save wrote, in either of its layouts."""
    with open(path, "rb") as stream:
        if stream.read(4) == b"PK\x03\x04":
            content = read_zip(stream, path)
        else:
            stream.seek(0)
            content = read_legacy(unpickle(stream, path), stream, path)
    archs = strings_of(content, path)
    infos = content.get("arch2infos")
    if not isinstance(infos, dict) or not all(isinstance(k, int) for k in infos):
        raise ImportError201(f"{path}: has no arch2infos by index, expected NAS-Bench-201-v1_1-096897.pth")
    return archs, ((index, infos[index]) for index in sorted(infos))


def read_zip(stream, path):
    try:
        with zipfile.ZipFile(stream) as archive:
            name = next((n for n in archive.namelist() if n.endswith("/data.pkl")), None)
            if name is None:
                raise ImportError201(f"{path}: a zip file without data.pkl, expected one from torch.save")
            with archive.open(name) as member:
                return unpickle(member, path)
    except zipfile.BadZipFile as error:
        raise ImportError201(f"{path}: a damaged zip file: {error}") from None


def read_legacy(first, stream, path):
    if first != LEGACY_MAGIC:
        raise ImportError201(f"{path}: is not a file from torch.save")
    for _ in ("protocol", "system"):
        unpickle(stream, path)
    return unpickle(stream, path)


def strings_of(content, path):
    archs = content.get("meta_archs") if isinstance(content, dict) else None
    if not isinstance(archs, (list, tuple)) or not archs:
        raise ImportError201(f"{path}: has no meta_archs, the list of all architectures")
    for index, arch in enumerate(archs):
        if not isinstance(arch, str) or not CELL.fullmatch(arch):
            raise ImportError201(f"{path}: architecture {index} is not a NAS-Bench-201 cell: {arch!r:.120}")
    if len(set(archs)) != ARCHITECTURES or len(archs) != ARCHITECTURES:
        raise ImportError201(
            f"{path}: lists {len(archs)} architectures, {len(set(archs))} distinct, expected {ARCHITECTURES}")
    return archs


# ---- rows


def of_training(record, epochs, where):
    for name in TRAININGS[epochs]:
        if name in record:
            return record[name]["all_results"]
    raise ImportError201(f"{where}: no results of {epochs} epochs")


def accuracy(results, dataset, evaluation, epochs, where):
    """The mean over seeds after the last epoch."""
    key = f"{evaluation}@{epochs - 1}"
    values = [r["eval_acc1es"][key] for (name, _), r in results.items() if name == dataset and key in r["eval_acc1es"]]
    if not values:
        raise ImportError201(f"{where}: no {evaluation} accuracy of {dataset} after {epochs} epochs")
    if not all(isinstance(v, (int, float)) and 0 <= v <= 100 for v in values):
        raise ImportError201(f"{where}: an accuracy of {dataset} is not within 0 and 100: {values}")
    return sum(values) / len(values)


def seconds_of(record, epochs, where):
    """Returns the seconds of one training: all epochs, and one pass over the validation part. None if the record has no
    such times. Like the benchmark, it takes the mean of the passes after each epoch."""
    train, evaluate = record.get("train_times"), record.get("eval_times")
    if not train or not evaluate:
        return None
    passes = [evaluate.get(f"x-valid@{e}") for e in range(epochs)]
    times = [train.get(e) for e in range(epochs)] + passes
    if any(t is None for t in times):
        return None
    if not all(isinstance(t, (int, float)) and 0 <= t < float("inf") for t in times):
        raise ImportError201(f"{where}: a time of {record['name']} is not a number of seconds")
    return sum(times[:epochs]) + sum(passes) / epochs


def seconds(results, dataset, epochs, where):
    """The mean over seeds; None if there are none."""
    values = [seconds_of(r, epochs, where) for (name, _), r in results.items() if name == dataset]
    values = [v for v in values if v is not None]
    return sum(values) / len(values) if values else None


def sizes(results, dataset, where):
    """(parameters, 10^6 multiply-adds). The benchmark counts parameters in millions."""
    for (name, _), r in results.items():
        if name == dataset:
            params, mflops = r["params"] * 1e6, r["flop"]
            if not (params >= 0 and mflops >= 0 and abs(params - round(params)) < 1e-3):
                raise ImportError201(f"{where}: impossible sizes of {dataset}: {params}, {mflops}")
            return round(params), mflops
    raise ImportError201(f"{where}: no results of {dataset}")


def shortest(value, digits):
    return f"{value:.{digits}f}".rstrip("0").rstrip(".")


def row_of(arch, record, where):
    """The fields of one line, in the order of COLUMNS and SECONDS_COLUMNS; "" for unknown seconds."""
    try:
        trainings = {epochs: of_training(record, epochs, where) for epochs in (200, 12)}
        if any(record[n]["arch_str"] != arch for names in TRAININGS.values() for n in names if n in record):
            raise ImportError201(f"{where}: differs from the list of architectures")
        fields = [arch]
        for epochs, results in trainings.items():
            fields += [shortest(accuracy(results, d, e, epochs, where), 6) for _, d, e in ACCURACIES]
        counts = [sizes(trainings[200], dataset, where) for _, dataset in SIZES]
        times = [seconds(results, d, epochs, where) for epochs, results in trainings.items() for _, d in SECONDS]
    except (KeyError, TypeError, ValueError, AttributeError) as error:
        raise ImportError201(f"{where}: not the layout of the benchmark ({type(error).__name__}: {error})") from None
    fields += [str(p) for p, _ in counts] + [shortest(m, 5) for _, m in counts]
    return fields + ["" if t is None else shortest(t, 4) for t in times]


def read_rows(archs, records, source):
    """Returns the lines by the benchmark's number."""
    rows = {}
    for index, record in records:
        where = f"{source}: architecture {index}"
        if not 0 <= index < len(archs):
            raise ImportError201(f"{where}: the list of architectures ends at {len(archs) - 1}")
        rows[index] = row_of(archs[index], record, where)
    return [rows[index] for index in sorted(rows)]


def without_unknown(rows):
    """Returns (columns, rows), without columns of seconds that some architecture lacks."""
    whole = [k for k, column in enumerate(COLUMNS + SECONDS_COLUMNS)
             if column in COLUMNS or all(row[k] for row in rows)]
    columns = [(COLUMNS + SECONDS_COLUMNS)[k] for k in whole]
    return columns, [[row[k] for k in whole] for row in rows]


# ---- HW-NAS-Bench

HW_DATASETS = (("cifar10", "cifar10"), ("cifar100", "cifar100"), ("imagenet16", "ImageNet16-120"))
HW_METRICS = ("edgegpu_latency edgegpu_energy raspi4_latency edgetpu_latency pixel3_latency eyeriss_latency "
              "eyeriss_energy eyeriss_arithmetic_intensity fpga_latency fpga_energy").split()


def hardware_table(content, path):
    """(columns, rows) of HW-NAS-Bench's measurements, by the benchmark's numbers."""
    columns, values = ["index"], [range(ARCHITECTURES)]
    for name, dataset in HW_DATASETS:
        for metric in HW_METRICS:
            columns.append(f"{name}_{metric}")
            values.append(measurements(content, dataset, metric, path))
    return columns, [[str(v) for v in row] for row in zip(*values)]


def measurements(content, dataset, metric, path):
    where = f"{path}: {metric} of {dataset}"
    try:
        values = content["nasbench201"][dataset][metric]
    except (KeyError, TypeError):
        raise ImportError201(f"{where}: is missing, expected HW-NAS-Bench-v1_0.pickle") from None
    values = getattr(values, "numbers", values)
    if not isinstance(values, (list, tuple)) or len(values) != ARCHITECTURES:
        raise ImportError201(f"{where}: is not a list of {ARCHITECTURES} numbers")
    for index, value in enumerate(values):
        known = isinstance(value, (int, float)) and (value == -1 or 0 <= value < float("inf"))
        if not known:
            raise ImportError201(
                f"{where}: architecture {index} has {value!r:.40}, expected a number, 0 or more, or -1")
    return [int(v) if v == -1 else v for v in values]


# ---- the source


def read_table(source):
    """Returns (columns, rows) of the source, whichever published form it has."""
    if os.path.isdir(source):
        return accuracies(*read_directory(Directory(source)), source)
    try:
        if tarfile.is_tarfile(source):
            return accuracies(*read_directory(Tar(source)), source)
        if is_zipped_directory(source):
            return accuracies(*read_directory(Zip(source)), source)
    except (tarfile.TarError, zipfile.BadZipFile, zlib.error, lzma.LZMAError, EOFError) as error:
        raise ImportError201(f"{source}: a damaged archive: {error}") from None
    with open(source, "rb") as stream:
        if stream.read(1) == b"\x80":
            stream.seek(0)
            content = unpickle(stream, source, NumbersAndArrays)
            if isinstance(content, dict) and "nasbench201" in content:
                return hardware_table(content, source)
    return accuracies(*read_pth(source), source)


def is_zipped_directory(source):
    """Returns whether it is a zipped directory; a file from torch.save is a zip archive, too."""
    if not zipfile.is_zipfile(source):
        return False
    with zipfile.ZipFile(source) as archive:
        return any(name.endswith("meta.pickle.pbz2") for name in archive.namelist())


def accuracies(archs, records, source):
    return without_unknown(read_rows(archs, records, source))


# ---- the table


def pack(data):
    """gzip without a name and a time: the same rows give the same bytes."""
    packer = zlib.compressobj(9, zlib.DEFLATED, 16 + zlib.MAX_WBITS, 9, zlib.Z_FILTERED)
    return packer.compress(data) + packer.flush()


def write_table(columns, rows, path):
    """Writes all or nothing: writes a file next to `path` first, which then takes its name."""
    data = "".join("\t".join(row) + "\n" for row in [columns] + rows).encode()
    if path.endswith(".gz"):
        data = pack(data)
    if os.path.exists(path) and not os.path.isfile(path):  # a device or a pipe, which must not be replaced
        with open(path, "wb") as out:
            out.write(data)
        return
    directory = os.path.dirname(os.path.abspath(path))
    handle, temporary = tempfile.mkstemp(prefix=".nb201-", dir=directory)
    try:
        with os.fdopen(handle, "wb") as out:
            out.write(data)
            out.flush()
            os.fsync(out.fileno())
        umask = os.umask(0)
        os.umask(umask)
        os.chmod(temporary, 0o666 & ~umask)
        os.replace(temporary, path)
    except BaseException:
        os.unlink(temporary)
        raise
    sync_directory(directory)


def sync_directory(path):
    """Makes sure that the new name is on disk, too."""
    directory = os.open(path, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(directory)
    except OSError as error:
        if error.errno != errno.EINVAL:  # some file systems cannot do this and do not need it
            raise
    finally:
        os.close(directory)


def main(arguments=None):
    parser = argparse.ArgumentParser(
        prog="import_nb201.py", description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument(
        "source", metavar="SOURCE", help="the published directory, an archive of it, or a .pth or HW-NAS-Bench file")
    parser.add_argument("-o", "--output", metavar="TABLE", required=True, help="the table to write, .tsv or .tsv.gz")
    parser.add_argument(
        "--partial", action="store_true",
        help="write the available architectures even if some are missing; the oracle nb201.table refuses such a table")
    options = parser.parse_args(arguments)
    try:
        columns, rows = read_table(options.source)
        missing = ARCHITECTURES - len(rows)
        if missing and not options.partial:
            raise ImportError201(
                f"{options.source}: {missing} of {ARCHITECTURES} architectures are missing; --partial writes the rest")
    except ImportError201 as error:
        print(f"error: {error}", file=sys.stderr)
        return 2
    except OSError as error:
        print(f"error: {error.filename or options.source}: {error.strerror or error}", file=sys.stderr)
        return 2
    try:
        write_table(columns, rows, options.output)
    except OSError as error:
        print(f"error: {options.output}: {error.strerror or error}", file=sys.stderr)
        return 2
    absent = [c for c in SECONDS_COLUMNS if c not in columns] if columns[0] == COLUMNS[0] else []
    note = f", without {', '.join(absent)}: some have no times" if absent else ""
    try:
        print(f"{options.output}: {len(rows)} architectures{note}", flush=True)
    except OSError as error:
        print(f"error: standard output: {error.strerror}", file=sys.stderr)
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())  # Python tries again when it exits
        return 3
    return 0


if __name__ == "__main__":
    sys.exit(main())
