#!/usr/bin/python3
"""Compares the JSON schema of pipelines with the host's messages.

usage: schema_test.py LODE RESOLVE_FILES SOURCE_DIR
"""
import copy
import json
import os
import random
import re
import subprocess
import sys
import tempfile
import tomllib
import unittest
from pathlib import Path

import jsonschema

LODE, RESOLVE_FILES, SOURCE = (os.path.abspath(argument) for argument in sys.argv[1:4])
SOURCE = Path(SOURCE)
CORPUS = SOURCE / "tests/corpus/pipeline"

# Mistakes that a single file does not show, or that break a rule between values.
LEFT_TO_VALIDATION = re.compile(
    "|".join(
        [
            "no oracle has the metric",
            "the test split",
            "the reward's transform needs an accuracy",
            "needs an accuracy in percent",
            "'reference' means nothing without",
            "needs 'reference', AccEnv",
            "'marks' must ascend",
            "there is no file",
            "is not a file",
            "is a goal twice",
            "no value is at least",
            "a 'penalty_weight' above 0",
            "a penalty has one limit",
            "a penalty is made of",
            "is given twice: beside `use`",
            "from the environment",
            "the environment variable",
            "has the value '.*' twice",
            "is not a regular file",
            "cannot be read",
            "there is no element",
            "\\[grid\\] has no values for",
            "which it is zipped with",
            "'zip' has '.*' twice",
            "is zipped in \\[grid\\]",
        ]
    )
)
# A name that is wrong, but may come from the environment.
FROM_ENVIRONMENT = re.compile(
    "there is no|is not one of|is outside|may be given once|no such preset|no preset|not a path like|has no '")
# Mistakes in something that may be missing from a layer.
MISSING = re.compile(
    "has no \\[|needs '|needs `use`|belongs to no component|cannot be measured|\\] to change: a table of numbers")


def to_toml(value):
    """Returns a value in TOML's notation, with every table inline."""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, (int, float)):
        return repr(value)
    if isinstance(value, str):
        return json.dumps(value)
    if isinstance(value, list):
        return "[" + ", ".join(map(to_toml, value)) + "]"
    return "{" + ", ".join(f"{json.dumps(k)} = {to_toml(v)}" for k, v in value.items()) + "}"


def document(pipeline):
    return "".join(f"{json.dumps(k)} = {to_toml(v)}\n" for k, v in pipeline.items())


def replaced_by_grid(pipeline, error):
    """Whether a value is replaced at every point: the host never looks at it, the schema does."""
    path = ".".join(map(str, error.absolute_path))
    grid = pipeline.get("grid")
    return isinstance(grid, dict) and any(path.startswith(axis) for axis in grid)


def is_layer(pipeline):
    table = pipeline.get("pipeline")
    named = isinstance(table, dict) and "name" in table
    return not named or "include" in pipeline or "grid" in pipeline


def errors_of(validator, pipeline):
    return [f"{list(e.absolute_path)}: {e.message[:200]}" for e in validator.iter_errors(pipeline)]


def edit(pipeline, path, value):
    """Returns a copy with the value at a path of keys changed, or removed if it is None."""
    changed = copy.deepcopy(pipeline)
    inner = changed
    for key in path[:-1]:
        inner = inner[key] if isinstance(key, int) else inner.setdefault(key, {})
    if value is None:
        del inner[path[-1]]
    else:
        inner[path[-1]] = value
    return changed


