#!/usr/bin/python3
"""Networks of NAS-Bench-201 cells and their training, compared with PyTorch's.

pytorch_test.py PROGRAM: PROGRAM is nb201_networks_step, whose source describes what it writes. This test does the
same steps in double precision with torch.nn.functional, torch.optim and its schedulers, from the same weights and
batches; every gradient, parameter, running moment with a path to the output, and every logit must be equal to within
1e-5, relative to values above 1. Where the input of a ReLU is closer to 0 than single precision can tell, its gradient
may or may not be 0, in PyTorch as in Lode: from a step that differs for this reason on, a training is no longer
compared, and most trainings must be compared to their ends. Exit status: 0, 1, or 77 if PyTorch is missing.
"""

import json
import math
import pathlib
import random
import struct
import subprocess
import sys
import tempfile
import unittest
import warnings

try:
    import torch
except ImportError:
    sys.exit(77)
import torch.nn.functional as F

EDGES = ((0, 1), (0, 2), (1, 2), (0, 3), (1, 3), (2, 3))
OPERATIONS = ("none", "skip_connect", "nor_conv_1x1", "nor_conv_3x3", "avg_pool_3x3")
CONVOLUTIONS = {"nor_conv_1x1": "conv1x1", "nor_conv_3x3": "conv3x3"}
TOLERANCE = 1e-5
TOO_CLOSE = 1e-5  # distance of a ReLU's input from 0
PROGRAM = None


def cell_string(operations):
    edges = [f"|{op}~{source}" for op, (source, _) in zip(operations, EDGES)]
    return edges[0] + "|+" + "".join(edges[1:3]) + "|+" + "".join(edges[3:]) + "|"


def cell_operations(text):
    return [edge.split("~")[0] for edge in text.replace("+", "").split("|") if edge]


def live_edges(operations):
    """The edges with a path to the output."""
    reached, live = {3}, set()
    for edge in reversed(range(len(EDGES))):
        source, to = EDGES[edge]
        if operations[edge] != "none" and to in reached:
            live.add(edge)
            reached.add(source)
    return live


