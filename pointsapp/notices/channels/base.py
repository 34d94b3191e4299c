"""What every channel is: it takes a parcel or says why not. Nothing it raises carries an address or a word of a person's."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol


@dataclass(frozen=True, slots=True, kw_only=True)
class Parcel:
    """One message, in the reader's language. `key` stays the same when it is tried again; `url` opens what it is about."""

    address: str
    title: str
    text: str
    url: str
    path: str  # the same without the host: what a browser opens at home
    settings_url: str
    key: str
    brand: str
    is_urgent: bool = False


class Channel(Protocol):
    """`send` returns when the message was taken over; else it raises one of the three below. It is bounded in time."""

    def send(self, parcel: Parcel) -> None: ...


class ComeAgain(Exception):
    """Not now. `whole`: the channel itself is down, so others need not be tried in this round; `after_s`: as it asked."""

    def __init__(self, reason: str, *, whole: bool = False, after_s: int | None = None) -> None:
        super().__init__(reason)
        self.reason, self.whole, self.after_s = reason, whole, after_s


class NotTaken(Exception):
    """Never: this message is refused for good."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


class NobodyThere(NotTaken):
    """The address does not exist any more."""
