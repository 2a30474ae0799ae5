#!/usr/bin/python3
"""Networks of NAS-Bench-201 cells and their training, compared with PyTorch's, as network_steps.py describes.

pytorch_test.py PROGRAM: PROGRAM is nb201_networks_step. Running moments without a path to the output are not compared.
"""

import pathlib
import random
import sys

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[2]))
import network_steps
import torch.nn.functional as F

EDGES = ((0, 1), (0, 2), (1, 2), (0, 3), (1, 3), (2, 3))
OPERATIONS = ("none", "skip_connect", "nor_conv_1x1", "nor_conv_3x3", "avg_pool_3x3")
CONVOLUTIONS = {"nor_conv_1x1": "conv1x1", "nor_conv_3x3": "conv3x3"}


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


class Network(network_steps.Network):
    """The network as in the paper."""

    def __init__(self, tensors, operations, tracks_moments):
        super().__init__(tensors)
        self.operations = operations
        self.tracks_moments = tracks_moments  # in cells

    def norm(self, x, name, tracks=True):
        return super().norm(x, name, self.tracks_moments or ".edge" not in name)

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
        weights = self.mixture.reshape(len(EDGES), -1)[e]
        return sum(weight * self.edge(x, operation, name)
                   for operation, weight in zip(OPERATIONS, weights) if weight.item() != 0)

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
        return self.linear(x, "classifier"), None


def cells():
    """Cells with all edges alike, with a dead convolution, with one that gets zeros, and random ones."""
    some = [[operation] * 6 for operation in OPERATIONS]
    some.append(["nor_conv_3x3", "none", "none", "skip_connect", "none", "none"])
    some.append(["none", "nor_conv_1x1", "nor_conv_3x3", "none", "nor_conv_3x3", "avg_pool_3x3"])
    draw = random.Random(2)
    some += [draw.choices(OPERATIONS, k=6) for _ in range(6)]
    return [cell_string(operations) for operations in some]


class PyTorchTest(network_steps.StepsTest):
    @staticmethod
    def network_of(metadata, state):
        return Network(state, cell_operations(metadata["cell"]), metadata["tracks_moments"] == "1")

    @staticmethod
    def matters(name, training):
        if "running" not in name or ".edge" not in name:
            return True
        if not training.network.tracks_moments:
            return False
        edge = int(name.split(".edge")[1].split(".")[0])
        return edge in live_edges(training.network.operations)

    def test_every_step_equals_pytorchs(self):
        outcomes = self.compare_files(cells())
        self.assertEqual(len(outcomes), 7 * len(cells()))
        self.assertEqual({metadata["cell"] for metadata, _, _ in outcomes}, set(cells()))
        self.assertGreater(sum(to_end for _, to_end, _ in outcomes), 0.6 * len(outcomes))
        for form in ("single", "supernet", "benchmark", "shared", "mixture"):
            ends = [to_end for metadata, to_end, _ in outcomes if metadata["form"] == form]
            self.assertGreater(sum(ends), 0.5 * len(ends), form)
        self.assertGreater(sum(clipped for _, _, clipped in outcomes), 5)


if __name__ == "__main__":
    network_steps.main()
