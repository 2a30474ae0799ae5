#!/usr/bin/env python3
"""Clients of `lode serve` get the documented views and nothing else, whatever they send, while runs go on.

usage: serve_test.py BUILD_DIR
"""

import asyncio
import contextlib
import json
import os
import pathlib
import signal
import socket
import sqlite3
import subprocess
import sys
import tempfile
import time
import unittest

from prometheus_client.openmetrics.parser import text_string_to_metric_families
from serving import PATIENCE, Server, status_of, statuses_of

BUILD = pathlib.Path(sys.argv.pop(1)).resolve()
LODE = str(BUILD / "bin/lode")
FAULTY = str(BUILD / "tests/plugins/faulty_oracle.lode.so")
PIPELINE = str(pathlib.Path(__file__).resolve().parents[2] / "configs/nb201/rea.toml")
HOST = b"Host: localhost\r\n"
TOKEN = "0123456789abcdef"


def lode(*words, **options):
    return subprocess.run([LODE, *words], capture_output=True, text=True, timeout=PATIENCE, check=False, **options)


SLOW = """[pipeline]
name = "slow"
[space]
use = "nb201"
[oracle]
use = "faulty_oracle"
fault = "nan"
every = 5
delay_ms = 2
[reward]
metric = "checksum"
[optimizer]
use = "random"
[execution]
workers = 2
[budget]
steps = 10
"""


def run(out, steps=60, seeds=2, *words):
    """Makes runs of a search."""
    outcome = lode("run", PIPELINE, "--out", out, "--seeds", str(seeds), "--set", f"budget={{steps={steps}}}", *words)
    if outcome.returncode != 0:
        raise AssertionError(outcome.stderr)


class OverRuns(unittest.TestCase):
    """A server over the two finished runs of one search."""

    @classmethod
    def setUpClass(cls):
        cls.home = cls.enterClassContext(tempfile.TemporaryDirectory())
        cls.runs = os.path.join(cls.home, 'r "1" \\')  # a name that has to be escaped
        run(cls.runs)
        cls.server = cls.enterClassContext(Server(LODE, "serve", cls.runs, "--port", "0"))


