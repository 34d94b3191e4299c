"""Closing a shift (收尾): one act decides all that somebody may decide of it, and says closed only when nothing is left.

What a second person has to look at stays open and says so; a task closes by its own clock, with or without this page.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any

from sqlalchemy import insert
from sqlalchemy.orm import Session

from pointsapp.checkin.errors import ShiftNotOver
from pointsapp.checkin.models import ShiftClosing
from pointsapp.checkin.queries.closing import MOST, closings_of, is_ready, outcome_of
from pointsapp.checkin.queries.codes import shift_for_leader
from pointsapp.checkin.services.corrections import approve_correction
from pointsapp.checkin.services.review import Void, confirm_attendance, cut_off_due, void_attendance
from pointsapp.core import events
from pointsapp.core.actor import Actor
from pointsapp.core.errors import Refusal
from pointsapp.tasks.queries import ShiftBrief
from pointsapp.tasks.services import Absence, Decision, decide_no_show, note_absent

MOST_LINES = MOST


@dataclass(frozen=True, slots=True, kw_only=True)
class CloseShift:
    """What was chosen, by public ids: `minutes` of attendances confirm, void or leave; `absent` of sign-ups missed, excused or
    leave; `asked` of no-shows accept, decline or leave; `corrections` to approve. The words go with every void and every excuse.
    """

    minutes: Mapping[str, str] = field(default_factory=dict)
    absent: Mapping[str, str] = field(default_factory=dict)
    asked: Mapping[str, str] = field(default_factory=dict)
    corrections: frozenset[str] = frozenset()
    void_reason: str = ""
    excuse_words: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class ClosingReceipt:
    """What one act did. `left` things are still open; `refusals` say why single ones could not be decided."""

    shift_id: str
    is_closed: bool = False
    confirmed: int = 0
    voided: int = 0
    missed: int = 0
    excused: int = 0
    answered: int = 0
    corrected: int = 0
    left: int = 0
    refusals: tuple[Refusal, ...] = ()
    is_repeat: bool = False

    @property
    def did(self) -> int:
        return self.confirmed + self.voided + self.missed + self.excused + self.answered + self.corrected


def close_shift(session: Session, actor: Actor, shift: str, command: CloseShift, *, now: datetime) -> ClosingReceipt:
    """Decide what was chosen, note who did not come, and close the shift if nothing is open any more.

    Each decision is judged as on its own page, by the same service; a no to one leaves the others standing.
    """
    look = shift_for_leader(session, actor, shift, now=now)
    brief = look.brief
    if not is_ready(brief, now):
        raise ShiftNotOver(ends_at=brief.ends_at.isoformat())
    cut_off_due(session, now=now, shift_id=brief.id)
    receipt = _decided(session, actor, brief, command, now=now)
    outcome = outcome_of(session, brief, now=now)
    if outcome.open:
        return replace(receipt, left=outcome.open)
    before = closings_of(session, brief.id)
    if before and before[0].facts == outcome.facts():
        return replace(receipt, is_closed=True, is_repeat=True)
    session.execute(
        insert(ShiftClosing).values(
            shift_id=brief.id,
            round=before[0].round + 1 if before else 1,
            closed_at=now,
            closed_by_id=actor.person_id,
            facts=outcome.facts(),
        )
    )
    events.record(
        session,
        "checkin.shift_closed",
        at=now,
        subject=f"shift:{brief.id}",
        area_id=brief.area_id,
        actor_id=actor.person_id,
        shift_id=brief.id,
        task_id=brief.task_id,
        **outcome.facts(),
    )
    return replace(receipt, is_closed=True)


def _decided(
    session: Session, actor: Actor, brief: ShiftBrief, command: CloseShift, *, now: datetime
) -> ClosingReceipt:
    done = {"confirmed": 0, "voided": 0, "answered": 0, "corrected": 0}
    refusals: list[Refusal] = []

    def each(counted: str, service: Callable[..., Any], *said: object) -> None:
        try:
            with session.begin_nested():  # a no must leave nothing half done, and the others as they are
                receipt = service(session, actor, *said, now=now)
        except Refusal as refusal:
            refusals.append(refusal)
        else:
            done[counted] += not receipt.is_repeat

    for attendance, choice in sorted(command.minutes.items()):
        if choice == "confirm":
            each("confirmed", confirm_attendance, attendance)
        elif choice == "void":
            each("voided", void_attendance, attendance, Void(reason=command.void_reason))
    for correction in sorted(command.corrections):
        each("corrected", approve_correction, correction)
    for no_show, choice in sorted(command.asked.items()):
        if choice in ("accept", "decline"):
            words = command.excuse_words or None
            said = Decision(about="excuse", is_accepted=choice == "accept", words=words)
            each("answered", decide_no_show, no_show, said)
    absences = [
        Absence(signup=signup, excused_words=command.excuse_words if choice == "excused" else None)
        for signup, choice in sorted(command.absent.items())
        if choice in ("missed", "excused")
    ]
    missed, excused = note_absent(session, actor, brief, absences, now=now)
    return ClosingReceipt(
        shift_id=brief.public_id,
        confirmed=done["confirmed"],
        voided=done["voided"],
        answered=done["answered"],
        corrected=done["corrected"],
        missed=missed,
        excused=excused,
        refusals=tuple(refusals),
    )
