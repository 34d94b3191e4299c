"""A wire between browser and server that can be cut: the browser's worker, too, then finds nobody, as in a cellar."""

from __future__ import annotations

import socket
import threading
from contextlib import suppress


class Relay:
    """A TCP relay on loopback; `cut()` ends every connection and lets nobody through until `mend()`."""

    def __init__(self, to_port: int) -> None:
        self._to = to_port
        self._is_cut = False
        self._open: set[socket.socket] = set()
        self._door = socket.create_server(("127.0.0.1", 0), backlog=128)
        self.url = f"http://127.0.0.1:{self._door.getsockname()[1]}"
        threading.Thread(target=self._serve, daemon=True).start()

    def cut(self) -> None:
        self._is_cut = True
        for each in list(self._open):
            with suppress(OSError):
                each.shutdown(socket.SHUT_RDWR)

    def mend(self) -> None:
        self._is_cut = False

    def close(self) -> None:
        self.cut()
        self._door.close()

    def _serve(self) -> None:
        with suppress(OSError):
            while True:
                near, _address = self._door.accept()
                if self._is_cut:
                    near.close()
                    continue
                threading.Thread(target=self._carry, args=(near,), daemon=True).start()

    def _carry(self, near: socket.socket) -> None:
        with suppress(OSError), near, socket.create_connection(("127.0.0.1", self._to), timeout=60) as far:
            self._open |= {near, far}
            other = threading.Thread(target=_pour, args=(near, far), daemon=True)
            other.start()
            _pour(far, near)
            other.join(timeout=60)
            self._open -= {near, far}


def _pour(source: socket.socket, target: socket.socket) -> None:
    with suppress(OSError):
        while piece := source.recv(65536):
            target.sendall(piece)
    with suppress(OSError):
        target.shutdown(socket.SHUT_RDWR)
