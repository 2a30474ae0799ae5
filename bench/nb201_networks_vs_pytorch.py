#!/usr/bin/python3
"""Compares training and evaluation of NAS-Bench-201 networks by Lode and by PyTorch.

Three programs process the cells in turn: ours (bench/nb201_networks_steps of a build), the same
network written in the usual way with torch.nn ("plain"), and the latter with the memory format
channels-last and tcmalloc instead of glibc's malloc ("channels-last"). A training step is forward,
cross entropy, backward and SGD with Nesterov momentum and weight decay on 64 images of 32 x 32
pixels (16 channels, 5 cells per stage); an evaluation is forward without autograd on as many images.
With one thread, times are the thread's processor time, so that a busy machine does not change them
much; with more, they are elapsed time. The programs take several turns at each cell, so that a
disturbance of some seconds affects all of them. Prints PyTorch's medians divided by ours: mean and
minimum over the cells. Needs Debian's python3-torch. Exit status: 0, or 1 if a mean is below
--least-plain or --least-channels-last, or if any cell of ours is slower than either.
"""

import argparse
import ctypes.util
import os
import random
import statistics
import subprocess
import sys
import time

OPERATIONS = ("none", "skip_connect", "nor_conv_1x1", "nor_conv_3x3", "avg_pool_3x3")
EDGES = ((0, 1), (0, 2), (1, 2), (0, 3), (1, 3), (2, 3))
BATCH, SIDE, CLASSES, CHANNELS, CELLS = 64, 32, 10, 16, 5
WARM_UP = 1
FORMS = ("plain", "channels-last")


def cell_string(operations):
    edges = [f"|{op}~{source}" for op, (source, _) in zip(operations, EDGES)]
    return "".join(edges[:1]) + "|+" + "".join(edges[1:3]) + "|+" + "".join(edges[3:]) + "|"


def cell_operations(text):
    return [edge.split("~")[0] for edge in text.replace("+", "").split("|") if edge]