class Views(OverRuns):
    def test_runs_are_as_lode_show_has_them(self):
        runs = self.server.runs()
        self.assertEqual([run["standing"] for run in runs], ["finished"] * 2)
        self.assertEqual([run["directory"] for run in runs], ["seed-0", "seed-1"])
        shown = json.loads(lode("show", self.runs, "--json").stdout)["runs"]
        metric = runs[0]["metric"]["name"]
        for mine, theirs in zip(runs, shown, strict=True):
            self.assertEqual((mine["steps"], mine["planned_steps"], mine["progress"], mine["failures"]), (60, 60, 1, 0))
            self.assertEqual(mine["best"]["step"], theirs["best"]["step"])
            self.assertEqual(mine["best"]["value"], theirs["best"]["metrics"][metric])
            self.assertIsNone(mine["live"])

    def test_a_run_has_its_curve(self):
        for summary in self.server.runs():
            one = self.server.ask("/api/runs/" + summary["id"]).json()
            with contextlib.closing(sqlite3.connect(f"{self.runs}/{summary['directory']}/run.db")) as store:
                best, curve = -1, []
                for step, value in store.execute(f"SELECT step, {summary['metric']['name']} FROM trials ORDER BY step"):
                    if value > best:
                        best = value
                        curve.append([step, value])
                [last] = store.execute("SELECT architecture FROM trials ORDER BY step DESC LIMIT 1").fetchone()
            self.assertEqual(one["curve"], curve)
            self.assertEqual(one["recent"][-1]["architecture"], last)
            self.assertEqual({key: one[key] for key in summary}, summary)

    def test_metrics_are_open_metrics(self):
        answer = self.server.ask("/metrics")
        self.assertEqual(answer.fields["content-type"], "application/openmetrics-text; version=1.0.0; charset=utf-8")
        families = {family.name: family for family in text_string_to_metric_families(answer.body.decode())}
        self.assertTrue(all(family.documentation for family in families.values()))
        standings = {sample.labels["standing"]: sample.value for sample in families["lode_runs"].samples}
        self.assertEqual(standings["finished"], 2)
        self.assertEqual(sum(standings.values()), 2)
        trials = {sample.labels["run"]: sample.value for sample in families["lode_run_trials"].samples}
        self.assertEqual(trials, {"seed-0": 60, "seed-1": 60})
        best = {sample.labels["run"]: sample.value for sample in families["lode_run_best"].samples}
        self.assertEqual(best, {run["directory"]: run["best"]["value"] for run in self.server.runs()})
        self.assertEqual(families["lode_run_progress_ratio"].unit, "ratio")

    def test_a_report_is_the_one_of_lode_report(self):
        one, two = [run["id"] for run in self.server.runs()]
        answer = self.server.ask("/report/" + one)
        self.assertEqual((answer.status, answer.fields["content-type"]), (200, "text/html; charset=utf-8"))
        made = lode("report", os.path.join(os.path.realpath(self.runs), "seed-0"), "-o", "-").stdout
        self.assertEqual(answer.body.decode().replace(" --out -", ""), made)
        self.assertEqual(self.server.ask("/report/" + one).body, answer.body)
        both = self.server.ask(f"/report/{one},{two}")
        self.assertEqual(both.status, 200)
        self.assertNotEqual(both.body, answer.body)
        self.assertEqual(self.server.ask(f"/report/{one},x").status, 404)

    def test_the_page_loads_only_what_the_server_has(self):
        page = self.server.ask("/")
        self.assertEqual((page.status, page.fields["content-type"]), (200, "text/html; charset=utf-8"))
        self.assertIn(b"connect-src 'self'", page.body)
        self.assertIn("frame-ancestors 'none'", page.fields["content-security-policy"])

    def test_head_has_the_fields_alone(self):
        for target in ("/", "/api/runs", "/metrics"):
            head, whole = self.server.ask(target, "HEAD"), self.server.ask(target)
            self.assertEqual((head.status, head.body), (200, b""))
            self.assertEqual(head.fields["content-type"], whole.fields["content-type"])
        data = self.server.raw(b"HEAD /metrics HTTP/1.1\r\n" + HOST + b"\r\nGET /nothing HTTP/1.1\r\n" + HOST + b"\r\n")
        self.assertEqual(statuses_of(data), [200, 404])

    def test_nothing_can_be_changed(self):
        for method in ("POST", "PUT", "DELETE", "OPTIONS", "PATCH"):
            for target in ("/api/runs", "/", "/nothing"):
                answer = self.server.ask(target, method)
                self.assertEqual((answer.status, answer.fields["allow"]), (405, "GET, HEAD"))


class Messages(unittest.TestCase):
    """What a run's process says about itself, here in its place."""

    def setUp(self):
        self.home = self.enterContext(tempfile.TemporaryDirectory())
        run(self.home, 10, 1)
        os.remove(f"{self.home}/seed-0/result.json")
        self.server = self.enterContext(Server(LODE, "serve", self.home, "--port", "0"))

    def say(self, call):
        """Says it, and returns the run once the server has seen it."""
        file = pathlib.Path(self.home, "seed-0/live.json")
        state = {"process": os.getpid(), "time": time.time(), "title": "p", "done": "1/10 steps", "fraction": 0.125,
                 "is_preparing": False, "elapsed_seconds": 60, "left_seconds": 90.5, "failures": 0, "busy": 3,
                 "workers": 4, "best": "", "call": call}
        file.with_suffix(".new").write_text(json.dumps(state))
        file.with_suffix(".new").rename(file)
        deadline = time.monotonic() + PATIENCE
        while time.monotonic() < deadline:
            one = self.server.ask("/api/runs/" + self.server.runs()[0]["id"]).json()
            if one["live"] and one["live"]["call"] == call:
                return one
            time.sleep(0.05)
        raise AssertionError(one)

    def test_are_kept_in_their_order(self):
        self.say("epoch 1, loss 2.3")
        one = self.say("epoch 2, loss <b>1.1</b>")
        self.assertEqual([message["text"] for message in one["messages"]],
                         ["epoch 1, loss 2.3", "epoch 2, loss <b>1.1</b>"])
        self.assertEqual((one["progress"], one["live"]["left_seconds"]), (0.125, 90.5))
        metrics = self.server.ask("/metrics").body.decode()
        samples = {sample.name: sample.value for family in text_string_to_metric_families(metrics)
                   for sample in family.samples if sample.labels.get("run") == "seed-0"}
        for name, value in (("elapsed_seconds", 60), ("left_seconds", 90.5), ("workers", 4), ("busy_workers", 3),
                            ("progress_ratio", 0.125), ("running", 0), ("trials_total", 10)):
            self.assertEqual(samples["lode_run_" + name], value, name)


