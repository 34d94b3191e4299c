"""Who had a part in somebody's not coming. One rule for who may decide the appeal and who answers a complaint about it."""

from __future__ import annotations

from collections.abc import Collection
from typing import Any

from sqlalchemy import CompoundSelect, Select, select, union

from pointsapp.tasks.models import NoShow, Shift, ShiftLeader, Task


def had_a_part() -> tuple[Select[Any], ...]:
    """Return selects of (number, person_id, by_id, at): who led the shift, who wrote its task, who answered the reason given.

    The two first had their part before it was noted: what the person complains of began with the list of who was there.
    """
    led = _by(ShiftLeader.person_id, NoShow.noted_at).join(ShiftLeader, ShiftLeader.shift_id == NoShow.shift_id)
    wrote = _by(Task.created_by_id, NoShow.noted_at)
    wrote = wrote.join(Shift, Shift.id == NoShow.shift_id).join(Task, Task.id == Shift.task_id)
    return led, wrote, _by(NoShow.decided_by_id, NoShow.decided_at)


def involved(numbers: Collection[int]) -> CompoundSelect[Any]:
    """Select (number, person) of who had a part in each of these: they do not decide its appeal."""
    parts = ((one, one.selected_columns) for one in had_a_part())
    return union(*(one.with_only_columns(by.number, by.by_id).where(by.number.in_(numbers)) for one, by in parts))


def _by(by_id: Any, at: Any) -> Select[Any]:
    columns = (NoShow.id.label("number"), NoShow.person_id.label("person_id"), by_id.label("by_id"), at.label("at"))
    return select(*columns).select_from(NoShow).where(by_id.is_not(None))
