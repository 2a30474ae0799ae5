#!/usr/bin/python3
"""Compares training and evaluation of networks by Lode and by PyTorch, for a family of networks:

  nb201  networks of NAS-Bench-201's cells, 5 cells in each stage
  darts  networks of DARTS' genotypes, 8 cells, without auxiliary head and drop-path
  ofa    the smallest, a middle and the largest sub-network of Once-for-All, evaluation only: ours is a part of the
         supernet, PyTorch's the sub-network alone

Three programs process the networks in turn: ours (bench/FAMILY_networks_steps of a build), the same
network written in the usual way with torch.nn ("plain"), and the latter with the memory format
channels-last and tcmalloc instead of glibc's malloc ("channels-last"). A training step is forward,
cross entropy, backward and SGD with Nesterov momentum and weight decay on 64 images of 32 x 32
pixels; an evaluation is forward without autograd on as many images, for ofa on 16 of --size pixels.
With one thread, times are the thread's processor time, so that a busy machine does not change them
much; with more, they are elapsed time. The programs take several turns at each network, so that a
disturbance of some seconds affects all of them. Prints PyTorch's medians divided by ours: mean and
minimum over the networks. Needs Debian's python3-torch. Exit status: 0, or 1 if a mean is below
--least-plain or --least-channels-last, or if any network of ours is slower than either.
"""

import argparse
import ctypes.util
import json
import os
import random
import statistics
import subprocess
import sys
import time

CLASSES = 10
WARM_UP = 1
FORMS = ("plain", "channels-last")


