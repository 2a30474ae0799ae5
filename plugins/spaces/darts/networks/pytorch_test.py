#!/usr/bin/python3
"""Networks of DARTS genotypes, supernets and their training, compared with PyTorch's, as network_steps.py describes.

pytorch_test.py PROGRAM: PROGRAM is darts_networks_step, which also writes the masks of drop-path.
"""

import pathlib
import random
import sys

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[2]))
import network_steps
import torch
import torch.nn.functional as F

OPERATIONS = ("max_pool_3x3", "avg_pool_3x3", "skip_connect", "sep_conv_3x3", "sep_conv_5x5", "dil_conv_3x3",
              "dil_conv_5x5")


def genotypes():
    """Cells of two edges into each of four nodes, as (operation, input): one with all operations, and random ones."""
    chosen = [
        [[("sep_conv_3x3", 0), ("dil_conv_5x5", 1)], [("max_pool_3x3", 0), ("skip_connect", 2)],
         [("avg_pool_3x3", 1), ("sep_conv_5x5", 3)], [("dil_conv_3x3", 2), ("skip_connect", 4)]],
        [[("skip_connect", 0), ("max_pool_3x3", 1)], [("avg_pool_3x3", 0), ("sep_conv_3x3", 1)],
         [("sep_conv_5x5", 0), ("dil_conv_3x3", 1)], [("dil_conv_5x5", 1), ("max_pool_3x3", 3)]]]
    draw = random.Random(4)
    def cell():
        return [[(draw.choice(OPERATIONS), i) for i in sorted(draw.sample(range(node + 2), 2))] for node in range(4)]
    return [chosen] + [[cell(), cell()] for _ in range(3)]


def text_of(genotype):
    normal, reduce = ([edge for node in cell for edge in node] for cell in genotype)
    return f"Genotype(normal={normal}, normal_concat=range(2, 6), reduce={reduce}, reduce_concat=range(2, 6))"