def define_networks(nn):
    """The benchmark's network (Dong and Yang, ICLR 2020, section 2.1) as a module of torch.nn."""

    class ReluConvNorm(nn.Sequential):
        def __init__(self, channels, out, kernel, stride=1):
            super().__init__(
                nn.ReLU(),
                nn.Conv2d(channels, out, kernel, stride, kernel // 2, bias=False),
                nn.BatchNorm2d(out))

    class Zero(nn.Module):
        def forward(self, x):
            return x.mul(0.0)

    def operation(name, channels):
        return {
            "none": Zero,
            "skip_connect": nn.Identity,
            "nor_conv_1x1": lambda: ReluConvNorm(channels, channels, 1),
            "nor_conv_3x3": lambda: ReluConvNorm(channels, channels, 3),
            "avg_pool_3x3": lambda: nn.AvgPool2d(3, 1, 1, count_include_pad=False),
        }[name]()

    class Cell(nn.Module):
        def __init__(self, operations, channels):
            super().__init__()
            self.edges = nn.ModuleList([operation(name, channels) for name in operations])

        def forward(self, x):
            nodes = [x]
            for node in (1, 2, 3):
                nodes.append(sum(edge(nodes[source]) for edge, (source, to)
                                 in zip(self.edges, EDGES) if to == node))
            return nodes[3]

    class Residual(nn.Module):
        def __init__(self, channels, out):
            super().__init__()
            self.first = ReluConvNorm(channels, out, 3, 2)
            self.second = ReluConvNorm(out, out, 3)
            self.beside = nn.Sequential(nn.AvgPool2d(2), nn.Conv2d(channels, out, 1, bias=False))

        def forward(self, x):
            return self.beside(x) + self.second(self.first(x))

    class Network(nn.Module):
        def __init__(self, operations):
            super().__init__()
            self.stem = nn.Sequential(nn.Conv2d(3, CHANNELS, 3, padding=1, bias=False),
                                      nn.BatchNorm2d(CHANNELS))
            blocks = []
            for stage, channels in enumerate((CHANNELS, 2 * CHANNELS, 4 * CHANNELS)):
                if stage:
                    blocks.append(Residual(channels // 2, channels))
                blocks += [Cell(operations, channels) for _ in range(CELLS)]
            self.blocks = nn.Sequential(*blocks)
            self.head = nn.Sequential(nn.BatchNorm2d(4 * CHANNELS), nn.ReLU())
            self.classifier = nn.Linear(4 * CHANNELS, CLASSES)

        def forward(self, x):
            return self.classifier(self.head(self.blocks(self.stem(x))).mean((2, 3)))

    return Network


def serve(form, threads, repeats):
    """Does the same as our program with PyTorch: medians for each cell on standard input."""
    import torch

    torch.set_num_threads(threads)
    torch.manual_seed(1)
    network_type = define_networks(torch.nn)
    layout = torch.channels_last if form == "channels-last" else torch.contiguous_format
    images = torch.randn(BATCH, 3, SIDE, SIDE).contiguous(memory_format=layout)
    labels = torch.randint(0, CLASSES, (BATCH,))
    clock = time.thread_time if threads == 1 else time.perf_counter

    def median_seconds(work):
        seconds = []
        for _ in range(WARM_UP + repeats):
            start = clock()
            work()
            seconds.append(clock() - start)
        return statistics.median(seconds[WARM_UP:])

    for line in sys.stdin:
        network = network_type(cell_operations(line.strip())).to(memory_format=layout)
        sgd = torch.optim.SGD(network.parameters(), 0.1, momentum=0.9, nesterov=True,
                              weight_decay=5e-4)

        def step():
            sgd.zero_grad(set_to_none=True)
            torch.nn.functional.cross_entropy(network(images), labels).backward()
            sgd.step()

        training = median_seconds(step)
        network.eval()
        with torch.no_grad():
            print(training, median_seconds(lambda: network(images)), flush=True)


def random_cells(count, seed):
    draw = random.Random(seed)
    return [cell_string(draw.choices(OPERATIONS, k=len(EDGES))) for _ in range(count)]


class Worker:
    def __init__(self, command, environment):
        self.process = subprocess.Popen(command, env=environment, text=True,
                                        stdin=subprocess.PIPE, stdout=subprocess.PIPE)

    def measure(self, cell):
        self.process.stdin.write(cell + "\n")
        self.process.stdin.flush()
        answer = self.process.stdout.readline().split()
        if len(answer) != 2:
            sys.exit(f"{self.process.args[0]} ended at the cell {cell}")
        return [float(seconds) for seconds in answer]

    def close(self):
        self.process.stdin.close()
        self.process.wait()


def start_workers(program, tcmalloc, threads, repeats):
    # OpenMP's threads sleep while they wait, because all three programs exist at the same time.
    plain = dict(os.environ, OMP_WAIT_POLICY="PASSIVE")
    workers = {"ours": Worker([program, str(threads), str(repeats)], plain)}
    for form in FORMS:
        environment = dict(plain, LD_PRELOAD=tcmalloc) if form == "channels-last" else plain
        workers[form] = Worker([sys.executable, __file__, "--serve", form, "--threads",
                                str(threads), "--repeats", str(repeats)], environment)
    return workers


def take_turns(workers, cell, turns):
    """Returns the seconds of a training step and of an evaluation with each program."""
    measured = {name: [] for name in workers}
    for _ in range(turns):
        for name, worker in workers.items():
            measured[name].append(worker.measure(cell))
    return {name: [statistics.median(kind) for kind in zip(*times)]
            for name, times in measured.items()}


def report(cells, seconds, rows):
    """Prints and returns the ratios: form -> mean and minimum for each kind of work."""
    result = {form: [] for form in FORMS}
    for kind, work in enumerate(("training step", "evaluation")):
        ratios = {form: [theirs[kind] / ours[kind] for theirs, ours
                         in zip(seconds[form], seconds["ours"])] for form in FORMS}
        if rows:
            for i, cell in enumerate(cells):
                print(f"{work}: ours {1e3 * seconds['ours'][i][kind]:7.2f} ms, "
                      + ", ".join(f"{form} {ratios[form][i]:.2f}" for form in FORMS)
                      + f"  {cell}")
        ours = statistics.mean(s[kind] for s in seconds["ours"])
        print(f"{work}: ours {1e3 * ours:.1f} ms, {BATCH / ours:.0f} images/s; times ours: "
              + ", ".join(f"{form} mean {statistics.mean(ratios[form]):.2f}, "
                          f"minimum {min(ratios[form]):.3f}" for form in FORMS), flush=True)
        for form in FORMS:
            result[form].append((statistics.mean(ratios[form]), min(ratios[form])))
    return result


def parse_arguments():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("build", nargs="?", help="a build directory with bench/nb201_networks_steps")
    parser.add_argument("--cells", type=int, default=50)
    parser.add_argument("--seed", type=int, default=1, help="for drawing the cells")
    parser.add_argument("--threads", type=int, default=1)
    parser.add_argument("--turns", type=int, default=3, help="turns of each program per cell")
    parser.add_argument("--repeats", type=int, default=3, help="measured steps per turn")
    parser.add_argument("--rows", action="store_true", help="print every cell")
    parser.add_argument("--least-plain", type=float, default=2.0)
    parser.add_argument("--least-channels-last", type=float, default=1.1)
    parser.add_argument("--tcmalloc", help="the library's file, if it is not found")
    parser.add_argument("--serve", choices=FORMS, help=argparse.SUPPRESS)
    arguments = parser.parse_args()
    if min(arguments.cells, arguments.threads, arguments.turns, arguments.repeats) < 1:
        parser.error("--cells, --threads, --turns and --repeats must be at least 1")
    if arguments.serve:
        return arguments
    arguments.program = os.path.join(arguments.build or "", "bench", "nb201_networks_steps")
    if not os.path.exists(arguments.program):
        parser.error(f"{arguments.program} does not exist: build the target nb201_networks_steps")
    arguments.tcmalloc = arguments.tcmalloc or ctypes.util.find_library("tcmalloc_minimal")
    if not arguments.tcmalloc:
        parser.error("libtcmalloc_minimal not found: install libgoogle-perftools-dev")
    return arguments


def main():
    arguments = parse_arguments()
    if arguments.serve:
        serve(arguments.serve, arguments.threads, arguments.repeats)
        return 0
    cells = random_cells(arguments.cells, arguments.seed)
    workers = start_workers(arguments.program, arguments.tcmalloc, arguments.threads,
                            arguments.repeats)
    seconds = {name: [] for name in workers}
    for cell in cells:
        for name, times in take_turns(workers, cell, arguments.turns).items():
            seconds[name].append(times)
    for worker in workers.values():
        worker.close()
    print(f"{len(cells)} cells, {arguments.threads} thread(s), "
          + ("processor" if arguments.threads == 1 else "elapsed") + " time, medians of "
          f"{arguments.turns} turns' medians of {arguments.repeats}")
    result = report(cells, seconds, arguments.rows)
    least = {"plain": arguments.least_plain, "channels-last": arguments.least_channels_last}
    reached = all(mean >= least[form] and minimum >= 1
                  for form in FORMS for mean, minimum in result[form])
    return 0 if reached else 1


if __name__ == "__main__":
    sys.exit(main())
