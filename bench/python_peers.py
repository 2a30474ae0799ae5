#!/usr/bin/python3
"""Compares the optimizers tpe and bo with Optuna and SMAC3 on the six columns of NAS-Bench-201.

usage: python_peers.py LODE [--seeds N] [--first-seed N] [--queries N] [--jobs N] [--methods NAME ...]
                       [--columns NAME ...]

Installs Optuna 5, SMAC3 and PyTorch (for Optuna's GPSampler) from PyPI into build/python_peers, about 6 GB, unless
they are there. All methods get the same seeds and the same number of distinct architectures (150 if left out): one that
a method proposes again is free, since its accuracy is known, and is told again. A peer has its default settings and six
categorical parameters, one for each edge; its search ends early when it has found the best architecture of the table.
Two proposals out of three may be repeats before a peer's search ends. Its searches are kept in
build/python_peers/searches, so that an interrupted comparison continues; remove them to repeat them.

Prints for each method and column the best accuracy after all queries (mean and sample standard deviation over the
seeds), the median number of queries to the best of the table, and the milliseconds of processor time for each trial, of
asking and telling on one thread (bench/table_queries of the same build measures it for Lode's optimizers, with the
lookup in the table). What Lode's whole process takes for each trial, with its start and its store, is in brackets.
"""
import argparse
import concurrent.futures
import gzip
import itertools
import json
import os
import pathlib
import resource
import sqlite3
import statistics
import subprocess
import sys
import tempfile
import time

ROOT = pathlib.Path(__file__).resolve().parent.parent
ENVIRONMENT = ROOT / "build/python_peers"
SEARCHES = ENVIRONMENT / "searches"
PACKAGES = ["optuna==5.*", "smac==2.*", "torch", "scipy"]
OPERATIONS = ["none", "skip_connect", "nor_conv_1x1", "nor_conv_3x3", "avg_pool_3x3"]
COLUMNS = {f"{dataset}_{split}": (dataset, split)
           for dataset, split in itertools.product(("cifar10", "cifar100", "imagenet16"), ("valid", "test"))}
PEERS = {"tpe": ["optuna-tpe"], "bo": ["optuna-tpe", "optuna-gp", "smac"]}  # what each of ours is compared with


def enter_environment():
    """Continues in the virtual environment, which is made first if it does not exist."""
    python = ENVIRONMENT / "bin/python3"
    done = ENVIRONMENT / "installed"
    if not done.exists():
        print(f"installing {', '.join(PACKAGES)} into {ENVIRONMENT}", file=sys.stderr)
        subprocess.run([sys.executable, "-m", "venv", ENVIRONMENT], check=True)
        subprocess.run([python, "-m", "pip", "install", "--quiet", *PACKAGES], check=True)
        done.touch()
    if pathlib.Path(sys.prefix) != ENVIRONMENT:
        os.environ.update(OMP_NUM_THREADS="1", OPENBLAS_NUM_THREADS="1", MKL_NUM_THREADS="1")
        os.execv(python, [python, *sys.argv])


def read_column(dataset, split):
    """Returns the accuracy of each architecture of a column."""
    with gzip.open(ROOT / "plugins/spaces/nb201/nb201.tsv.gz", "rt", encoding="utf-8") as file:
        names = file.readline().rstrip("\n").split("\t")
        column = names.index(f"{dataset}_{split}")
        return {row[0]: float(row[column]) for row in (line.split("\t") for line in file)}


def cell(operations):
    o = [f"{name}~{source}" for name, source in zip(operations, (0, 0, 1, 0, 1, 2))]
    return f"|{o[0]}|+|{o[1]}|{o[2]}|+|{o[3]}|{o[4]}|{o[5]}|"


class OptunaSearch:
    def __init__(self, sampler, seed):
        import optuna
        optuna.logging.set_verbosity(optuna.logging.ERROR)
        self.study = optuna.create_study(direction="maximize", sampler=getattr(optuna.samplers, sampler)(seed=seed))

    def ask(self):
        self.trial = self.study.ask()
        return [self.trial.suggest_categorical(f"edge{i}", OPERATIONS) for i in range(6)]

    def tell(self, accuracy):
        self.study.tell(self.trial, accuracy)