class ShippedTest(unittest.TestCase):
    """Tests the schema that is checked in, and the program."""

    @classmethod
    def setUpClass(cls):
        schema = json.loads((SOURCE / "configs/pipeline.schema.json").read_text())
        jsonschema.Draft7Validator.check_schema(schema)
        cls.validator = jsonschema.Draft7Validator(schema)
        cls.base = tomllib.loads((SOURCE / "configs/darts/analytic.toml").read_text())

    def validate(self, directory, pipeline):
        file = Path(directory) / "pipeline.toml"
        file.write_text(document(pipeline))
        environment = {"XDG_CACHE_HOME": directory, "PATH": os.environ["PATH"]}
        return subprocess.run(
            [LODE, "validate", file], env=environment, capture_output=True, text=True, check=False
        )

    def test_every_shipped_pipeline_is_valid(self):
        configs = SOURCE / "configs"
        files = sorted(configs.rglob("*.toml"))
        self.assertTrue(files)
        for file in files:
            text = file.read_text()
            schema = os.path.relpath(configs / "pipeline.schema.json", file.parent)
            self.assertTrue(text.startswith(f"#:schema {schema}\n"), file)
            self.assertEqual(errors_of(self.validator, tomllib.loads(text)), [], file)

    def test_the_examples_of_the_pages_are_valid(self):
        for page in sorted(SOURCE.glob("plugins/**/REFERENCE.md")):
            for example in re.findall("```toml\n(.*?)```", page.read_text(), re.DOTALL):
                table = tomllib.loads(example)
                self.assertEqual(errors_of(self.validator, table), [], example)
                pipeline = copy.deepcopy(self.base) | table
                self.assertEqual(errors_of(self.validator, pipeline), [], example)

    def test_right_variants(self):
        self.check(
            [
                (("optimizer",), {"use": "rea", "population": 5, "l2nas": {"preset": "paper"}}),
                (("optimizer", "quantile"), "${QUANTILE:-0.5}"),
                (("oracle",), [{"use": "analytic"}]),
                (("oracle", "ofa"), {"latency": {"table": "x.yaml"}}),
                (("exploration",), {"use": "warm_up"}),
                (("exploration",), []),
                (("pipeline", "seeds"), [4, 2]),
                (("pipeline", "seeds"), "${SEEDS:-3}"),
                (("pipeline", "description"), "costs $5, $${x} and ${HOME:-}"),
                (("reward", "limits"), [{"metric": "params", "min": 1, "max": 2}]),
                (("grid",), {"optimizer.use": ["rea", "random"], "space.cells": [8, 20]}),
                (
                    ("grid",),
                    {
                        "optimizer.use": ["rea", "random"],
                        "space.cells": [8, 20],
                        "zip": ["optimizer.use", "space.cells"],
                    },
                ),
            ],
            right=True,
        )

    def test_wrong_variants(self):
        self.check(
            [
                (("pipline",), {}),
                (("pipeline", "name"), "a/b"),
                (("pipeline", "name"), ""),
                (("pipeline", "seeds"), 0),
                (("pipeline", "seeds"), []),
                (("pipeline", "seeds"), [1, 1]),
                (("pipeline", "seeds"), [-1]),
                (("pipeline", "seeds"), "three"),
                (("pipeline", "sedes"), 3),
                (("pipeline", "description"), "${"),
                (("pipeline", "description"), "${a-b}"),
                (("space",), None),
                (("space", "use"), None),
                (("space", "use"), "dart"),
                (("space", "use"), "l2nas"),
                (("space", "cells"), 0),
                (("space", "cells"), 20.5),
                (("space", "cells"), "20"),
                (("space", "network"), "imagenet1k"),
                (("space", "auxiliary"), 1),
                (("space",), [{"use": "darts"}]),
                (("oracle",), []),
                (("oracle",), [{"use": "analytic"}, "analytic"]),
                (("oracle",), {"use": "nb201.latency", "column": "x"}),
                (("oracle", "nb201"), {"latency": {"column": "x"}}),
                (("oracle", "nb201"), {"latncy": {"column": "x"}}),
                (("oracle", "nb201"), {}),
                (("reward",), None),
                (("reward", "metric"), None),
                (("reward", "transform"), "log"),
                (("reward", "scale"), 0),
                (("reward", "limits"), {"metric": "params", "max": 3}),
                (("reward", "limits"), [{"metric": "params"}]),
                (("reward", "limits"), [{"max": 3}]),
                (("reward", "limits"), [{"metric": "params", "maximum": 3}]),
                (("reward", "add"), [{"metric": "params"}]),
                (("reward", "goals"), [{"metric": "params"}]),
                (("reward", "goals"), [{"metric": "params", "max": 1}, {"metric": "macs"}]),
                (("optimizer",), None),
                (("optimizer", "quantile"), 1),
                (("optimizer", "quantile"), 0),
                (("optimizer", "beta1"), 1),
                (("optimizer", "population"), 5),
                (("optimizer", "preset"), "papr"),
                (("optimizer", "rea"), {"top_k": 5}),
                (("optimizer", "rea"), {"population": 0}),
                (("optimizer", "real"), {"population": 5}),
                (("exploration",), [{"steps": 5}]),
                (("exploration",), [{"use": "warm_up", "steps": -1}]),
                (("exploration",), 3),
                (("budget",), None),
                (("budget",), {}),
                (("budget",), {"steps": 0}),
                (("budget", "unique_queries"), 0),
                (("budget", "marks"), 5),
                (("budget", "marks"), [0]),
                (("execution",), {"on_error": "halt"}),
                (("plugins",), {"paths": "lib"}),
                (("include",), 3),
                (("grid",), {"space.cells": 20}),
                (("grid",), {"space.cells": []}),
                (("grid",), {"space.cells": [0]}),
                (("grid",), {"spice.cells": [20]}),
                (("grid",), {"plugins.paths": [["x"]]}),
                (("grid",), {"space.cells": [8, 20], "zip": "space.cells"}),
                (("grid",), {"space.cells": [8, 20], "zip": ["space.cells"]}),
                (("grid",), {"space.cells": [8, 20], "zip": ["space.cells", 3]}),
                (("oracle",), {"0": {"latency": 3}}),
                (("exploration",), {"0": {"steps": 3}}),
                (("exploration",), {"0": {"steps": 3}, "use": "warm_up"}),
                (("reward", "limits"), {"0": {"max": 3}}),
                (("reference",), {"0": {"mean": 3}}),
                (("reference",), {"label": "x", "mean": 3}),
                (("reference",), [{"label": "x"}]),
                (("reference",), [{"label": "x", "mean": 3, "std": -1}]),
                (("reference",), [{"label": "x", "mean": 3, "where": 3}]),
            ],
            right=False,
        )

    def test_elements_of_lists_in_a_layer_below(self):
        base = dict(self.base)
        base["oracle"] = [{"use": "analytic"}]
        base["exploration"] = [{"use": "warm_up"}]
        base["reward"] = base["reward"] | {"limits": [{"metric": "params", "max": 3}]}
        for over, right in [
            ({"exploration": {"0": {"steps": 5}}}, True),
            ({"exploration": {"0": {"use": "epsilon_greedy", "end": 0.5}}}, True),
            ({"oracle": {"0": {"use": "analytic"}}}, True),
            ({"reward": {"limits": {"0": {"max": 7}}}}, True),
            ({"exploration": {"0": {"stepz": 5}}}, False),
            ({"exploration": {"0": 5}}, False),
            ({"reward": {"limits": {"0": {"maximum": 7}}}}, False),
            ({"exploration": {"0": {"steps": 5}, "use": "warm_up"}}, False),
        ]:
            with self.subTest(over=over), tempfile.TemporaryDirectory() as directory:
                (Path(directory) / "base.toml").write_text(document(base))
                layer = {"include": "base.toml"} | over
                outcome = self.validate(directory, layer)
                self.assertEqual(outcome.returncode, 0 if right else 2, outcome.stderr)
                self.assertEqual(not errors_of(self.validator, layer), right)

    def check(self, variants, right):
        with tempfile.TemporaryDirectory() as directory:
            for path, value in variants:
                pipeline = edit(self.base, path, value)
                with self.subTest(path=path, value=value):
                    errors = errors_of(self.validator, pipeline)
                    outcome = self.validate(directory, pipeline)
                    if right:
                        self.assertEqual(errors, [])
                        missing = "there is no file" in outcome.stderr
                        self.assertTrue(outcome.returncode == 0 or missing, outcome.stderr)
                    else:
                        self.assertNotEqual(errors, [])
                        self.assertEqual(outcome.returncode, 2, outcome.stderr)

    def test_components_of_other_plugins_are_included(self):
        with tempfile.TemporaryDirectory() as directory:
            plugin = Path(LODE).parent.parent / "tests/plugins/picky.lode.so"
            environment = {"XDG_CACHE_HOME": directory}
            command = [LODE, "describe", "--schema"]
            plain = subprocess.run(command, env=environment, capture_output=True, check=True)
            more = subprocess.run(
                [*command, "--plugin", plugin], env=environment, capture_output=True, check=True
            )
            added = json.loads(more.stdout)["definitions"].keys()
            added -= json.loads(plain.stdout)["definitions"].keys()
            self.assertTrue(any("picky" in name for name in added), added)


