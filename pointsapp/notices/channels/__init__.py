"""Ways out of the house behind one small interface. A further one is a module here, a name in `ChannelName` and a line in `WAYS`.

Which ways there are is told by the settings alone; the modules, and what they bring along, are loaded by the worker.
"""

from __future__ import annotations

from collections.abc import Callable
from importlib import import_module

from pointsapp.config import Settings
from pointsapp.notices.channels.base import Channel, ComeAgain, NobodyThere, NotTaken, Parcel

# name -> whether the settings set it up; the module of that name builds it by `open_channel(settings)`
WAYS: dict[str, Callable[[Settings], bool]] = {
    "push": lambda settings: bool(settings.vapid_public_key and settings.vapid_private_key),
    "mail": lambda settings: bool(settings.smtp_url),
    "sms": lambda settings: bool(settings.sms_url),
}


def ready_ways(settings: Settings) -> frozenset[str]:
    """Return the names of the ways this house has."""
    return frozenset(name for name, is_set_up in WAYS.items() if is_set_up(settings))


def open_channels(settings: Settings) -> dict[str, Channel]:
    """Return the channels of this house by name."""
    return {name: import_module(f"{__name__}.{name}").open_channel(settings) for name in sorted(ready_ways(settings))}


__all__ = ["Channel", "ComeAgain", "NobodyThere", "NotTaken", "Parcel", "open_channels", "ready_ways"]