class SmacSearch:
    def __init__(self, seed, trials, directory):
        import ConfigSpace
        import smac
        space = ConfigSpace.ConfigurationSpace({f"edge{i}": OPERATIONS for i in range(6)}, seed=seed)
        scenario = smac.Scenario(space, deterministic=True, n_trials=trials, seed=seed, output_directory=directory)
        self.facade = smac.HyperparameterOptimizationFacade(scenario, lambda config, seed=0: 0, logging_level=False,
                                                            overwrite=True)
        self.value = smac.runhistory.dataclasses.TrialValue

    def ask(self):
        self.info = self.facade.ask()
        return [self.info.config[f"edge{i}"] for i in range(6)]

    def tell(self, accuracy):
        self.facade.tell(self.info, self.value(cost=-accuracy))


def search_by_peer(method, dataset, split, seed, queries):
    """Returns the best accuracy after each query, and the processor time and number of trials."""
    accuracies = read_column(dataset, split)
    optimum, most = max(accuracies.values()), 3 * queries
    with tempfile.TemporaryDirectory() as directory:
        search = SmacSearch(seed, queries, pathlib.Path(directory)) if method == "smac" else OptunaSearch(
            {"optuna-tpe": "TPESampler", "optuna-gp": "GPSampler"}[method], seed)
        seen, best, trials = set(), [], 0
        begin = time.process_time()
        while len(best) < queries and trials < most and (not best or best[-1] < optimum):
            architecture = cell(search.ask())
            search.tell(accuracies[architecture])
            trials += 1
            if architecture not in seen:
                seen.add(architecture)
                best.append(max([accuracies[architecture], *best[-1:]]))
        return {"best": best, "seconds": time.process_time() - begin, "trials": trials}


def search_by_peer_alone(*search):
    """The same in a process of its own, so that no search shares a state with another. A search that an earlier run has
    done is not repeated, since all of them take hours."""
    done = SEARCHES / f"{'-'.join(map(str, search))}.json"
    if not done.exists():
        command = [sys.executable, __file__, "--search", *map(str, search)]
        found = subprocess.run(command, check=True, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL).stdout
        SEARCHES.mkdir(exist_ok=True)
        partial = done.with_suffix(".part")
        partial.write_bytes(found)
        partial.rename(done)
    return json.loads(done.read_text(encoding="utf-8"))


def search_by_lode(lode, method, dataset, split, seeds, queries):
    """Yields the same for each seed; the time is the mean of all."""
    metric = f"{split}_accuracy"
    with tempfile.TemporaryDirectory() as out:
        command = [lode, "run", ROOT / f"configs/nb201/{method}.toml", "--out", out, "--json", "--progress", "0",
                   "--jobs", "1", "--seeds", ",".join(map(str, seeds)),
                   "--set", f"oracle.dataset={dataset}", "--set", f"reward.metric={metric}",
                   "--set", "reward.allow_test=true", "--set", f"budget={{unique_queries={queries}, marks=[]}}"]
        before = processor_time_of_children()
        subprocess.run(command, check=True, stdout=subprocess.DEVNULL)
        seconds = (processor_time_of_children() - before) / len(seeds)
        for seed in seeds:
            with sqlite3.connect(pathlib.Path(out) / f"seed-{seed}/run.db") as store:
                rows = store.execute(f"SELECT architecture, {metric} FROM trials ORDER BY step").fetchall()
            first = dict(reversed(rows))  # of each architecture, in the order of the last mention
            order = list(dict.fromkeys(architecture for architecture, _ in rows))
            best = list(itertools.accumulate((first[architecture] for architecture in order), max))
            yield {"best": best, "seconds": seconds, "trials": len(rows)}


def milliseconds_of_trials(options, method):
    """Returns the processor time of asking, looking up and telling in each column."""
    program = pathlib.Path(options.lode).resolve().parent.parent / "bench/table_queries"
    command = [program, method, *map(str, (options.first_seed, options.seeds, options.queries))]
    lines = subprocess.run(command, check=True, stdout=subprocess.PIPE, text=True).stdout.splitlines()
    of_columns = {column: float(line.split()[-2]) for column, line in zip(COLUMNS, lines, strict=True)}
    return {column: of_columns[column] for column in options.columns}


def processor_time_of_children():
    usage = resource.getrusage(resource.RUSAGE_CHILDREN)
    return usage.ru_utime + usage.ru_stime


