#!/usr/bin/python3
"""Compares L2NAS updates of Lode and of PyTorch, on one thread each.

Runs ours (bench/l2nas_updates of a build) and the same updates written with torch.nn and
torch.optim in turn, and prints the microseconds of each update and their ratio: medians over
the pairs. Needs Debian's python3-torch. Exit status: 0, or 1 if the ratio for NAS-Bench-201 is
below --least.
"""

import argparse
import os
import statistics
import subprocess
import sys
import time

import torch

# cells, width, batch, updates in one measurement of ours and of PyTorch
SIZES = {
    "NAS-Bench-201": (30, 128, 8, 9850, 1500),
    "Once-for-All": (195, 256, 64, 1000, 200),
}
QUANTILE = 0.9


def mlp(cells, width, outputs, *last):
    nn = torch.nn
    return nn.Sequential(
        nn.Linear(cells, width), nn.ReLU(),
        nn.Linear(width, width), nn.ReLU(),
        nn.Linear(width, width), nn.ReLU(),
        nn.Linear(width, outputs), *last)


class PyTorchAgent:
    """The updates of section 2.3 (equations 5 and 6) written in the usual way for PyTorch."""

    def __init__(self, cells, width, batch):
        self.batch = batch
        self.actor = mlp(cells, width, cells, torch.nn.Sigmoid())
        self.critic = mlp(cells, width, 1)
        self.actor_parameters = list(self.actor.parameters())
        self.actor_adam = torch.optim.Adam(self.actor_parameters, lr=1e-4, betas=(0.9, 0.99))
        self.critic_adam = torch.optim.Adam(self.critic.parameters(), lr=1e-4, betas=(0.9, 0.99))
        self.states = torch.rand(1000, cells)
        self.actions = torch.rand(1000, cells)
        self.rewards = 20 + 40 * torch.rand(1000, 1)

    def update(self):
        drawn = torch.randint(len(self.rewards), (self.batch,))
        x = self.rewards[drawn] - self.critic(self.actions[drawn])
        critic_loss = (x * (QUANTILE - (x <= 0).float())).mean()
        self.critic_adam.zero_grad(set_to_none=True)
        critic_loss.backward()
        self.critic_adam.step()

        actor_loss = -self.critic(self.actor(self.states[drawn])).mean()
        self.actor_adam.zero_grad(set_to_none=True)
        actor_loss.backward(inputs=self.actor_parameters)
        self.actor_adam.step()

    def microseconds_per_update(self, updates):
        start = time.perf_counter()
        for _ in range(updates):
            self.update()
        return (time.perf_counter() - start) / updates * 1e6


def measure(program, pairs, cells, width, batch, our_updates, their_updates):
    agent = PyTorchAgent(cells, width, batch)
    agent.microseconds_per_update(their_updates // 5)  # first calls allocate
    command = [program, *map(str, (our_updates, cells, width, batch))]
    ours, theirs = [], []
    for _ in range(pairs):
        ours.append(float(subprocess.run(command, check=True, capture_output=True).stdout))
        theirs.append(agent.microseconds_per_update(their_updates))
    return ours, theirs


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("build", help="a build directory with bench/l2nas_updates")
    parser.add_argument("--pairs", type=int, default=5)
    parser.add_argument("--least", type=float, default=12.0,
                        help="the minimum ratio for the size of NAS-Bench-201")
    arguments = parser.parse_args()
    program = os.path.join(arguments.build, "bench", "l2nas_updates")
    if not os.path.exists(program):
        parser.error(f"{program} does not exist: build the target l2nas_updates")
    if arguments.pairs < 1:
        parser.error("--pairs must be at least 1")

    torch.set_num_threads(1)
    torch.set_flush_denormal(True)
    torch.manual_seed(1)
    print(f"PyTorch {torch.__version__}, medians of {arguments.pairs} pairs, us per update")
    ratios = {}
    for name, size in SIZES.items():
        ours, theirs = measure(program, arguments.pairs, *size)
        ratios[name] = statistics.median(t / o for o, t in zip(ours, theirs))
        print(f"{name} ({size[0]} cells, width {size[1]}, batch {size[2]}): "
              f"Lode {statistics.median(ours):.1f}, PyTorch {statistics.median(theirs):.1f}, "
              f"ratio {ratios[name]:.1f} (pairs {min(t / o for o, t in zip(ours, theirs)):.1f}"
              f"-{max(t / o for o, t in zip(ours, theirs)):.1f})")
    return 0 if ratios["NAS-Bench-201"] >= arguments.least else 1


if __name__ == "__main__":
    sys.exit(main())
