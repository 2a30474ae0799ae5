#!/usr/bin/python3
"""Once-for-All supernets, sub-networks and their training, compared with PyTorch's, as network_steps.py describes.

pytorch_test.py PROGRAM: PROGRAM is ofa_networks_step. The network here is written from the published structure, with
the names of the authors' program.
"""

import json
import pathlib
import random
import sys

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[2]))
import network_steps
import torch
import torch.nn.functional as F

UNITS, LAYERS_PER_UNIT = 5, 4
STRIDES = (2, 2, 2, 1, 2)
SQUEEZES = (False, True, False, True, True)
RELU_UNITS = 2  # those before the others, which have hard swish


def subnets():
    """The smallest, the largest and random sub-networks."""
    draw = random.Random(3)
    def subnet(kernels, expands, depths):
        return json.dumps({"ks": draw.choices(kernels, k=20), "e": draw.choices(expands, k=20),
                           "d": draw.choices(depths, k=5)})
    return [subnet([3], [3], [2]), subnet([7], [6], [4])] + [subnet([3, 5, 7], [3, 4, 6], [2, 3, 4]) for _ in range(2)]


def rounded(channels):
    """The nearest multiple of 8, but not less than 0.9 of the channels."""
    nearest = max(8, int(channels + 4) // 8 * 8)
    return nearest + 8 if nearest < 0.9 * channels else nearest


class Network(network_steps.Network):
    variance = "running_var"

    def __init__(self, tensors, subnet, elastic):
        super().__init__(tensors)
        self.subnet = subnet
        self.elastic = elastic

    def begin(self, given, k):
        """Starts from what the program's step before ended with.

        In a network of sixty layers, rounding errors that one step leaves in weights change in the next one which
        ReLUs are open.
        """
        super().begin(given, k)
        if k > 0:
            with torch.no_grad():
                for name, tensor in self.tensors.items():
                    tensor.copy_(given[f"after.{k - 1}.{name}"])

    def hard_swish(self, x):
        self.note(x + 3)
        self.note(x - 3)
        return x * F.relu6(x + 3) / 6

    def activation(self, x, relu):
        return self.relu(x) if relu else self.hard_swish(x)

    def hard_sigmoid(self, x):
        self.note(x + 3)
        self.note(x - 3)
        return F.relu6(x + 3) / 6

    def sliced_norm(self, x, name):
        """Batch norm with the first entries of everything."""
        t, channels = self.tensors, x.shape[1]
        weight, bias, mean, variance = (t[f"{name}.{part}"][:channels]
                                        for part in ("weight", "bias", "running_mean", self.variance))
        return F.batch_norm(x, mean, variance, weight, bias, self.training, 0.1, 1e-5)

    def conv(self, x, name, out, stride=1):
        weight = self.tensors[name + ".weight"][:out, :x.shape[1]]
        return F.conv2d(x, weight, None, stride, weight.shape[2] // 2)

    def kernels(self, name, channels, size):
        if not self.elastic:
            return self.tensors[name + ".weight"]
        kernels = self.tensors[name + ".conv.weight"][:channels]
        for larger, smaller in ((7, 5), (5, 3)):
            if size < larger:
                middle = kernels[:, :, 1:-1, 1:-1].reshape(channels, smaller * smaller)
                kernels = F.linear(middle, self.tensors[f"{name}.{larger}to{smaller}_matrix"])
                kernels = kernels.view(channels, 1, smaller, smaller)
        return kernels

    def excitation(self, x, name, channels):
        t, squeezed = self.tensors, rounded(channels // 4)
        def linear(y, part, out):
            weight, bias = t[f"{name}.{part}.weight"][:out, :y.shape[1]], t[f"{name}.{part}.bias"][:out]
            return F.conv2d(y, weight, bias)
        y = self.relu(linear(x.mean((2, 3), keepdim=True), "reduce", squeezed))
        return x * self.hard_sigmoid(linear(y, "expand", channels))

    def layer(self, x, block, unit, stride, kernel, expand):
        name, inner = f"blocks.{block}.conv", ".conv.conv" if self.elastic else ".conv"
        bn, relu = ".bn.bn" if self.elastic else ".bn", unit < RELU_UNITS
        mid, out = rounded(round(x.shape[1] * expand)), len(self.tensors[f"{name}.point_linear{inner}.weight"])
        y = self.conv(x, f"{name}.inverted_bottleneck{inner}", mid)
        y = self.activation(self.sliced_norm(y, f"{name}.inverted_bottleneck{bn}"), relu)
        weight = self.kernels(f"{name}.depth_conv.conv", mid, kernel)
        y = F.conv2d(y, weight, None, stride, kernel // 2, groups=mid)
        y = self.activation(self.sliced_norm(y, f"{name}.depth_conv{bn}"), relu)
        if SQUEEZES[unit]:
            y = self.excitation(y, f"{name}.depth_conv.se.fc", mid)
        y = self.sliced_norm(self.conv(y, f"{name}.point_linear{inner}", out), f"{name}.point_linear{bn}")
        return x + y if stride == 1 and x.shape[1] == out else y

    def first_block(self, x):
        name = "blocks.0.conv"
        y = F.conv2d(x, self.tensors[f"{name}.depth_conv.conv.weight"], None, 1, 1, groups=x.shape[1])
        y = self.relu(self.sliced_norm(y, f"{name}.depth_conv.bn"))
        return x + self.sliced_norm(self.conv(y, f"{name}.point_linear.conv", x.shape[1]), f"{name}.point_linear.bn")

    def __call__(self, x):
        t = self.tensors
        x = self.conv(x, "first_conv.conv", None, 2)
        x = self.first_block(self.hard_swish(self.sliced_norm(x, "first_conv.bn")))
        plain_block = 0
        for unit in range(UNITS):
            for i in range(self.subnet["d"][unit]):
                layer = unit * LAYERS_PER_UNIT + i
                plain_block += 1
                x = self.layer(x, layer + 1 if self.elastic else plain_block, unit, STRIDES[unit] if i == 0 else 1,
                               self.subnet["ks"][layer], self.subnet["e"][layer])
        x = self.hard_swish(self.sliced_norm(self.conv(x, "final_expand_layer.conv", None), "final_expand_layer.bn"))
        x = self.hard_swish(F.conv2d(x.mean((2, 3), keepdim=True), t["feature_mix_layer.conv.weight"])).flatten(1)
        return self.linear(x, "classifier.linear"), None


class PyTorchTest(network_steps.StepsTest):
    @staticmethod
    def network_of(metadata, state):
        return Network(state, json.loads(metadata["subnet"]), metadata["form"] != "plain")

    def expect_equal(self, ours, theirs, what):
        """Relative to a tensor's largest value above 1: sums over many pixels have errors of that size."""
        scale = theirs.abs().max().clamp_min(1)
        super().expect_equal(ours / scale, theirs / scale, what)

    def test_every_step_equals_pytorchs(self):
        ends = {}
        for subnet in subnets():  # files of one take a quarter of a gigabyte
            for metadata, to_end, _ in self.compare_files([subnet]):
                ends.setdefault(metadata["form"], []).append(to_end)
        self.assertEqual({form: len(reached) for form, reached in ends.items()},
                         dict.fromkeys(("plain", "supernet", "wide"), len(subnets())))
        # Which trainings come too close to another way depends on the processor's rounding; most do not.
        to_end = [end for reached in ends.values() for end in reached]
        self.assertGreaterEqual(sum(to_end), 0.5 * len(to_end), ends)


if __name__ == "__main__":
    network_steps.main()
