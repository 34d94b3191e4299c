"""One POST to a machine that somebody else named: never to one inside, never for long, never somewhere else than it said.

The name is resolved once, every address it stands for is looked at, and the connection goes to the very address that was looked at;
so a name that changes its mind between look and call (DNS rebinding) gains nothing. Redirects are answers, not orders.
"""

from __future__ import annotations

import http.client
import socket
import ssl
import threading
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass
from urllib.parse import urlsplit

from pointsapp.notices.places import is_outside, may_be_called

STEP_S = 6  # for each step: connecting, and each piece of the answer
WHOLE_S = 15  # for all of it: a server that drips is hung up on
MOST_READ = 4096


class Unreached(Exception):
    """No answer. `is_forbidden`: we do not call there at all."""

    def __init__(self, reason: str, *, is_forbidden: bool = False) -> None:
        super().__init__(reason)
        self.reason, self.is_forbidden = reason, is_forbidden


@dataclass(frozen=True, slots=True)
class Reply:
    status: int
    retry_after: int | None


def post(url: str, *, headers: Mapping[str, str], body: bytes, inside: bool = False) -> Reply:
    """POST `body` and return the status. Raises Unreached. `inside`: the operator named the place, private addresses are fine."""
    if not may_be_called(url, inside=inside):
        raise Unreached("forbidden_address", is_forbidden=True)
    parts = urlsplit(url)
    is_safe = parts.scheme == "https"
    host, port = parts.hostname or "", parts.port or (443 if is_safe else 80)
    line = _connect(host, port, inside=inside)
    hang_up = threading.Timer(WHOLE_S, _cut, (line,))
    hang_up.daemon = True
    hang_up.start()
    try:
        call = http.client.HTTPConnection(host, port, timeout=STEP_S)
        call.sock = ssl.create_default_context().wrap_socket(line, server_hostname=host) if is_safe else line
        target = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
        call.request("POST", target, body=body, headers={"User-Agent": "pointsapp", "Connection": "close", **headers})
        answer = call.getresponse()
        answer.read(MOST_READ)
        return Reply(answer.status, _seconds(answer.headers.get("Retry-After")))
    except ssl.SSLError:
        raise Unreached("no_safe_line") from None
    except (OSError, http.client.HTTPException):
        raise Unreached("no_answer") from None
    finally:
        hang_up.cancel()
        _cut(line)


def _connect(host: str, port: int, *, inside: bool) -> socket.socket:
    try:
        found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    except OSError:
        raise Unreached("no_such_host") from None
    if not inside and not all(is_outside(str(place[4][0])) for place in found):
        raise Unreached("forbidden_address", is_forbidden=True)
    for family, kind, protocol, _name, place in found[:3]:
        line = socket.socket(family, kind, protocol)
        line.settimeout(STEP_S)
        try:
            line.connect(place)
        except OSError:
            line.close()
        else:
            return line
    raise Unreached("no_answer")


def _cut(line: socket.socket) -> None:
    with suppress(OSError):
        line.shutdown(socket.SHUT_RDWR)
    line.close()


def _seconds(text: str | None) -> int | None:
    return int(text) if text and text.isdigit() and len(text) < 7 else None