class Refusals(OverRuns):
    def contents(self):
        return {path: path.read_bytes() for path in pathlib.Path(self.runs).rglob("*") if path.is_file()}

    def test_no_path_leads_to_files(self):
        before = self.contents()
        names = ["etc/passwd", "seed-0/run.db", "seed-0/pipeline.toml", "plan.json"]
        ways = ["/", "/../", "/../../../../", "/report/../", "/api/runs/../../", "//", "/./", "/%2e%2e/", "/%2e%2e%2f",
                "/..%2f..%2f", "/%252e%252e%252f", "/%c0%ae%c0%ae/", "/..%5c", "\\..\\", "/report/%00",
                "/api/runs/..;/", "/report/file:///", "/api/runs/seed-0/../"]
        for target in [way + name for way in ways for name in names] + ["/report/..", "/api/runs/.", "/report/seed-0"]:
            answer = self.server.raw(b"GET " + target.encode() + b" HTTP/1.1\r\n" + HOST + b"Connection: close\r\n\r\n")
            self.assertIn(status_of(answer), (400, 404), target)
            self.assertNotIn(b"root:", answer)
            self.assertNotIn(b"SQLite", answer)
        answer = self.server.raw(b"GET /report/\0../run.db HTTP/1.1\r\n" + HOST + b"\r\n")
        self.assertEqual(status_of(answer), 400)
        self.assertEqual(self.contents(), before)

    def test_what_is_too_long_is_refused(self):
        for data in (b"GET /" + b"a" * 20000 + b" HTTP/1.1\r\n" + HOST + b"\r\n",
                     b"GET / HTTP/1.1\r\n" + HOST + b"X: " + b"a" * 20000 + b"\r\n\r\n",
                     b"GET / HTTP/1.1\r\n" + HOST + b"X: y\r\n" * 5000 + b"\r\n",
                     b"GET / HTTP/1.1\r\n" + HOST + b"X: " + b"a" * 5000000):
            answer = self.server.raw(data)
            self.assertIn(status_of(answer), (431, None), data[:40])  # None: reset before the answer was read
            self.assertLessEqual(len(statuses_of(answer)), 1)
        self.assertEqual(status_of(self.server.raw(b"GET /" + b"a" * 9000 + b" HTTP/1.1\r\n\r\n")), 431)

    def test_bodies_are_refused(self):
        hidden = b"GET /metrics HTTP/1.1\r\n" + HOST + b"\r\n"
        for fields in (b"Content-Length: %d\r\n" % len(hidden), b"Transfer-Encoding: chunked\r\n",
                       b"Content-Length: 99999999999\r\n"):
            answer = self.server.raw(b"GET /metrics HTTP/1.1\r\n" + HOST + fields + b"\r\n" + hidden)
            self.assertEqual(statuses_of(answer), [413], fields)
        for fields in (b"Content-Length: 5\r\nTransfer-Encoding: chunked\r\n", b"Content-Length: -1\r\n",
                       b"Content-Length: 5\r\nContent-Length: 6\r\n", b"Content-Length: x\r\n"):
            answer = self.server.raw(b"GET /metrics HTTP/1.1\r\n" + HOST + fields + b"\r\n" + hidden)
            self.assertIn(statuses_of(answer), ([400], [413]), fields)

    def test_what_is_no_request_is_refused(self):
        for data in (b"\r\n\r\n\r\nx\r\n\r\n", b"GET\r\n\r\n", b"GET /\r\n\r\n", b"GET / HTTP/9.9\r\n\r\n",
                     b"GET / HTTX/1.1\r\n\r\n", b"G\x01T / HTTP/1.1\r\n\r\n", b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc",
                     b"GET / HTTP/1.1\r\nno colon\r\n\r\n", b"GET / HTTP/1.1\r\n: x\r\n\r\n", b"\0" * 100,
                     b"GET / HTTP/1.1\r\nA\0B: x\r\n\r\n", b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n", bytes(range(256)) * 8,
                     b"GET  / HTTP/1.1\r\n" + HOST + b"\r\n", b"GET / HTTP/1.1\nHost: localhost\n\n"):
            answer = self.server.raw(data)
            self.assertEqual(statuses_of(answer), [400], data[:40])
            self.assertIn(b"Connection: close", answer)

    def test_requests_in_a_row_are_answered_in_order(self):
        targets = [b"/metrics", b"/nothing", b"/api/runs", b"/", b"/api/runs/x"] * 5
        data = b"".join(b"GET " + target + b" HTTP/1.1\r\n" + HOST + b"\r\n" for target in targets)
        self.assertEqual(statuses_of(self.server.raw(data)), [200, 404, 200, 200, 404] * 5)

    def test_other_hosts_and_sites_are_refused(self):
        for host in ("evil.example", "localhost.evil.example", "192.0.2.7", "localhost@evil.example"):
            self.assertEqual(self.server.ask("/api/runs", Host=f"{host}:{self.server.port}").status, 403, host)
        for fields in (b"", HOST + b"Host: evil.example\r\n", b"Host: evil.example\r\n" + HOST, b"Host:\r\n"):
            answer = self.server.raw(b"GET /api/runs HTTP/1.1\r\n" + fields + b"Connection: close\r\n\r\n")
            self.assertIn(status_of(answer), (400, 403), fields)
        self.assertEqual(self.server.ask("/api/runs", Origin="http://evil.example").status, 403)
        self.assertEqual(self.server.ask("/api/runs", Origin="null").status, 403)
        self.assertEqual(self.server.ask("/api/runs", Sec_Fetch_Site="cross-site").status, 403)
        own = f"http://127.0.0.1:{self.server.port}"
        answer = self.server.ask("/api/runs", Origin=own, Sec_Fetch_Site="same-origin")
        self.assertEqual(answer.status, 200)
        self.assertNotIn("access-control-allow-origin", answer.fields)

    def test_slow_clients_lose_their_connections_and_keep_nobody_waiting(self):
        slow = [self.server.connect() for _ in range(40)]
        begin = time.monotonic()
        for connection in slow:
            connection.setblocking(False)
        open_ones = set(slow)
        while open_ones and time.monotonic() - begin < PATIENCE:
            self.assertEqual(self.server.ask("/api/runs").status, 200)
            for connection in list(open_ones):
                try:
                    connection.send(b"G")
                    if connection.recv(100) == b"":
                        open_ones.discard(connection)
                except BlockingIOError:
                    pass
                except OSError:
                    open_ones.discard(connection)
            time.sleep(0.2)
        self.assertEqual(open_ones, set())
        for connection in slow:
            connection.close()

    def test_there_is_a_limit_of_connections(self):
        with contextlib.ExitStack() as stack:
            idle = [stack.enter_context(self.server.connect()) for _ in range(256)]
            deadline = time.monotonic() + PATIENCE
            while (status := status_of(self.server.raw(b""))) != 503 and time.monotonic() < deadline:
                idle.append(stack.enter_context(self.server.connect()))
            self.assertEqual(status, 503)
        deadline = time.monotonic() + PATIENCE
        while self.server.ask("/api/runs").status != 200 and time.monotonic() < deadline:
            time.sleep(0.05)
        self.assertEqual(self.server.ask("/api/runs").status, 200)