class DifferentialTest(unittest.TestCase):
    """Tests mutants of the corpus, whose components have parameters of every kind."""

    MUTANTS = int(os.environ.get("LODE_MUTANTS", "1200"))

    # Values that fit somewhere, nearly fit, or fit nowhere.
    VALUES = [
        True, 0, 1, -1, 2, 5, 7, 40, 101, 10**7, 0.5, 1.5, -0.25, 1e-9,
        "", "x", "ring", "rea", "l2nas", "random", "acme.table", "warm_up", "cifar10", "paper",
        "${LODE_TEST_UNSET:-5}", "${LODE_TEST_UNSET:-x}", "a ${LODE_TEST_UNSET:-x}", "${", "$${",
        "params", "latency", "valid_accuracy", "penalty", "exponential", "table.tsv", ".", "a/b",
        [], [1], [1, 1], [0.5, 2], ["a"], [[1]], [{}], {}, {"use": "rea"}, {"x": 1},
        [{"use": "warm_up"}], [{"use": "latency", "device": "d"}], [{"metric": "params"}],
        [{"metric": "params", "max": 3}], [{"metric": "params", "weight": 3}],
        {"population": 3}, {"population": 1}, {"table": {"dataset": "cifar100"}},
        {"device": "d"}, {"ring": {"size": 3}}, {"dataset": "cifar11"},
    ]
    KEYS = [
        "use", "preset", "policy", "size", "device", "dataset", "population", "sample", "top_k",
        "lr", "hidden", "decay", "tags", "log_loss", "steps", "end", "rea", "l2nas", "latency",
        "acme", "acme.table", "varying", "name", "seeds", "description", "metric", "transform",
        "reference", "limits", "add", "goals", "scale", "max", "min", "weight", "unique_queries",
        "marks", "patience", "on_error", "paths", "include", "grid", "pipeline", "space",
        "oracle", "reward", "exploration", "optimizer", "budget", "execution", "plugins",
        "space.size", "optimizer.use", "oracle.dataset", "budget.steps", "where", "std", "x",
    ]

    def containers(self, value):
        if isinstance(value, (dict, list)):
            yield value
            for inner in value.values() if isinstance(value, dict) else value:
                yield from self.containers(inner)

    def mutate(self, pipeline, draw):
        for _ in range(draw.choice([1, 1, 1, 2, 3])):
            place = draw.choice(list(self.containers(pipeline)))
            value = copy.deepcopy(draw.choice(self.VALUES))
            keys = list(place) if isinstance(place, dict) else list(range(len(place)))
            how = draw.randrange(4)
            if how == 0 and keys:
                del place[draw.choice(keys)]
            elif how <= 2 and keys:
                place[draw.choice(keys)] = value
            elif isinstance(place, dict):
                place[draw.choice(self.KEYS)] = value
            else:
                place.append(value)

    def pipelines(self):
        seeds = [tomllib.loads(file.read_text()) for file in sorted(CORPUS.glob("*.toml"))]
        whole = copy.deepcopy(seeds[1])  # everything.toml, without the keys that make it a layer
        del whole["grid"]
        del whole["reference"]
        yield from seeds
        yield whole
        draw = random.Random(self.MUTANTS)
        for _ in range(self.MUTANTS):
            pipeline = copy.deepcopy(draw.choice([*seeds, whole, whole, whole]))
            self.mutate(pipeline, draw)
            yield pipeline

    def test_the_host_and_the_schema_agree(self):
        with tempfile.TemporaryDirectory() as directory:
            (Path(directory) / "table.tsv").write_text("")
            pipelines = list(self.pipelines())
            for i, pipeline in enumerate(pipelines):
                (Path(directory) / f"{i}.toml").write_text(document(pipeline))
            found = json.loads(subprocess.check_output([RESOLVE_FILES, directory]))
        jsonschema.Draft7Validator.check_schema(found["schema"])
        validator = jsonschema.Draft7Validator(found["schema"])
        counts = {True: 0, False: 0}
        disagreements = []
        for i, pipeline in enumerate(pipelines):
            mistakes = found["mistakes"][f"{i}.toml"]
            errors = list(validator.iter_errors(pipeline))
            counts[not errors] += 1
            if errors and not mistakes:
                seen = [e.message for e in errors if not replaced_by_grid(pipeline, e)]
                if seen:
                    disagreements.append((document(pipeline), "schema", seen))
            elif mistakes and not errors:
                left = [m for m in mistakes if not LEFT_TO_VALIDATION.search(m)]
                if "LODE_TEST_UNSET" in document(pipeline):
                    left = [m for m in left if not FROM_ENVIRONMENT.search(m)]
                if "grid" in pipeline:  # a path that suits a component other than the one in use
                    left = [m for m in left if "has no parameter" not in m]
                if is_layer(pipeline):
                    left = [m for m in left if not MISSING.search(m)]
                if left:
                    disagreements.append((document(pipeline), "host", left))
        for pipeline, who, reasons in disagreements[:10]:
            print(f"only the {who} refuses\n{pipeline}{reasons}", file=sys.stderr)
        self.assertEqual(len(disagreements), 0)
        self.assertGreater(min(counts.values()), self.MUTANTS // 10, counts)


if __name__ == "__main__":
    unittest.main(argv=sys.argv[:1])
