"""The loaded demo street on a real server for the browser, with the worker beside it; whoever opens it has a copy of their own."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from playwright.sync_api import BrowserContext

from pointsapp.demo.log_ins import LOG_INS, PASSWORD
from tests.browser.acting import enter
from tests.browser.street import working
from tests.server import Server, serving

PHONES = {each.key: each.phone for each in LOG_INS}


@dataclass
class DemoSite:
    server: Server
    _cookies: dict[str, list[Any]] = field(default_factory=dict)

    @property
    def url(self) -> str:
        return self.server.url

    def let_in(self, context: BrowserContext, who: str) -> None:
        """Sign `context` in as one of the demo's log-ins; the session is the same one each time."""
        if who not in self._cookies:
            enter(context, PHONES[who], PASSWORD)
            self._cookies[who] = context.cookies()
        context.add_cookies(self._cookies[who])


@contextmanager
def open_demo(folder: Path) -> Iterator[DemoSite]:
    """Serve the demo street that lies in `folder`."""
    url = f"sqlite:///{folder / 'demo.db'}"
    with (
        serving(url, folder, POINTSAPP_INSTANCE=str(folder / "instance"), POINTSAPP_DEMO="1") as server,
        working(server),
    ):
        yield DemoSite(server)