class Tokens(unittest.TestCase):
    def setUp(self):
        self.home = self.enterContext(tempfile.TemporaryDirectory())

    def serve(self, *words, **environment):
        return self.enterContext(Server(LODE, "serve", self.home, "--port", "0", *words, env=os.environ | environment))

    def check(self, server):
        self.assertEqual(server.ask("/api/runs").status, 401)
        self.assertEqual(server.ask("/api/runs", Authorization="Bearer x" + server.token).status, 401)
        self.assertEqual(server.ask("/nothing?token=" + "x" * 43).status, 401)
        self.assertEqual(server.ask("/api/runs", Authorization="Bearer " + server.token).status, 200)
        sent_on = server.ask("/?token=" + server.token)
        self.assertEqual((sent_on.status, sent_on.fields["location"]), (303, "/"))
        cookie, *properties = sent_on.fields["set-cookie"].split("; ")
        self.assertEqual(set(properties), {"Path=/", "HttpOnly", "SameSite=Strict"})
        self.assertEqual(server.ask("/api/runs", Cookie=cookie).status, 200)
        self.assertEqual(server.ask("/api/runs", Cookie=cookie + "x").status, 401)

    def test_other_addresses_need_one(self):
        one, two = self.serve("--address", "0.0.0.0"), self.serve("--address", "0.0.0.0")
        self.assertEqual(len(one.token), 43)
        self.assertNotEqual(one.token, two.token)
        self.check(one)
        bearer = "Bearer " + one.token
        self.assertEqual(one.ask("/api/runs", Authorization=bearer, Host="evil.example").status, 403)
        self.assertEqual(one.ask("/api/runs", Authorization=bearer, Host=one.host).status, 200)

    def test_it_may_be_in_a_file_or_in_the_environment(self):
        file = os.path.join(self.home, "token")
        pathlib.Path(file).write_text(TOKEN + "\n")
        for server in (self.serve("--token-file", file), self.serve(LODE_SERVE_TOKEN=TOKEN)):
            self.assertEqual(server.token, TOKEN)
            self.check(server)

    def test_a_short_one_is_refused(self):
        outcome = lode("serve", self.home, "--port", "0", env=os.environ | {"LODE_SERVE_TOKEN": "secret"})
        self.assertEqual(outcome.returncode, 2)
        self.assertIn("LODE_SERVE_TOKEN: expected a token of at least 16", outcome.stderr)

    def test_names_of_the_machine_can_be_added(self):
        server = self.serve("--host", "Runs.example")
        self.assertEqual(server.host, "Runs.example")
        self.assertEqual(server.ask("/api/runs", Host="runs.example:80").status, 200)
        self.assertEqual(server.ask("/api/runs", Host="runs.example.org").status, 403)