def relu_conv_norm(nn, channels, out, kernel, stride=1):
    return nn.Sequential(nn.ReLU(), nn.Conv2d(channels, out, kernel, stride, kernel // 2, bias=False),
                         nn.BatchNorm2d(out))


class Nb201:
    """The benchmark's network (Dong and Yang, ICLR 2020, section 2.1)."""

    SIZE, UNIT = 16, "channels"
    WORKS, BATCH = ("training step", "evaluation"), 64
    OPERATIONS = ("none", "skip_connect", "nor_conv_1x1", "nor_conv_3x3", "avg_pool_3x3")
    EDGES = ((0, 1), (0, 2), (1, 2), (0, 3), (1, 3), (2, 3))
    CELLS = 5

    @staticmethod
    def side(size):
        return 32

    @classmethod
    def draw(cls, random_):
        edges = [f"|{operation}~{source}" for operation, (source, _)
                 in zip(random_.choices(cls.OPERATIONS, k=len(cls.EDGES)), cls.EDGES)]
        return "".join(edges[:1]) + "|+" + "".join(edges[1:3]) + "|+" + "".join(edges[3:]) + "|"

    @classmethod
    def network(cls, nn, text, channels):
        operations = [edge.split("~")[0] for edge in text.replace("+", "").split("|") if edge]

        class Zero(nn.Module):
            def forward(self, x):
                return x.mul(0.0)

        def operation(name, channels):
            return {
                "none": Zero,
                "skip_connect": nn.Identity,
                "nor_conv_1x1": lambda: relu_conv_norm(nn, channels, channels, 1),
                "nor_conv_3x3": lambda: relu_conv_norm(nn, channels, channels, 3),
                "avg_pool_3x3": lambda: nn.AvgPool2d(3, 1, 1, count_include_pad=False),
            }[name]()

        class Cell(nn.Module):
            def __init__(self, channels):
                super().__init__()
                self.edges = nn.ModuleList([operation(name, channels) for name in operations])

            def forward(self, x):
                nodes = [x]
                for node in (1, 2, 3):
                    nodes.append(sum(edge(nodes[source]) for edge, (source, to)
                                     in zip(self.edges, cls.EDGES) if to == node))
                return nodes[3]

        class Residual(nn.Module):
            def __init__(self, channels, out):
                super().__init__()
                self.first = relu_conv_norm(nn, channels, out, 3, 2)
                self.second = relu_conv_norm(nn, out, out, 3)
                self.beside = nn.Sequential(nn.AvgPool2d(2), nn.Conv2d(channels, out, 1, bias=False))

            def forward(self, x):
                return self.beside(x) + self.second(self.first(x))

        blocks = [nn.Conv2d(3, channels, 3, padding=1, bias=False), nn.BatchNorm2d(channels)]
        for stage, width in enumerate((channels, 2 * channels, 4 * channels)):
            if stage:
                blocks.append(Residual(width // 2, width))
            blocks += [Cell(width) for _ in range(cls.CELLS)]
        return nn.Sequential(*blocks, nn.BatchNorm2d(4 * channels), nn.ReLU(), nn.AdaptiveAvgPool2d(1), nn.Flatten(),
                             nn.Linear(4 * channels, CLASSES))


class Darts:
    """The network of a genotype (Liu et al., ICLR 2019, section 3)."""

    SIZE, UNIT = 16, "channels"
    WORKS, BATCH = ("training step", "evaluation"), 64
    OPERATIONS = ("max_pool_3x3", "avg_pool_3x3", "skip_connect", "sep_conv_3x3", "sep_conv_5x5", "dil_conv_3x3",
                  "dil_conv_5x5")
    CELLS = 8

    @staticmethod
    def side(size):
        return 32

    @classmethod
    def draw(cls, random_):
        cells = [[(random_.choice(cls.OPERATIONS), source) for node in range(4)
                  for source in sorted(random_.sample(range(node + 2), 2))] for _ in range(2)]
        return (f"Genotype(normal={cells[0]}, normal_concat=range(2, 6), "
                f"reduce={cells[1]}, reduce_concat=range(2, 6))")

    @classmethod
    def network(cls, nn, text, channels):
        import torch

        genotype = eval(text, {"Genotype": dict, "range": range})

        class FactorizedReduction(nn.Module):
            def __init__(self, channels, out):
                super().__init__()
                self.relu = nn.ReLU()
                self.even = nn.Conv2d(channels, out // 2, 1, 2, bias=False)
                self.odd = nn.Conv2d(channels, out // 2, 1, 2, bias=False)
                self.norm = nn.BatchNorm2d(out)

            def forward(self, x):
                x = self.relu(x)
                return self.norm(torch.cat([self.even(x), self.odd(x[:, :, 1:, 1:])], 1))

        def separable(channels, kernel, stride, dilation):
            return nn.Sequential(
                nn.ReLU(),
                nn.Conv2d(channels, channels, kernel, stride, dilation * (kernel // 2), dilation, channels, False),
                nn.Conv2d(channels, channels, 1, bias=False), nn.BatchNorm2d(channels))

        def operation(name, channels, stride):
            kernel = int(name[-1]) if name[-1].isdigit() else 0
            if name.startswith("sep"):
                return nn.Sequential(separable(channels, kernel, stride, 1), separable(channels, kernel, 1, 1))
            if name.startswith("dil"):
                return separable(channels, kernel, stride, 2)
            if name == "skip_connect":
                return nn.Identity() if stride == 1 else FactorizedReduction(channels, channels)
            return (nn.MaxPool2d(3, stride, 1) if name == "max_pool_3x3"
                    else nn.AvgPool2d(3, stride, 1, count_include_pad=False))

        class Cell(nn.Module):
            def __init__(self, edges, before, last, channels, reduces, after_reduction):
                super().__init__()
                self.before = (FactorizedReduction(before, channels) if after_reduction
                               else relu_conv_norm(nn, before, channels, 1))
                self.last = relu_conv_norm(nn, last, channels, 1)
                self.sources = [source for _, source in edges]
                self.edges = nn.ModuleList([operation(name, channels, 2 if reduces and source < 2 else 1)
                                            for name, source in edges])

            def forward(self, before, last):
                nodes = [self.before(before), self.last(last)]
                for i in range(0, 8, 2):
                    nodes.append(self.edges[i](nodes[self.sources[i]]) + self.edges[i + 1](nodes[self.sources[i + 1]]))
                return torch.cat(nodes[2:], 1)

        class Network(nn.Module):
            def __init__(self):
                super().__init__()
                self.stem = nn.Sequential(nn.Conv2d(3, 3 * channels, 3, padding=1, bias=False),
                                          nn.BatchNorm2d(3 * channels))
                before, last, width, after_reduction = 3 * channels, 3 * channels, channels, False
                self.cells = nn.ModuleList()
                for c in range(cls.CELLS):
                    reduces = c in (cls.CELLS // 3, 2 * cls.CELLS // 3)
                    width *= 2 if reduces else 1
                    edges = genotype["reduce" if reduces else "normal"]
                    self.cells.append(Cell(edges, before, last, width, reduces, after_reduction))
                    before, last, after_reduction = last, 4 * width, reduces
                self.classifier = nn.Linear(last, CLASSES)

            def forward(self, x):
                before = last = self.stem(x)
                for cell in self.cells:
                    before, last = last, cell(before, last)
                return self.classifier(last.mean((2, 3)))

        return Network()


class OnceForAll:
    """A sub-network of MobileNetV3's supernet (Cai et al., ICLR 2020) of width 1.0."""

    SIZE, UNIT = 224, "pixels"
    WORKS, BATCH = ("evaluation",), 16
    STRIDES, WIDTHS = (2, 2, 2, 1, 2), (24, 40, 80, 112, 160)
    SQUEEZES, RELU_UNITS = (False, True, False, True, True), 2
    DRAWN = ((3, 3, 2), (5, 4, 3), (7, 6, 4))  # kernel, expansion and depth everywhere, in turn

    @staticmethod
    def side(size):
        return size

    @classmethod
    def draw(cls, random_):
        kernel, expand, depth = cls.DRAWN[random_.drawn % len(cls.DRAWN)]
        random_.drawn += 1
        return json.dumps({"ks": [kernel] * 20, "e": [expand] * 20, "d": [depth] * 5})

    @classmethod
    def network(cls, nn, text, size):
        subnet = json.loads(text)

        def rounded(channels):
            """The nearest multiple of 8, but not less than 0.9 of the channels."""
            nearest = max(8, int(channels + 4) // 8 * 8)
            return nearest + 8 if nearest < 0.9 * channels else nearest

        def conv_norm(channels, out, kernel=1, stride=1, groups=1):
            return [nn.Conv2d(channels, out, kernel, stride, kernel // 2, groups=groups, bias=False),
                    nn.BatchNorm2d(out)]

        class Excitation(nn.Module):
            def __init__(self, channels):
                super().__init__()
                squeezed = rounded(channels // 4)
                self.scale = nn.Sequential(nn.AdaptiveAvgPool2d(1), nn.Conv2d(channels, squeezed, 1), nn.ReLU(),
                                           nn.Conv2d(squeezed, channels, 1), nn.Hardsigmoid())

            def forward(self, x):
                return x * self.scale(x)

        class Layer(nn.Module):
            def __init__(self, channels, out, kernel, expand, stride, relu, squeezes):
                super().__init__()
                activation, mid = nn.ReLU if relu else nn.Hardswish, rounded(round(channels * expand))
                widen = [*conv_norm(channels, mid), activation()] if expand > 1 else []
                self.layers = nn.Sequential(*widen, *conv_norm(mid, mid, kernel, stride, mid), activation(),
                                            *([Excitation(mid)] if squeezes else []), *conv_norm(mid, out))
                self.adds = stride == 1 and channels == out

            def forward(self, x):
                return x + self.layers(x) if self.adds else self.layers(x)

        layers, channels = [*conv_norm(3, 16, 3, 2), nn.Hardswish(), Layer(16, 16, 3, 1, 1, True, False)], 16
        for unit, out in enumerate(cls.WIDTHS):
            for i in range(subnet["d"][unit]):
                layers.append(Layer(channels, out, subnet["ks"][4 * unit + i], subnet["e"][4 * unit + i],
                                    cls.STRIDES[unit] if i == 0 else 1, unit < cls.RELU_UNITS, cls.SQUEEZES[unit]))
                channels = out
        return nn.Sequential(*layers, *conv_norm(160, 960), nn.Hardswish(), nn.AdaptiveAvgPool2d(1),
                             nn.Conv2d(960, 1280, 1, bias=False), nn.Hardswish(), nn.Flatten(), nn.Linear(1280, 1000))


FAMILIES = {"nb201": Nb201, "darts": Darts, "ofa": OnceForAll}


def serve(arguments):
    """Does the same as our program with PyTorch: medians for each network on standard input."""
    import torch

    form, threads, repeats = arguments.serve, arguments.threads, arguments.repeats
    torch.set_num_threads(threads)
    torch.manual_seed(1)
    family = FAMILIES[arguments.family]
    layout = torch.channels_last if form == "channels-last" else torch.contiguous_format
    side = family.side(arguments.size)
    images = torch.randn(family.BATCH, 3, side, side).contiguous(memory_format=layout)
    labels = torch.randint(0, CLASSES, (family.BATCH,))
    clock = time.thread_time if threads == 1 else time.perf_counter

    def median_seconds(work):
        seconds = []
        for _ in range(WARM_UP + repeats):
            start = clock()
            work()
            seconds.append(clock() - start)
        return statistics.median(seconds[WARM_UP:])

    for line in sys.stdin:
        network = family.network(torch.nn, line.strip(), arguments.size).to(memory_format=layout)
        sgd = torch.optim.SGD(network.parameters(), 0.1, momentum=0.9, nesterov=True,
                              weight_decay=5e-4)

        def step():
            sgd.zero_grad(set_to_none=True)
            torch.nn.functional.cross_entropy(network(images), labels).backward()
            sgd.step()

        seconds = [median_seconds(step)] if "training step" in family.WORKS else []
        network.eval()
        with torch.no_grad():
            print(*seconds, median_seconds(lambda: network(images)), flush=True)


def random_networks(family, count, seed):
    draw = random.Random(seed)
    draw.drawn = 0
    return [FAMILIES[family].draw(draw) for _ in range(count)]


class Worker:
    def __init__(self, command, environment):
        self.process = subprocess.Popen(command, env=environment, text=True,
                                        stdin=subprocess.PIPE, stdout=subprocess.PIPE)

    def measure(self, network):
        self.process.stdin.write(network + "\n")
        self.process.stdin.flush()
        answer = self.process.stdout.readline().split()
        if not answer:
            sys.exit(f"{self.process.args[0]} ended at the network {network}")
        return [float(seconds) for seconds in answer]

    def close(self):
        self.process.stdin.close()
        self.process.wait()


def start_workers(arguments):
    # OpenMP's threads sleep while they wait, because all three programs exist at the same time.
    plain = dict(os.environ, OMP_WAIT_POLICY="PASSIVE")
    numbers = [str(n) for n in (arguments.threads, arguments.repeats, arguments.size)]
    workers = {"ours": Worker([arguments.program, *numbers], plain)}
    for form in FORMS:
        environment = dict(plain, LD_PRELOAD=arguments.tcmalloc) if form == "channels-last" else plain
        workers[form] = Worker([sys.executable, __file__, arguments.family, "--serve", form, "--threads", numbers[0],
                                "--repeats", numbers[1], "--size", numbers[2]], environment)
    return workers


def take_turns(workers, network, turns):
    """Returns the seconds of a training step and of an evaluation with each program."""
    measured = {name: [] for name in workers}
    for _ in range(turns):
        for name, worker in workers.items():
            measured[name].append(worker.measure(network))
    return {name: [statistics.median(kind) for kind in zip(*times)]
            for name, times in measured.items()}


def report(family, networks, seconds, rows):
    """Prints and returns the ratios: form -> mean and minimum for each kind of work."""
    result = {form: [] for form in FORMS}
    for kind, work in enumerate(family.WORKS):
        ratios = {form: [theirs[kind] / ours[kind] for theirs, ours
                         in zip(seconds[form], seconds["ours"])] for form in FORMS}
        if rows:
            for i, network in enumerate(networks):
                print(f"{work}: ours {1e3 * seconds['ours'][i][kind]:7.2f} ms, "
                      + ", ".join(f"{form} {ratios[form][i]:.2f}" for form in FORMS)
                      + f"  {network}")
        ours = statistics.mean(s[kind] for s in seconds["ours"])
        print(f"{work}: ours {1e3 * ours:.1f} ms, {family.BATCH / ours:.0f} images/s; times ours: "
              + ", ".join(f"{form} mean {statistics.mean(ratios[form]):.2f}, "
                          f"minimum {min(ratios[form]):.3f}" for form in FORMS), flush=True)
        for form in FORMS:
            result[form].append((statistics.mean(ratios[form]), min(ratios[form])))
    return result


def parse_arguments():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("family", choices=FAMILIES)
    parser.add_argument("build", nargs="?", help="a build directory with bench/FAMILY_networks_steps")
    parser.add_argument("--networks", type=int, default=50)
    parser.add_argument("--seed", type=int, default=1, help="for drawing the networks")
    parser.add_argument("--size", type=int, help="channels of the first cells (16), or for ofa pixels per side (224)")
    parser.add_argument("--threads", type=int, default=1)
    parser.add_argument("--turns", type=int, default=3, help="turns of each program per network")
    parser.add_argument("--repeats", type=int, default=3, help="measured steps per turn")
    parser.add_argument("--rows", action="store_true", help="print every network")
    parser.add_argument("--least-plain", type=float, default=2.0)
    parser.add_argument("--least-channels-last", type=float, default=1.1)
    parser.add_argument("--tcmalloc", help="the library's file, if it is not found")
    parser.add_argument("--serve", choices=FORMS, help=argparse.SUPPRESS)
    arguments = parser.parse_args()
    arguments.size = arguments.size or FAMILIES[arguments.family].SIZE
    if min(arguments.networks, arguments.size, arguments.threads, arguments.turns, arguments.repeats) < 1:
        parser.error("--networks, --size, --threads, --turns and --repeats must be at least 1")
    if arguments.serve:
        return arguments
    program = f"{arguments.family}_networks_steps"
    arguments.program = os.path.join(arguments.build or "", "bench", program)
    if not os.path.exists(arguments.program):
        parser.error(f"{arguments.program} does not exist: build the target {program}")
    arguments.tcmalloc = arguments.tcmalloc or ctypes.util.find_library("tcmalloc_minimal")
    if not arguments.tcmalloc:
        parser.error("libtcmalloc_minimal not found: install libgoogle-perftools-dev")
    return arguments


def main():
    arguments = parse_arguments()
    if arguments.serve:
        serve(arguments)
        return 0
    networks = random_networks(arguments.family, arguments.networks, arguments.seed)
    workers = start_workers(arguments)
    seconds = {name: [] for name in workers}
    for network in networks:
        for name, times in take_turns(workers, network, arguments.turns).items():
            seconds[name].append(times)
    for worker in workers.values():
        worker.close()
    family = FAMILIES[arguments.family]
    print(f"{len(networks)} networks, {arguments.size} {family.UNIT}, {arguments.threads} thread(s), "
          + ("processor" if arguments.threads == 1 else "elapsed") + " time, medians of "
          f"{arguments.turns} turns' medians of {arguments.repeats}")
    result = report(family, networks, seconds, arguments.rows)
    least = {"plain": arguments.least_plain, "channels-last": arguments.least_channels_last}
    reached = all(mean >= least[form] and minimum >= 1
                  for form in FORMS for mean, minimum in result[form])
    return 0 if reached else 1


if __name__ == "__main__":
    sys.exit(main())