class Network(network_steps.Network):
    """The published network."""

    def __init__(self, tensors, genotype, cells, imagenet, drops):
        super().__init__(tensors)
        self.genotype = genotype
        self.cells = cells
        self.imagenet = imagenet
        self.drops = drops
        self.masks = []  # of this step, those of edges that are still to come

    def begin(self, given, k):
        super().begin(given, k)
        self.masks = list(given[f"masks.{k}"])

    def max_pool(self, x, stride):
        padded = F.pad(x, (1, 1, 1, 1), value=-1e9)
        windows = padded.unfold(2, 3, stride).unfold(3, 3, stride).flatten(4)
        best = windows.topk(2)[0]
        self.note(best[..., 0] - best[..., 1])
        return F.max_pool2d(x, 3, stride, 1)

    def reduction(self, x, name):
        x = self.relu(x)
        even, odd = self.tensors[name + ".even"], self.tensors[name + ".odd"]
        halves = [F.conv2d(x, even, None, 2), F.conv2d(x[:, :, 1:, 1:], odd, None, 2)]
        return self.norm(torch.cat(halves, 1), name + ".norm")

    def separable(self, x, name, stride, dilation):
        weight = self.tensors[name + ".depthwise"]
        padding = dilation * (weight.shape[2] - 1) // 2
        x = F.conv2d(self.relu(x), weight, None, stride, padding, dilation, x.shape[1])
        return self.conv_norm(x, name + ".pointwise")

    def operation(self, x, operation, name, stride):
        if operation == "max_pool_3x3":
            return self.max_pool(x, stride)
        if operation == "avg_pool_3x3":
            return F.avg_pool2d(x, 3, stride, 1, count_include_pad=False)
        if operation == "skip_connect":
            return self.reduction(x, name + ".reduction")
        if operation.startswith("dil"):
            return self.separable(x, name + ".last", stride, 2)
        return self.separable(self.separable(x, name + ".first", stride, 1), name + ".last", 1, 1)

    def edge(self, x, operation, name, stride):
        if operation == "skip_connect" and stride == 1:
            return x
        y = self.operation(x, operation, name, stride)
        if not (self.training and self.drops):
            return y
        return y * self.masks.pop(0).reshape(-1, 1, 1, 1)

    def cell(self, before, last, name, cell, reduces, after_reduction):
        if after_reduction:
            before = self.reduction(before, name + ".input0.reduction")
        else:
            before = self.conv_norm(self.relu(before), name + ".input0.conv")
        states = [before, self.conv_norm(self.relu(last), name + ".input1.conv")]
        for node, edges in enumerate(cell):
            states.append(sum(
                self.edge(states[i], operation, f"{name}.node{node}_edge{e}", 2 if reduces and i < 2 else 1)
                for e, (operation, i) in enumerate(edges)))
        return torch.cat(states[2:], 1)

    def auxiliary(self, x):
        x = F.avg_pool2d(self.relu(x), 5, 2 if self.imagenet else 3)
        x = self.relu(self.conv_norm(x, "auxiliary.first"))
        x = F.conv2d(x, self.tensors["auxiliary.second"])
        if not self.imagenet:
            x = self.norm(x, "auxiliary.norm")
        return self.linear(self.relu(x).flatten(1), "auxiliary.classifier")

    def stem(self, x):
        if not self.imagenet:
            x = self.conv_norm(x, "stem0")
            return x, x
        before = self.conv_norm(self.relu(self.conv_norm(x, "stem0", 2)), "stem1", 2)
        return before, self.conv_norm(self.relu(before), "stem2", 2)

    def __call__(self, x):
        """Logits, and those of the auxiliary head in training if there is one."""
        before, last = self.stem(x)
        after_reduction, auxiliary = self.imagenet, None
        for c in range(self.cells):
            reduces = c in (self.cells // 3, 2 * self.cells // 3)
            following = self.cell(before, last, f"cell{c}", self.genotype[reduces], reduces, after_reduction)
            before, last, after_reduction = last, following, reduces
            if self.training and c == 2 * self.cells // 3 and "auxiliary.second" in self.tensors:
                auxiliary = self.auxiliary(last)
        return self.linear(last.mean((2, 3)), "classifier"), auxiliary


class Supernet(Network):
    """The published search network with partial channels, without edge normalization, along a genotype's path.

    Written as the published cell is: every edge is computed for itself, and the edges into a node are added.
    """

    def __init__(self, tensors, genotype, cells, drops, groups, bypasses):
        super().__init__(tensors, genotype, cells, False, drops)
        self.groups = groups
        self.bypasses = bypasses

    def operation(self, x, operation, name, stride):
        y = super().operation(x, operation, name, stride)
        return self.norm(y, name + ".norm") if operation.endswith("pool_3x3") else y

    def pool_rest(self, x):
        windows = x.unfold(2, 2, 2).unfold(3, 2, 2).flatten(4)
        best = windows.topk(2)[0]
        self.note(best[..., 0] - best[..., 1])
        return F.max_pool2d(x, 2, 2)

    def mixed_edge(self, x, operation, name, stride):
        """An edge, with its operation or, if None, with the rest of the channels alone."""
        if self.groups == 1:
            return self.edge(x, operation, f"{name}.{operation}", stride)
        return self.beside(x, lambda first: torch.zeros_like(first[:, :, ::stride, ::stride]) if operation is None
                           else self.edge(first, operation, f"{name}.{operation}", stride), stride)

    def beside(self, x, compute, stride, weight=1):
        """The first channels computed, the others times the weight, joined and shuffled."""
        count = x.shape[1] // self.groups
        rest = x[:, count:]
        rest = self.pool_rest(rest) if stride == 2 else rest
        joined = torch.cat([compute(x[:, :count]), weight * rest], 1)
        images, channels, height, width = joined.shape
        groups = joined.view(images, self.groups, channels // self.groups, height, width)
        return groups.transpose(1, 2).reshape(images, channels, height, width)

    def cell(self, before, last, name, cell, reduces, after_reduction):
        if after_reduction:
            before = self.reduction(before, name + ".input0.reduction")
        else:
            before = self.conv_norm(self.relu(before), name + ".input0.conv")
        states = [before, self.conv_norm(self.relu(last), name + ".input1.conv")]
        for node, edges in enumerate(cell):
            if self.mixture is not None:
                states.append(self.weighted_node(states, name, node, reduces))
                continue
            selected = {i: operation for operation, i in edges}
            states.append(sum(
                self.mixed_edge(x, selected.get(i), f"{name}.node{node}_input{i}", 2 if reduces and i < 2 else 1)
                for i, x in enumerate(states) if i in selected or self.bypasses))
        return torch.cat(states[2:], 1)

    def weighted_node(self, states, name, node, reduces):
        """The sum of all edges, each the sum of its operations times their weights."""
        total, mixture = 0, self.mixture.reshape(2, 14, len(OPERATIONS))[int(reduces)]
        for i, x in enumerate(states):
            weights, stride = mixture[node * (node + 3) // 2 + i], 2 if reduces and i < 2 else 1
            def compute(y):
                return sum(weight * self.edge(y, operation, f"{name}.node{node}_input{i}.{operation}", stride)
                           for operation, weight in zip(OPERATIONS, weights) if weight.item() != 0)
            bypass = 1 if self.bypasses else sum(weight for weight in weights if weight.item() != 0)
            total = total + (compute(x) if self.groups == 1 else self.beside(x, compute, stride, bypass))
        return total


def network_of(metadata, state):
    genotype, cells = genotypes()[int(metadata["genotype"])], int(metadata["cells"])
    drops = float(metadata["drop_path"]) > 0
    if metadata["network"] == "supernet":
        return Supernet(state, genotype, cells, drops, int(metadata["groups"]), metadata["bypass"] == "1")
    return Network(state, genotype, cells, metadata["network"] == "imagenet", drops)


class PyTorchTest(network_steps.StepsTest):
    network_of = staticmethod(network_of)

    def test_every_step_equals_pytorchs(self):
        ends = {}
        for metadata, to_end, _ in self.compare_files(map(text_of, genotypes())):
            ends.setdefault(metadata["form"], []).append(to_end)
        self.assertEqual({form: len(reached) for form, reached in ends.items()},
                         dict.fromkeys(("plain", "cifar", "imagenet", "partial", "bypass", "whole", "partial_mixture",
                                        "bypass_mixture", "whole_mixture"), len(genotypes())))
        # Which trainings come too close to another way depends on the processor's rounding; most do not.
        to_end = [end for reached in ends.values() for end in reached]
        self.assertGreaterEqual(sum(to_end), 0.2 * len(to_end))


if __name__ == "__main__":
    network_steps.main()