class Endings(OverRuns):
    def test_a_signal_ends_it_whatever_clients_do(self):
        for number in (signal.SIGINT, signal.SIGTERM):
            with Server(LODE, "serve", self.runs, "--port", "0") as server, contextlib.ExitStack() as stack:
                [first, _] = server.runs()
                clients = [stack.enter_context(server.connect()) for _ in range(20)]
                for client in clients[:10]:
                    client.sendall(f"GET /report/{first['id']} HTTP/1.1\r\nHost: localhost\r\n\r\n".encode())
                self.assertEqual(server.end(number), 0)
                with self.assertRaises(ConnectionRefusedError):
                    server.connect()

    def test_a_port_that_is_taken_is_said_before_anything_begins(self):
        port = str(self.server.port)
        outcome = lode("serve", self.runs, "--port", port)
        self.assertEqual(outcome.returncode, 2)
        self.assertIn(f"cannot listen on 127.0.0.1, port {port}: the port is in use; --port 0", outcome.stderr)
        out = os.path.join(self.home, "new")
        outcome = lode("run", PIPELINE, "--out", out, f"--serve={port}")
        self.assertEqual(outcome.returncode, 2)
        self.assertIn("the port is in use", outcome.stderr)
        self.assertFalse(os.path.exists(out))

    def test_mistakes_are_named(self):
        for words, text in ((["/nowhere"], "/nowhere: is not a directory"), (["--port", "70000"], "70000"),
                            (["--address", "localhost"], "--address localhost: expected a numeric address")):
            outcome = lode("serve", *words, cwd=self.home)
            self.assertEqual(outcome.returncode, 2)
            self.assertIn(text, outcome.stderr)


def trials_of(directory):
    with contextlib.closing(sqlite3.connect(f"{directory}/run.db")) as store:
        return store.execute("SELECT * FROM trial JOIN evaluation ON evaluation = id ORDER BY trial.step").fetchall()


