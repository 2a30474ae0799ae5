#include "plugins/oracles/predictor/oracle.h"

LODE_PLUGIN(
    "lode.predictor", "1.0.0", "Apache-2.0",
    lode::OracleComponent<predictor::PredictorOracle>(
        "predictor.train", "1.0.0",
        "Learns metrics of any space's architectures from a table, and predicts them.",
        "Fits ensembles of perceptrons, on decisions and encoded paths, to architectures that were "
        "measured: your own table, or the trials of an earlier stage, \"stage:NAME/trials.csv\". "
        "The pipeline says which metrics the table has: maximize = "
        "[\"accuracy [percent]\"], minimize = [\"latency [ms]\"], validation = [\"accuracy\"]; "
        "each is read from the column with its name unless `columns` gives another. A share of the "
        "architectures is held out, and the log says how well their predictions match: Spearman's "
        "rank correlation and the mean absolute error. Without an optimizer, a stage fits the "
        "predictor, and later stages use its file: file = \"stage:NAME/predictor.safetensors\", "
        "with the same settings. Equal tables and settings give the same predictions on every "
        "machine.",
        LODE_CAP_CANONICAL | LODE_CAP_METRICS_VARY));