def run_all(options):
    """Returns the searches of each method and column."""
    seeds = range(options.first_seed, options.first_seed + options.seeds)
    results, begin = {}, time.monotonic()
    with concurrent.futures.ThreadPoolExecutor(options.jobs) as pool:
        for done, (method, column) in enumerate(itertools.product(options.methods, options.columns)):
            if method in PEERS:
                searches = list(search_by_lode(options.lode, method, *COLUMNS[column], seeds, options.queries))
            else:
                searches = list(pool.map(lambda seed: search_by_peer_alone(
                    method, *COLUMNS[column], seed, options.queries), seeds))
            results[method, column] = searches
            print(f"{done + 1}/{len(options.methods) * len(options.columns)} columns, {time.monotonic() - begin:.0f} s",
                  file=sys.stderr)
    return results


def queries_to(optimum, search, queries):
    best = search["best"]
    return best.index(optimum) + 1 if optimum in best else queries + 1


def summarize(searches, optimum, queries):
    """`ms`: of each trial. `whole`: the same with all that the process does, for Lode."""
    last = [search["best"][-1] for search in searches]
    median = statistics.median(queries_to(optimum, search, queries) for search in searches)
    milliseconds = 1000 * sum(s["seconds"] for s in searches) / sum(s["trials"] for s in searches)
    return {"last": last, "median": median, "ms": milliseconds}


def print_methods(options, summaries):
    print(f"\n{options.seeds} seeds from {options.first_seed}, {options.queries} distinct architectures\n")
    print("| | " + " | ".join(options.columns) + " |")
    print("|---" * (len(options.columns) + 1) + "|")
    for method in options.methods:
        cells = []
        for column in options.columns:
            s = summaries[method, column]
            median = f"{s['median']:g}" if s["median"] <= options.queries else f"> {options.queries}"
            whole = f" ({s['whole']:.2f})" if "whole" in s else ""
            cells.append(f"{statistics.mean(s['last']):.2f} ± {statistics.stdev(s['last']):.2f}; {median};"
                         f" {s['ms']:.2f}{whole} ms")
        print(f"| {method} | " + " | ".join(cells) + " |")


def print_comparisons(options, summaries):
    """Ours beside each peer: difference of the means, whether ours is worse, and shares of queries and of time."""
    from scipy.stats import mannwhitneyu
    print("\nours less a peer's mean (p of ours being worse, Mann-Whitney); ours / peer's median; peer's time / ours\n")
    for ours, peers in PEERS.items():
        for peer in peers:
            if not {ours, peer} <= set(options.methods):
                continue
            for column in options.columns:
                a, b = summaries[ours, column], summaries[peer, column]
                p = mannwhitneyu(a["last"], b["last"], alternative="less").pvalue
                more = ">" if b["median"] > options.queries else ""
                share = "-" if a["median"] > options.queries else (
                    f"{'< ' if more else ''}{a['median'] / min(b['median'], options.queries):.2f}")
                print(f"{ours:4} {peer:11} {column:16}"
                      f"  {statistics.mean(a['last']) - statistics.mean(b['last']):+.3f} (p = {p:.3f})"
                      f"  {share}  {b['ms'] / a['ms']:.0f}")


def main():
    if sys.argv[1:2] == ["--search"]:
        method, dataset, split, seed, queries = sys.argv[2:]
        print(json.dumps(search_by_peer(method, dataset, split, int(seed), int(queries))))
        return
    methods = [*PEERS, *dict.fromkeys(itertools.chain(*PEERS.values()))]
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("lode", help="the program")
    parser.add_argument("--seeds", type=int, default=30)
    parser.add_argument("--first-seed", type=int, default=50000)
    parser.add_argument("--queries", type=int, default=150)
    parser.add_argument("--jobs", type=int, default=os.cpu_count(), help="searches of peers at the same time")
    parser.add_argument("--methods", nargs="+", choices=methods, default=methods)
    parser.add_argument("--columns", nargs="+", choices=list(COLUMNS), default=list(COLUMNS))
    options = parser.parse_args()
    enter_environment()
    results = run_all(options)
    optima = {column: max(read_column(*COLUMNS[column]).values()) for column in options.columns}
    summaries = {(method, column): summarize(searches, optima[column], options.queries)
                 for (method, column), searches in results.items()}
    for method in set(options.methods) & set(PEERS):
        for column, milliseconds in milliseconds_of_trials(options, method).items():
            summary = summaries[method, column]
            summary["whole"], summary["ms"] = summary["ms"], milliseconds
    print_methods(options, summaries)
    print_comparisons(options, summaries)


if __name__ == "__main__":
    main()
