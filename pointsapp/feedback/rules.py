"""Pure decisions about feedback: which office it begins at, and which comes next above."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class OnDuty:
    """Somebody who answers for `area_id`; `open_count` is how much they have to answer already."""

    area_id: int
    person_id: int
    open_count: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Office:
    """The office that has it: its area, and who there answers, None where nobody is on duty."""

    area_id: int
    handler_id: int | None


def nearest_office(chain: Sequence[int], duty: Collection[OnDuty]) -> int | None:
    """Return the area on `chain` (root first, the place itself last) whose office is nearest; None where nobody is on duty."""
    offices = {one.area_id for one in duty}
    return next((area_id for area_id in reversed(chain) if area_id in offices), None)


def first_office(chain: Sequence[int], duty: Collection[OnDuty], *, above: int | None = None) -> Office:
    """Return the nearest office on `chain` that has somebody on duty, beginning above the office of the area `above`.

    Where nobody is on duty at all it stands at the root, with the platform's administrators.
    """
    within = chain if above is None else chain[: chain.index(above)]
    nearest = nearest_office(within, duty)
    return _office(chain[0] if nearest is None else nearest, duty)


def next_office(chain: Sequence[int], area_id: int, duty: Collection[OnDuty]) -> Office | None:
    """Return the nearest office above `area_id` on its `chain`; None at the root, where nothing stands above."""
    if area_id == chain[0]:
        return None
    return first_office(chain, duty, above=area_id)


def root_office(chain: Sequence[int], duty: Collection[OnDuty]) -> Office:
    """Return the office at the root of `chain`: where everything ends for which nobody else is on duty."""
    return _office(chain[0], duty)


def _office(area_id: int, duty: Collection[OnDuty]) -> Office:
    """Let whoever there has least to answer do it."""
    here = sorted((one.open_count, one.person_id) for one in duty if one.area_id == area_id)
    return Office(area_id=area_id, handler_id=here[0][1] if here else None)
