#!/usr/bin/env python3
"""Trains a cell of NAS-Bench-201 on Fashion-MNIST, for the pipeline fashion_mnist.toml.

Reads one architecture as JSON on standard input and prints its metrics in the format that
`lode describe command` explains. Needs PyTorch and Debian's package dataset-fashion-mnist.
"""
import argparse
import gzip
import json
import sys
from pathlib import Path

import torch
from torch import nn
from torch.nn import functional

CLASSES = 10


def relu_conv_bn(inputs, outputs, kernel, stride=1):
    return nn.Sequential(nn.ReLU(), nn.Conv2d(inputs, outputs, kernel, stride, kernel // 2, bias=False),
                         nn.BatchNorm2d(outputs))


OPERATIONS = {
    "skip_connect": lambda channels: nn.Identity(),
    "nor_conv_1x1": lambda channels: relu_conv_bn(channels, channels, 1),
    "nor_conv_3x3": lambda channels: relu_conv_bn(channels, channels, 3),
    "avg_pool_3x3": lambda channels: nn.AvgPool2d(3, stride=1, padding=1, count_include_pad=False),
}


class Cell(nn.Module):
    """Node 0 is the input, each later node the sum of its edges, the last node the output."""

    def __init__(self, graph, channels):
        super().__init__()
        self.nodes = len(graph["nodes"])
        self.edges = sorted(graph["edges"], key=lambda edge: edge["to"])
        self.operations = nn.ModuleList(OPERATIONS[edge["label"]](channels) for edge in self.edges)

    def forward(self, x):
        nodes = [x] + [torch.zeros_like(x)] * (self.nodes - 1)
        for edge, operation in zip(self.edges, self.operations):
            nodes[edge["to"]] = nodes[edge["to"]] + operation(nodes[edge["from"]])
        return nodes[-1]


class Reduction(nn.Module):
    """The residual block between stages: half the size, twice the channels."""

    def __init__(self, channels):
        super().__init__()
        self.block = nn.Sequential(relu_conv_bn(channels, 2 * channels, 3, stride=2),
                                   relu_conv_bn(2 * channels, 2 * channels, 3))
        self.shortcut = nn.Sequential(nn.AvgPool2d(2), nn.Conv2d(channels, 2 * channels, 1, bias=False))

    def forward(self, x):
        return self.shortcut(x) + self.block(x)


def make_network(graph, channels, cells):
    """The benchmark's network: three stages of `cells` cells each, for images of one channel."""
    layers = [nn.Conv2d(1, channels, 3, padding=1, bias=False), nn.BatchNorm2d(channels)]
    for stage in range(3):
        if stage > 0:
            layers.append(Reduction(channels))
            channels *= 2
        layers += [Cell(graph, channels) for _ in range(cells)]
    layers += [nn.BatchNorm2d(channels), nn.ReLU(), nn.AdaptiveAvgPool2d(1), nn.Flatten(),
               nn.Linear(channels, CLASSES)]
    return nn.Sequential(*layers)


def read_idx(file):
    """Returns the bytes in an IDX file: a magic number, big-endian sizes, then the bytes."""
    data = gzip.open(file).read()
    dimensions = data[3]
    sizes = [int.from_bytes(data[4 + 4 * i:8 + 4 * i], "big") for i in range(dimensions)]
    return torch.frombuffer(bytearray(data[4 + 4 * dimensions:]), dtype=torch.uint8).reshape(sizes)


def load(directory, train_size, validation_size):
    """Returns training and validation examples, both from the training images; test images stay unseen.

    Reduces the images to 16x16 (halved, with a border), so that a trial takes only seconds."""
    images = read_idx(directory / "train-images-idx3-ubyte.gz").unsqueeze(1).float() / 255
    labels = read_idx(directory / "train-labels-idx1-ubyte.gz").long()
    chosen = torch.randperm(len(images), generator=torch.Generator().manual_seed(0))
    examples = []
    for part in chosen[:train_size + validation_size].split([train_size, validation_size]):
        small = functional.pad(functional.avg_pool2d(images[part], 2), [1, 1, 1, 1])
        examples.append(((small - 0.286) / 0.353, labels[part]))
    return examples


def report(**line):
    print(json.dumps(line), flush=True)


def train(network, images, labels, epochs, batch):
    optimizer = torch.optim.SGD(network.parameters(), 0.1, momentum=0.9, nesterov=True, weight_decay=5e-4)
    steps = max(1, round(epochs * len(images) / batch))
    schedule = torch.optim.lr_scheduler.CosineAnnealingLR(optimizer, steps)
    network.train()
    order = torch.empty(0, dtype=torch.long)
    for step in range(steps):
        if len(order) < batch:
            order = torch.randperm(len(images))
        chosen, order = order.split([batch, len(order) - batch])
        loss = functional.cross_entropy(network(images[chosen]), labels[chosen])
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        schedule.step()
        report(progress=(step + 1) / steps, message=f"step {step + 1} of {steps}, loss {loss.item():.3f}")


@torch.no_grad()
def accuracy(network, images, labels):
    network.eval()
    correct = sum((network(x).argmax(1) == y).sum().item() for x, y in zip(images.split(500), labels.split(500)))
    return 100 * correct / len(labels)


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--data", type=Path, default=Path("/usr/share/datasets/fashion-mnist"))
    parser.add_argument("--channels", type=int, default=8, help="channels of the first stage")
    parser.add_argument("--cells", type=int, default=1, help="cells in each stage")
    parser.add_argument("--train", type=int, default=6000, help="images to train on")
    parser.add_argument("--validation", type=int, default=2000, help="images to validate on")
    parser.add_argument("--epochs", type=float, default=2, help="epochs at fidelity 1")
    parser.add_argument("--batch", type=int, default=64)
    options = parser.parse_args()

    request = json.load(sys.stdin)
    torch.set_num_threads(1)  # sums are the same on any machine
    torch.manual_seed(request["seed"])
    network = make_network(request["graph"], options.channels, options.cells)
    training, validation = load(options.data, options.train, options.validation)
    train(network, *training, options.epochs * request["fidelity"], options.batch)
    report(accuracy=accuracy(network, *validation),
           params=sum(weights.numel() for weights in network.parameters()))


if __name__ == "__main__":
    main()
