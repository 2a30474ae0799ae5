#include "plugins/oracles/table/table.h"

LODE_PLUGIN(
    "lode.table", "1.0.0", "Apache-2.0",
    lode::OracleComponent<table::TableOracle>(
        "table", "1.0.0", "Results of any space's architectures from a file such as CSV.",
        "Looks architectures up in your own table: comma, tab or semicolon between fields, with "
        "fields that contain them quoted as in RFC 4180, plain or gzip. The pipeline says which "
        "metrics it has: maximize = [\"accuracy [percent]\"], minimize = [\"latency [ms]\"], "
        "validation = [\"accuracy\"]. Each is read from the column with its name unless `columns` "
        "gives another; other columns are ignored. The key is the architecture in any spelling "
        "that the space reads; `lode show` prints it. The table may cover only part of the space: "
        "evaluating any other architecture fails, and a run ends after [execution] max_failures "
        "such failures in a row. Architectures that are one network to the space have separate "
        "rows. Everything is checked when the table is read, and mistakes are named by line and "
        "column; the last line ends like all others.",
        LODE_CAP_CONCURRENT | LODE_CAP_METRICS_VARY));
