"""A line between people and server that can lose answers: the request arrives, is done, and nobody hears of it."""

from __future__ import annotations

import random
import socket
import threading
from contextlib import suppress

CHUNK = 65536


class Line:
    """A TCP proxy on loopback. While `share` is above 0, that share of the answers is swallowed and the connection cut."""

    def __init__(self, to_port: int, dice: random.Random) -> None:
        self._to, self._dice = to_port, dice
        self.share = 0.0
        self.swallowed = 0
        self._door = socket.create_server(("127.0.0.1", 0), backlog=128)
        self.port = int(self._door.getsockname()[1])
        threading.Thread(target=self._open, daemon=True).start()

    def close(self) -> None:
        self._door.close()

    def _open(self) -> None:
        while True:
            try:
                near, _address = self._door.accept()
            except OSError:
                return
            threading.Thread(target=self._carry, args=(near,), daemon=True).start()

    def _carry(self, near: socket.socket) -> None:
        try:
            far = socket.create_connection(("127.0.0.1", self._to), timeout=60)
        except OSError:
            near.close()
            return
        threading.Thread(target=self._carry_requests, args=(near, far), daemon=True).start()
        with near, far, suppress(OSError):
            while answer := far.recv(CHUNK):
                # Whoever reads here knows that the server has answered: what was asked is committed.
                if self._dice.random() < self.share:
                    self.swallowed += 1
                    near.shutdown(socket.SHUT_RDWR)
                    return
                near.sendall(answer)

    def _carry_requests(self, near: socket.socket, far: socket.socket) -> None:
        with suppress(OSError):
            while asked := near.recv(CHUNK):
                far.sendall(asked)
            far.shutdown(socket.SHUT_WR)
