"""Networks and their training, compared with PyTorch's: what the tests of all families share.

A test runs a program that trains networks for a few steps and writes what network_steps.h describes. It does the same
steps in double precision with torch.nn.functional, torch.optim and its schedulers, from the same weights and batches;
every gradient, parameter, running moment and logit must be equal to within 1e-5, relative to values above 1. Where an
operation has a kink, and its input is closer to it than single precision can tell, gradients may take either way, in
PyTorch as in Lode: from a step that differs for this reason on, a training is no longer compared, and most trainings
must be compared to their ends. Exit status of a test: 0, 1, or 77 if PyTorch is missing.
"""

import json
import math
import pathlib
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

TOLERANCE = 1e-5
TOO_CLOSE = 1e-5  # distance from a kink
PROGRAM = None


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


def is_parameter(name):
    return "running_" not in name and not name.endswith("num_batches_tracked")


class Network:
    """A published network, on tensors with our names. Calling it gives logits, and those of the auxiliary head."""

    variance = "running_variance"  # what the buffer is called

    def __init__(self, tensors):
        self.tensors = tensors
        self.training = True
        self.closest = math.inf  # of this step, how close it is to taking another way
        self.mixture = None  # of all operations, if the network has one

    def begin(self, given, k):
        """Prepares for step k of a file."""
        self.closest = math.inf

    def note(self, distances):
        away = distances.detach().abs()
        self.closest = min([self.closest, *away[away > 0].flatten().sort()[0][:1].tolist()])

    def relu(self, x):
        self.note(x)
        return F.relu(x)

    def norm(self, x, name, tracks=True):
        t = self.tensors
        moments = (t[f"{name}.running_mean"], t[f"{name}.{self.variance}"]) if tracks else (None, None)
        return F.batch_norm(x, *moments, t.get(f"{name}.weight"), t.get(f"{name}.bias"), self.training or not tracks,
                            0.1, 1e-5)

    def conv_norm(self, x, name, stride=1):
        weight = self.tensors[name + ".weight"]
        return self.norm(F.conv2d(x, weight, None, stride, weight.shape[2] // 2), name + ".norm")

    def linear(self, x, name):
        return F.linear(x, self.tensors[name + ".weight"], self.tensors[name + ".bias"])


class Training:
    """The steps of one file, repeated."""

    def __init__(self, tensors, metadata, network_of):
        self.given = tensors
        self.metadata = metadata
        state = with_prefix(tensors, "before.")
        self.parameters = {n: t.requires_grad_() for n, t in state.items() if is_parameter(n)}
        self.network = network_of(metadata, state)
        self.mixture = tensors["mixture"].requires_grad_() if "mixture" in tensors else None
        self.losses = []  # of the epoch, with the images of each batch
        self.sgd = torch.optim.SGD(
            self.parameters.values(), self.number("learning_rate"), momentum=self.number("momentum"),
            weight_decay=self.number("weight_decay"), nesterov=self.number("nesterov") == 1)
        self.schedule = self.make_schedule()

    def number(self, name):
        return float(self.metadata[name])

    def count(self, name):
        return int(self.metadata[name])

    def make_schedule(self):
        schedulers, last = torch.optim.lr_scheduler, self.number("final_learning_rate")
        steps, warm_up = self.count("steps"), self.count("warm_up_steps")
        if self.number("by_epoch"):
            return schedulers.CosineAnnealingLR(self.sgd, steps // self.count("batches"), last)
        if not warm_up:
            return schedulers.CosineAnnealingLR(self.sgd, steps, last)
        rise = schedulers.LinearLR(self.sgd, 1 / warm_up, 1, warm_up - 1)
        fall = schedulers.CosineAnnealingLR(self.sgd, steps - warm_up, last)
        return schedulers.SequentialLR(self.sgd, [rise, fall], [warm_up])

    def loss(self, logits, labels):
        return F.cross_entropy(logits, labels, label_smoothing=self.number("label_smoothing"))

    def step(self, k):
        """Logits, those of the auxiliary head or None, and the gradients' norm."""
        images, in_epoch = self.given[f"images.{k}"], k % self.count("batches")
        labels = (torch.arange(len(images)) + in_epoch * self.count("batch")) % self.count("classes")
        self.sgd.zero_grad(set_to_none=True)
        if self.mixture is not None:
            self.mixture.grad = None
            self.network.mixture = self.mixture
        self.network.begin(self.given, k)
        logits, auxiliary = self.network(images)
        loss = self.loss(logits, labels)
        if auxiliary is not None:
            loss = loss + self.number("auxiliary_weight") * self.loss(auxiliary, labels)
        loss.backward()
        self.losses = self.losses[:in_epoch] + [(F.cross_entropy(logits, labels).item(), len(images))]
        norm = torch.nn.utils.clip_grad_norm_(self.parameters.values(), self.number("clip_norm") or math.inf).item()
        self.sgd.step()
        if not self.number("by_epoch") or in_epoch + 1 == self.count("batches"):
            self.schedule.step()
        return logits.detach(), auxiliary, norm

    def train_loss(self):
        """The mean of the last epoch, over its images."""
        return sum(loss * size for loss, size in self.losses) / sum(size for _, size in self.losses)

    def evaluate(self):
        self.network.training = False
        with torch.no_grad():
            return self.network(self.given["images.0"])[0]


class StepsTest(unittest.TestCase):
    @staticmethod
    def network_of(metadata, state):
        """Makes a Network for a file."""
        raise NotImplementedError

    @staticmethod
    def matters(name, training):
        """Whether a parameter or buffer has an effect; others need not be equal."""
        return True

    def compare_files(self, architectures):
        """Runs the program; returns each file's metadata, whether it was compared to its end, and whether clipped."""
        torch.set_num_threads(1)
        warnings.filterwarnings("ignore", message="The epoch parameter")  # caused by PyTorch itself
        outcomes = []
        with tempfile.TemporaryDirectory() as directory:
            subprocess.run([PROGRAM, directory, *architectures], check=True)
            for path in sorted(pathlib.Path(directory).glob("*.safetensors")):
                tensors, metadata = read_safetensors(path)
                training = Training(tensors, metadata, self.network_of)
                with self.subTest(metadata):
                    outcomes.append((metadata, *self.compare(training)))
        return outcomes

    def expect_equal(self, ours, theirs, what):
        self.assertEqual(ours.shape, theirs.shape, what)
        error = ((ours - theirs).abs() / theirs.abs().clamp_min(1)).max().item()
        self.assertLessEqual(error, TOLERANCE, what)

    def compare(self, training):
        clipped = False
        for k in range(training.count("steps")):
            norm = self.compare_step(training, k)
            if norm is None:
                return False, clipped
            clipped |= 0 < training.number("clip_norm") < norm
        self.assertAlmostEqual(training.number("train_loss"), training.train_loss(), delta=TOLERANCE)
        self.expect_equal(training.given["evaluated"], training.evaluate(), "evaluated")
        return True, clipped

    def compare_step(self, training, k):
        """Returns the norm of the step's gradients; None if a gradient took another way."""
        logits, auxiliary, norm = training.step(k)
        self.expect_equal(training.given[f"logits.{k}"], logits, f"step {k}, logits")
        self.assertEqual(f"auxiliary.{k}" in training.given, auxiliary is not None)
        if auxiliary is not None:
            self.expect_equal(training.given[f"auxiliary.{k}"], auxiliary.detach(), f"step {k}, auxiliary logits")
        try:
            self.compare_update(training, k)
        except AssertionError:
            if training.network.closest < TOO_CLOSE:
                return None
            raise
        return norm

    def compare_update(self, training, k):
        given = training.given
        if training.mixture is not None:
            self.expect_equal(given[f"mixture_gradient.{k}"], training.mixture.grad, f"step {k}, gradient of mixture")
        gradients, after = with_prefix(given, f"gradient.{k}."), with_prefix(given, f"after.{k}.")
        self.assertEqual(set(after), set(training.network.tensors))
        for name, parameter in training.parameters.items():
            touched = parameter.grad is not None
            self.assertEqual(name in gradients, touched, f"step {k}, {name}")
            if touched:
                self.expect_equal(gradients[name], parameter.grad, f"step {k}, gradient of {name}")
            else:
                self.assertTrue(torch.equal(after[name], given["before." + name]), f"{name}, which no step touched")
        for name, tensor in training.network.tensors.items():
            if self.matters(name, training):
                self.expect_equal(after[name], tensor.detach(), f"step {k}, {name}")


def main():
    global PROGRAM
    PROGRAM = sys.argv.pop(1)
    unittest.main("__main__")
