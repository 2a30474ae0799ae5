#!/usr/bin/env python3
"""Makes nb201.tsv.gz, the table that comes with the plugin, from a wider export of the benchmark.

    python3 make_table.py EXPORT.tsv.gz nb201.tsv.gz

Keeps the columns that the oracle serves, without changing the text of any field or the order of the lines. The
same export gives the same bytes. DATA.md says where the export comes from.
"""

import csv
import gzip
import sys

from import_nb201 import COLUMNS, write_table


def main(source, target):
    with gzip.open(source, "rt", newline="") as stream:
        rows = [[row[c] for c in COLUMNS] for row in csv.DictReader(stream, delimiter="\t")]
    write_table(COLUMNS, rows, target)


if __name__ == "__main__":
    main(*sys.argv[1:])
