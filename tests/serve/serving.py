"""Starts `lode serve` and talks to it, politely or in raw bytes."""

import contextlib
import http.client
import json
import re
import signal
import socket
import subprocess

PATIENCE = 120  # seconds: only a hang takes that long


class Answer:
    def __init__(self, status, fields, body):
        self.status, self.fields, self.body = status, {k.lower(): v for k, v in fields}, body

    def json(self):
        return json.loads(self.body)


class Server:
    """A server for the time of a with-block. `words`: `serve DIR` or another command that serves, and options."""

    def __init__(self, program, *words, env=None):
        self.process = subprocess.Popen([program, *words], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
                                        env=env)
        stream = self.process.stdout if "serve" in words else self.process.stderr
        self.line = stream.readline()
        found = re.search(r"shown at http://(\S+):(\d+)/(?:\?token=(\S+))?", self.line)
        if not found:
            raise AssertionError(self.line + "".join(self.process.communicate(timeout=PATIENCE)))
        self.host, self.port, self.token = found[1], int(found[2]), found[3]

    def __enter__(self):
        return self

    def __exit__(self, *_):
        if self.process.poll() is None:
            self.process.kill()
        self.process.communicate()

    def end(self, number=signal.SIGINT):
        """Sends a signal, and returns the exit status."""
        self.process.send_signal(number)
        return self.wait()

    def wait(self):
        self.process.communicate(timeout=PATIENCE)
        return self.process.returncode

    def connect(self):
        return socket.create_connection(("127.0.0.1", self.port), timeout=PATIENCE)

    def raw(self, data):
        """Sends bytes, and returns what comes until the server closes the connection."""
        with self.connect() as connection, contextlib.suppress(ConnectionResetError):
            answer = b""
            with contextlib.suppress(BrokenPipeError, ConnectionResetError):
                connection.sendall(data)
                connection.shutdown(socket.SHUT_WR)
            while part := connection.recv(65536):
                answer += part
            return answer
        return answer

    def ask(self, target, method="GET", **fields):
        """Returns the answer to one request. fields: X_Y for the field X-Y."""
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=PATIENCE)
        with contextlib.closing(connection):
            connection.request(method, target, headers={name.replace("_", "-"): text for name, text in fields.items()})
            answer = connection.getresponse()
            return Answer(answer.status, answer.getheaders(), answer.read())

    def runs(self):
        return self.ask("/api/runs").json()["runs"]


def status_of(answer):
    """Of the first answer in bytes; None if there is none."""
    found = re.match(rb"HTTP/1\.1 (\d{3}) ", answer)
    return int(found[1]) if found else None


def statuses_of(answers):
    return [int(status) for status in re.findall(rb"^HTTP/1\.1 (\d{3}) ", answers, re.MULTILINE)]
