#!/usr/bin/env python3
"""How much `lode run --serve` and clients of its page slow a run down.

Makes a run several times in three ways, in random order: alone, with --serve and nobody looking, and with --serve while
50 clients make 10 000 requests as fast as they are answered. Prints the run's own seconds, and their ratios to those of
the run alone made in the same round: median, lower and upper quartile over the rounds. The clients are one process with
the lowest priority: people's browsers would be on other machines, and not compete with the run.

usage: serve_slowdown.py LODE [ROUNDS]
       serve_slowdown.py --clients PORT      the clients: prints how many requests were answered
"""

import asyncio
import json
import os
import pathlib
import random
import re
import statistics
import subprocess
import sys
import tempfile

PIPELINE = str(pathlib.Path(__file__).resolve().parents[1] / "configs/nb201/l2nas.toml")
CLIENTS, REQUESTS = 50, 10000


class Crowd:
    """Clients that ask until all requests are made or the run has ended."""

    def __init__(self, port):
        self.port, self.answered, self.left = port, 0, REQUESTS

    async def client(self):
        reader, writer = await asyncio.open_connection("127.0.0.1", self.port, limit=1 << 24)
        while self.left > 0:
            self.left -= 1
            target = ("/api/runs", "/metrics", "/")[self.left % 3]
            writer.write(f"GET {target} HTTP/1.1\r\nHost: localhost\r\n\r\n".encode())
            head = (await reader.readuntil(b"\r\n\r\n")).decode()
            await reader.readexactly(int(re.search(r"Content-Length: (\d+)", head)[1]))
            self.answered += head.startswith("HTTP/1.1 200 ")

    async def come(self):
        await asyncio.gather(*(self.client() for _ in range(CLIENTS)), return_exceptions=True)


def run(lode, *words, crowd=False):
    """Returns the seconds of the run, and how many requests were answered meanwhile."""
    with tempfile.TemporaryDirectory() as home:
        command = [lode, "run", PIPELINE, "--seeds", "1", "--out", os.path.join(home, "r"), "--json", "--progress", "0",
                   "--set", "budget={steps=20000}", *words]
        process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
        answered = 0
        if crowd:
            port = int(re.search(r"http://127\.0\.0\.1:(\d+)/", process.stderr.readline())[1])
            clients = ["nice", "-n", "19", sys.executable, __file__, "--clients", str(port)]
            answered = int(subprocess.run(clients, stdout=subprocess.PIPE, check=True).stdout)
        out, _ = process.communicate()
        return json.loads(out)["runs"][0]["seconds"], answered


def measure(lode, rounds):
    ways = {"alone": {}, "--serve": {"words": ["--serve=0"]},
            "--serve, 10 000 requests": {"words": ["--serve=0"], "crowd": True}}
    seconds = {name: [] for name in ways}
    answered = []
    run(lode)  # what is read from the disk is in memory then
    for _ in range(rounds):
        for name in random.sample(list(ways), len(ways)):
            took, answers = run(lode, *ways[name].get("words", []), crowd=ways[name].get("crowd", False))
            seconds[name].append(took)
            answered += [answers] if answers else []
    for name, took in seconds.items():
        ratios = [each / alone for each, alone in zip(took, seconds["alone"], strict=True)]
        low, middle, high = statistics.quantiles(ratios, n=4)
        print(f"{name:26} {statistics.median(took):6.2f} s   ratio {middle:.3f} ({low:.3f} to {high:.3f})")
    print(f"requests answered with 200 during a run: {min(answered)} to {max(answered)} of {REQUESTS}")


def main():
    if sys.argv[1] == "--clients":
        crowd = Crowd(int(sys.argv[2]))
        asyncio.run(crowd.come())
        print(crowd.answered)
    else:
        measure(str(pathlib.Path(sys.argv[1]).resolve()), int(sys.argv[2]) if len(sys.argv) > 2 else 7)


if __name__ == "__main__":
    main()
