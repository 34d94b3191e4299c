"""Post offices on loopback: a web server and a mail server that remember what they were given and answer as told."""

from __future__ import annotations

import socketserver
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any


@dataclass
class Office:
    """What came in: (path, headers, body) of web calls, texts of letters. `answers` are given first, then `usual`."""

    port: int = 0
    usual: int = 201
    answers: list[int] = field(default_factory=list)
    headers: dict[str, str] = field(default_factory=dict)
    sleeps_s: float = 0
    calls: list[tuple[str, dict[str, str], bytes]] = field(default_factory=list)
    letters: list[tuple[str, str]] = field(default_factory=list)

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def next_answer(self) -> int:
        return self.answers.pop(0) if self.answers else self.usual


@contextmanager
def web_office() -> Iterator[Office]:
    """Answer POSTs with a status."""
    office = Office()

    class Clerk(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
            office.calls.append((self.path, dict(self.headers), body))
            time.sleep(office.sleeps_s)
            self.send_response(office.next_answer())
            for name, value in office.headers.items():
                self.send_header(name, value)
            self.send_header("Content-Length", "0")
            self.end_headers()

        def log_message(self, *_said: Any) -> None:
            return

    with ThreadingHTTPServer(("127.0.0.1", 0), Clerk) as server:
        server.daemon_threads = True
        office.port = server.server_address[1]
        threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True).start()
        yield office
        server.shutdown()


@contextmanager
def mail_office() -> Iterator[Office]:
    """Take letters by SMTP; `answers` are given to RCPT."""
    office = Office(usual=250)

    class Clerk(socketserver.StreamRequestHandler):
        def say(self, line: str) -> None:
            self.wfile.write(f"{line}\r\n".encode())

        def handle(self) -> None:
            self.say("220 here")
            to = ""
            while line := self.rfile.readline().decode().strip():
                word = line.split(" ")[0].upper()
                if word == "RCPT":
                    answer = office.next_answer()
                    to = line.partition("<")[2].partition(">")[0]
                    self.say(f"{answer} {'taken' if answer == 250 else 'no ' + to}")
                elif word == "DATA":
                    self.say("354 go on")
                    text = []
                    while (piece := self.rfile.readline().decode()) not in (".\r\n", ""):
                        text.append(piece)
                    office.letters.append((to, "".join(text)))
                    self.say("250 taken")
                elif word == "QUIT":
                    self.say("221 bye")
                    return
                else:
                    self.say("250 fine")

    class Server(socketserver.ThreadingTCPServer):
        daemon_threads = True
        allow_reuse_address = True

    with Server(("127.0.0.1", 0), Clerk) as server:
        office.port = server.server_address[1]
        threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True).start()
        yield office
        server.shutdown()
