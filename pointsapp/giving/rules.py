"""How much may be given away to a person: small sums, so that points stay thanks for work and never become money."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass

from pointsapp.core.errors import Refusal
from pointsapp.giving.errors import GiftTooLarge, ReceiverHasEnough


@dataclass(frozen=True, slots=True, kw_only=True)
class Limits:
    """Points: of one gift, of all one gives in a local month, and of all one is given in it."""

    each: int
    given: int
    received: int


@dataclass(frozen=True, slots=True, kw_only=True)
class ThisMonth:
    """Points given by the giver and received by the receiver since the local month began."""

    given: int
    received: int


def left_this_month(limits: Limits, given: int) -> int:
    """Return what may still be given in all this month by somebody who has given `given`."""
    return max(0, limits.given - given)


def may_still_give(limits: Limits, given: int) -> int:
    """Return the largest gift that somebody may make who has given `given` this month."""
    return min(limits.each, left_this_month(limits, given))


def refusal_of_gift(points: int, limits: Limits, month: ThisMonth) -> Refusal | None:
    """Return why a gift is too much, None where it is not; the giver's own limit is named first."""
    left = may_still_give(limits, month.given)
    if points > left:
        return GiftTooLarge(left=left)
    room = max(0, limits.received - month.received)
    return ReceiverHasEnough(left=room) if points > room else None


MOST_RINGS = 20  # through one gift; with more, the first ones say enough


def rings_through(
    gave: Callable[[frozenset[int]], dict[int, Iterable[int]]], giver: int, receiver: int, most: int
) -> list[tuple[int, ...]]:
    """Return the rings of at most `most` people that the gift from `giver` to `receiver` closes, the shortest first.

    `gave` tells of these people to whom each gave enough; it is asked once for each length. A ring begins with its smallest key, so
    the same one is found from any of its gifts. Nobody stands in a ring twice.
    """
    ways: list[tuple[int, ...]] = [(giver, receiver)]
    rings: list[tuple[int, ...]] = []
    for _length in range(2, most + 1):
        onward = gave(frozenset(way[-1] for way in ways))
        longer = []
        for way in ways:
            for to in sorted(onward.get(way[-1], ())):
                if to == giver:
                    least = way.index(min(way))
                    rings.append(way[least:] + way[:least])
                elif to not in way:
                    longer.append((*way, to))
        ways = longer[: MOST_RINGS * MOST_RINGS]
        if not ways or len(rings) >= MOST_RINGS:
            break
    return rings[:MOST_RINGS]