def read_safetensors(path):
    data = path.read_bytes()
    (length,) = struct.unpack("<Q", data[:8])
    header = json.loads(data[8:8 + length])
    metadata = header.pop("__metadata__")
    tensors = {}
    for name, entry in header.items():
        begin, end = (8 + length + offset for offset in entry["data_offsets"])
        flat = torch.frombuffer(bytearray(data[begin:end]) or bytearray(4), dtype=torch.float32)
        tensors[name] = flat[:(end - begin) // 4].reshape(entry["shape"]).double()
    return tensors, metadata


def with_prefix(tensors, prefix):
    return {name[len(prefix):]: t.clone() for name, t in tensors.items() if name.startswith(prefix)}


class Network:
    """The network as in the paper, on tensors with our names."""

    def __init__(self, tensors, operations, tracks_moments, mixture=None):
        self.tensors = tensors
        self.operations = operations
        self.mixture = mixture  # of all operations of each edge; None: only self.operations
        self.tracks_moments = tracks_moments  # in cells
        self.training = True
        self.closest = math.inf  # distance from 0 of this step's nonzero ReLU inputs

    def relu(self, x):
        away = x.detach().abs()
        self.closest = min([self.closest, *away[away > 0].flatten().sort()[0][:1].tolist()])
        return F.relu(x)

    def norm(self, x, name):
        t = self.tensors
        if ".edge" in name and not self.tracks_moments:
            return F.batch_norm(x, None, None, t.get(name + ".weight"), t.get(name + ".bias"), True, 0.1, 1e-5)
        return F.batch_norm(x, t[name + ".running_mean"], t[name + ".running_variance"],
                            t[name + ".weight"], t[name + ".bias"], self.training, 0.1, 1e-5)

    def conv_norm(self, x, name, stride=1):
        weight = self.tensors[name + ".weight"]
        return self.norm(F.conv2d(x, weight, None, stride, weight.shape[2] // 2), name + ".norm")

    def edge(self, x, operation, name):
        if operation in CONVOLUTIONS:
            return self.conv_norm(self.relu(x), f"{name}.{CONVOLUTIONS[operation]}")
        if operation == "avg_pool_3x3":
            return F.avg_pool2d(x, 3, 1, 1, count_include_pad=False)
        return x if operation == "skip_connect" else x.mul(0)

    def cell(self, x, name):
        nodes = [x]
        for node in (1, 2, 3):
            nodes.append(sum(self.mixed_edge(nodes[source], e, f"{name}.edge{e}")
                             for e, (source, to) in enumerate(EDGES) if to == node))
        return nodes[3]

    def mixed_edge(self, x, e, name):
        if self.mixture is None:
            return self.edge(x, self.operations[e], name)
        return sum(weight * self.edge(x, operation, name)
                   for operation, weight in zip(OPERATIONS, self.mixture[e]) if weight.item() != 0)

    def block(self, x, name):
        y = self.relu(self.conv_norm(self.relu(x), name + ".first", 2))
        beside = F.conv2d(F.avg_pool2d(x, 2), self.tensors[name + ".shortcut"])
        return beside + self.conv_norm(y, name + ".second")

    def __call__(self, x):
        x = self.conv_norm(x, "stem")
        for stage in range(3):
            if stage:
                x = self.block(x, f"stage{stage}_block")
            x = self.cell(x, f"stage{stage}_cell0")
        x = self.relu(self.norm(x, "head")).mean((2, 3))
        return F.linear(x, self.tensors["classifier.weight"], self.tensors["classifier.bias"])


class Training:
    """The steps of one file, repeated."""

    def __init__(self, tensors, metadata):
        self.given = tensors
        self.numbers = {k: float(v) for k, v in metadata.items() if k not in ("cell", "form")}
        self.operations = cell_operations(metadata["cell"])
        state = with_prefix(tensors, "before.")
        self.parameters = {n: t.requires_grad_() for n, t in state.items() if "running" not in n}
        self.mixture = tensors["mixture"].requires_grad_() if "mixture" in tensors else None
        self.network = Network(state, self.operations, self.numbers["tracks_moments"] == 1,
                               None if self.mixture is None else self.mixture.reshape(len(EDGES), -1))
        self.losses = []  # of the epoch, summed over each batch's images
        self.sgd = torch.optim.SGD(
            self.parameters.values(), self.numbers["learning_rate"],
            momentum=self.numbers["momentum"], weight_decay=self.numbers["weight_decay"],
            nesterov=self.numbers["nesterov"] == 1)
        self.schedule = self.make_schedule()

    def make_schedule(self):
        steps, warm_up = int(self.numbers["steps"]), int(self.numbers["warm_up_steps"])
        schedulers = torch.optim.lr_scheduler
        if self.numbers["by_epoch"]:
            epochs = steps // int(self.numbers["batches"])
            return schedulers.CosineAnnealingLR(self.sgd, epochs, self.numbers["final_learning_rate"])
        if not warm_up:
            return schedulers.CosineAnnealingLR(self.sgd, steps,
                                                self.numbers["final_learning_rate"])
        rise = schedulers.LinearLR(self.sgd, 1 / warm_up, 1, warm_up - 1)
        fall = schedulers.CosineAnnealingLR(self.sgd, steps - warm_up,
                                            self.numbers["final_learning_rate"])
        return schedulers.SequentialLR(self.sgd, [rise, fall], [warm_up])

    def step(self, k):
        size = len(self.given[f"images.{k}"])
        in_epoch = k % int(self.numbers["batches"])
        first = in_epoch * int(self.numbers["batch"])
        labels = torch.arange(first, first + size) % int(self.numbers["classes"])
        self.sgd.zero_grad(set_to_none=True)
        self.network.closest = math.inf
        if self.mixture is not None:
            self.mixture.grad = None
            self.network.mixture = self.mixture.reshape(len(EDGES), -1)
        logits = self.network(self.given[f"images.{k}"])
        F.cross_entropy(logits, labels, label_smoothing=self.numbers["label_smoothing"]).backward()
        self.losses = self.losses[:in_epoch] + [(F.cross_entropy(logits, labels).item(), size)]
        norm = torch.nn.utils.clip_grad_norm_(self.parameters.values(),
                                              self.numbers["clip_norm"] or math.inf).item()
        self.sgd.step()
        if not self.numbers["by_epoch"] or in_epoch + 1 == self.numbers["batches"]:
            self.schedule.step()
        return logits.detach(), norm

    def train_loss(self):
        """The mean of the last epoch, over its images."""
        return (sum(loss * size for loss, size in self.losses)
                / sum(size for _, size in self.losses))

    def evaluate(self):
        self.network.training = False
        with torch.no_grad():
            return self.network(self.given["images.0"])


def cells():
    """Cells with all edges alike, with a dead convolution, with one that gets zeros, and random ones."""
    some = [[operation] * 6 for operation in OPERATIONS]
    some.append(["nor_conv_3x3", "none", "none", "skip_connect", "none", "none"])
    some.append(["none", "nor_conv_1x1", "nor_conv_3x3", "none", "nor_conv_3x3", "avg_pool_3x3"])
    draw = random.Random(2)
    some += [draw.choices(OPERATIONS, k=6) for _ in range(6)]
    return [cell_string(operations) for operations in some]


class PyTorchTest(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        torch.set_num_threads(1)
        warnings.filterwarnings("ignore", message="The epoch parameter")  # caused by PyTorch itself
        with tempfile.TemporaryDirectory() as directory:
            subprocess.run([PROGRAM, directory, *cells()], check=True)
            cls.files = [read_safetensors(path)
                         for path in sorted(pathlib.Path(directory).glob("*.safetensors"))]

    def expect_equal(self, ours, theirs, what):
        self.assertEqual(ours.shape, theirs.shape, what)
        error = ((ours - theirs).abs() / theirs.abs().clamp_min(1)).max().item()
        self.assertLessEqual(error, TOLERANCE, what)

    def matters(self, name, training):
        """Whether a running moment has an effect: those without a path to the output have none."""
        if "running" not in name or ".edge" not in name:
            return True
        if not training.network.tracks_moments:
            return False
        edge = int(name.split(".edge")[1].split(".")[0])
        return edge in live_edges(training.operations)

    def compare_step(self, training, k, what):
        """Returns the norm of the step's gradients; None if a ReLU's gradient differs."""
        logits, norm = training.step(k)
        self.expect_equal(training.given[f"logits.{k}"], logits, f"{what} logits")
        try:
            self.compare_update(training, k, what)
        except AssertionError:
            if training.network.closest < TOO_CLOSE:
                return None
            raise
        return norm

    def compare_update(self, training, k, what):
        given = training.given
        if training.mixture is not None:
            self.expect_equal(given[f"mixture_gradient.{k}"], training.mixture.grad, f"{what} gradient of the mixture")
        gradients = with_prefix(given, f"gradient.{k}.")
        after = with_prefix(given, f"after.{k}.")
        self.assertEqual(set(after), set(training.network.tensors), what)
        for name, parameter in training.parameters.items():
            touched = parameter.grad is not None
            self.assertEqual(name in gradients, touched, f"{what} {name}")
            if touched:
                self.expect_equal(gradients[name], parameter.grad, f"{what} gradient of {name}")
            else:
                self.assertTrue(torch.equal(after[name], given["before." + name]),
                                f"{what} {name}, which no step touched")
        for name, tensor in training.network.tensors.items():
            if self.matters(name, training):
                self.expect_equal(after[name], tensor.detach(), f"{what} {name}")

    def compare(self, training, steps, what):
        """Compares a training; returns whether it reached the end and whether gradients were clipped."""
        clipped = False
        for k in range(steps):
            norm = self.compare_step(training, k, f"{what} step {k}")
            if norm is None:
                return False, clipped
            clipped |= 0 < training.numbers["clip_norm"] < norm
        self.assertAlmostEqual(training.numbers["train_loss"], training.train_loss(), delta=TOLERANCE, msg=what)
        self.expect_equal(training.given["evaluated"], training.evaluate(), f"{what} evaluated")
        return True, clipped

    def test_every_step_equals_pytorchs(self):
        outcomes = []
        for tensors, metadata in self.files:
            what = f"{metadata['form']} {metadata['cell']}"
            with self.subTest(what):
                outcomes.append(self.compare(Training(tensors, metadata),
                                             int(metadata["steps"]), what))
        self.assertGreater(sum(to_end for to_end, _ in outcomes), 0.6 * len(self.files))
        for form in ("single", "supernet", "benchmark", "shared", "mixture"):
            ends = [to_end for (_, m), (to_end, _) in zip(self.files, outcomes) if m["form"] == form]
            self.assertGreater(sum(ends), 0.5 * len(ends), form)
        self.assertGreater(sum(clipped for _, clipped in outcomes), 5)

    def test_files_cover_all_cells_forms_and_settings(self):
        self.assertEqual(len(self.files), 7 * len(cells()))
        self.assertEqual({m["form"] for _, m in self.files}, {"single", "supernet", "benchmark", "shared", "mixture"})
        self.assertEqual({m["cell"] for _, m in self.files}, set(cells()))


if __name__ == "__main__":
    PROGRAM = sys.argv.pop(1)
    unittest.main()