class Crowd:
    """Concurrent clients, each of which checks all its answers."""

    CLIENTS, REQUESTS = 50, 10000

    def __init__(self, server):
        self.server, self.left, self.answers = server, self.REQUESTS, {}
        self.steps = {}  # of each run, as answered last to each client

    async def answer(self, reader, writer, target):
        writer.write(f"GET {target} HTTP/1.1\r\nHost: localhost\r\n\r\n".encode())
        head = await reader.readuntil(b"\r\n\r\n")
        fields = dict(line.split(": ", 1) for line in head.decode().split("\r\n")[1:] if line)
        return status_of(head), await reader.readexactly(int(fields["Content-Length"]))

    def check(self, client, target, status, body):
        if target == "/nothing":
            assert status == 404, status
            return
        assert status == 200, (target, status, body[:200])
        if target == "/metrics":
            assert body.endswith(b"\n# EOF\n")
        elif target == "/":
            assert body.endswith(b"</html>\n")
        else:
            runs = json.loads(body)
            for one in runs["runs"] if "runs" in runs else [runs]:
                key = client, one["id"]
                assert self.steps.get(key, 0) <= one["steps"], (target, one["steps"])
                self.steps[key] = one["steps"]
                if "curve" in one:
                    assert one["curve"] == sorted(one["curve"]), one["curve"]

    async def client(self, number, targets):
        reader, writer = await asyncio.open_connection("127.0.0.1", self.server.port, limit=1 << 24)
        while self.left > 0:
            self.left -= 1
            target = targets[self.left % len(targets)]
            self.check(number, target, *await self.answer(reader, writer, target))
            self.answers[target] = self.answers.get(target, 0) + 1
        writer.close()

    async def come(self):
        targets = ["/api/runs", "/metrics", "/", "/nothing"] + ["/api/runs/" + run["id"] for run in self.server.runs()]
        await asyncio.gather(*(self.client(number, targets) for number in range(self.CLIENTS)))


class WhileRunning(unittest.TestCase):
    def setUp(self):
        self.home = self.enterContext(tempfile.TemporaryDirectory())
        self.pipeline = os.path.join(self.home, "slow.toml")
        pathlib.Path(self.pipeline).write_text(SLOW)

    def words(self, name, steps, *more):
        return ["--plugin", FAULTY, "run", self.pipeline, "--out", os.path.join(self.home, name), "--seeds", "2", "-j",
                "2", "--set", f"budget.steps={steps}", *more]

    def test_a_crowd_gets_right_answers_and_the_run_makes_the_same_trials(self):
        with Server(LODE, *self.words("served", 10**6, "--serve=0")) as server:
            crowd = Crowd(server)
            asyncio.run(asyncio.wait_for(crowd.come(), PATIENCE * 5))
            self.assertEqual(sum(crowd.answers.values()), crowd.REQUESTS)
            self.assertEqual(server.end(), 130)
        alone = lode(*self.words("alone", 300))
        self.assertEqual(alone.returncode, 0)
        self.assertNotIn("shown at", alone.stderr)
        for seed in ("seed-0", "seed-1"):
            served, alone = trials_of(f"{self.home}/served/{seed}"), trials_of(f"{self.home}/alone/{seed}")
            both = min(len(served), len(alone))
            self.assertGreater(both, 0)
            self.assertEqual(served[:both], alone[:both])

    def test_the_server_ends_with_the_run(self):
        with Server(LODE, *self.words("short", 200, "--serve=0")) as server:
            self.assertEqual(server.wait(), 0)
            with self.assertRaises(ConnectionRefusedError):
                server.connect()

    def test_a_run_is_shown_while_it_runs(self):
        with Server(LODE, *self.words("long", 10**6, "--serve=0")) as server:
            deadline = time.monotonic() + PATIENCE
            while time.monotonic() < deadline:
                [first, *_] = server.runs() or [{}]
                if first.get("live") and first["best"] and first["trials_per_second"] and first["failures"]:
                    break
                time.sleep(0.1)
            self.assertEqual((first["standing"], first["planned_steps"]), ("running", 10**6))
            self.assertFalse(first["has_report"])
            self.assertEqual(server.ask("/report/" + first["id"]).status, 409)
            self.assertEqual(first["live"]["workers"], 2)
            one = server.ask("/api/runs/" + first["id"]).json()
            self.assertEqual(sum(kind["count"] for kind in one["failure_kinds"]), one["failures"])
            self.assertEqual([kind["reason"] for kind in one["failure_kinds"]], ["metric 'checksum' is not a number"])
            again = server.runs()[0]
            self.assertGreaterEqual(again["steps"], first["steps"])
            self.assertEqual(server.end(), 130)


if __name__ == "__main__":
    unittest.main()
