"""Links to pages that not everybody opens, whatever they are about: nobody is shown one that would answer "not allowed".

Which policy a page asks stands at its door, in ENTRANCES beside the blueprint; `wiring.py` hands it over here, and templates ask
`entrance()`. So a link and the page behind it cannot come to differ. A role word beside it says for whom a link is worth its place
(an inspector's visits, although the street office may look), never who may. What depends on one thing, a branch or a shop, asks
`can()` with that page's policy instead; and the closing page of a round lists what waits by kinds that features bring with them, for
staff, who may open each.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from pointsapp.core.actor import Actor
from pointsapp.web.links import link
from pointsapp.web.login import current_actor

May = Callable[[Actor], bool]

_doors: dict[str, May] = {}


def register_entrance(endpoint: str, may: May) -> None:
    """Say by which policy the page of `endpoint` lets people in."""
    _doors[endpoint] = may


def entrances() -> dict[str, May]:
    return dict(_doors)


def entrance(endpoint: str, **values: Any) -> str | None:
    """Return the address of a page for a reader who may open it, None for anybody else."""
    actor = current_actor()
    return link(endpoint, **values) if actor is not None and _doors[endpoint](actor) else None
