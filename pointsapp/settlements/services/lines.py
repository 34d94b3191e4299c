"""Line by line: the shop says what is wrong with one, the community answers, and only the answer changes the sum."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import update
from sqlalchemy.orm import Session

from pointsapp.core import events
from pointsapp.core.actor import Actor
from pointsapp.core.errors import Invalid, NotFound
from pointsapp.core.states import must_move
from pointsapp.settlements.errors import LineAnswered, StepNotDue
from pointsapp.settlements.messages import NOT_ABOVE_NOUGHT, NOT_BELOW_NOUGHT
from pointsapp.settlements.models import SettlementLine, SettlementState
from pointsapp.settlements.policies import checks, confirms_for_shop
from pointsapp.settlements.queries import LineRow, SettlementRow, line_by_public_id, settlement_row
from pointsapp.settlements.services.reading import add_up, allow, locked_month
from pointsapp.settlements.services.telling import tell_managers


@dataclass(frozen=True, slots=True, kw_only=True)
class DisputeLine:
    """`claimed_fen`: what it should be, None where the shop cannot say."""

    settlement: str
    line: str
    reason: str
    claimed_fen: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class AnswerLine:
    """`fen`: what the line counts from now on, None to keep what stands."""

    settlement: str
    line: str
    answer: str
    fen: int | None = None


def dispute_line(session: Session, actor: Actor, command: DisputeLine, *, now: datetime) -> SettlementRow:
    """Say what is wrong with a line of a draft; once, then the community answers."""
    row = locked_month(session, actor, command.settlement)
    allow(confirms_for_shop(actor, row.merchant_id))
    line = _line_of(session, row, command.line)
    if line.disputed_at is not None:
        raise LineAnswered()
    must_move(
        session,
        update(SettlementLine)
        .where(SettlementLine.id == line.id, SettlementLine.disputed_at.is_(None))
        .values(
            disputed_at=now,
            disputed_by_id=actor.person_id,
            dispute_reason=command.reason,
            claimed_fen=command.claimed_fen,
        ),
    )
    events.record(
        session,
        "settlements.line_disputed",
        at=now,
        subject=f"settlement:{row.id}",
        area_id=row.area_id,
        actor_id=actor.person_id,
        line=line.public_id,
        month=row.month,
    )
    return _again(session, row)


def answer_line(session: Session, actor: Actor, command: AnswerLine, *, now: datetime) -> SettlementRow:
    """Answer a disputed line: change what it counts, or keep it and say why."""
    row = locked_month(session, actor, command.settlement)
    allow(checks(actor, row.merchant_id, row.area_path))
    line = _line_of(session, row, command.line)
    if not line.is_open:
        raise LineAnswered()
    fen = line.agreed_fen if command.fen is None else command.fen
    if line.is_correction != (fen < 0) and fen != 0:
        raise Invalid({"fen": [str(NOT_ABOVE_NOUGHT if line.is_correction else NOT_BELOW_NOUGHT)]})
    must_move(
        session,
        update(SettlementLine)
        .where(SettlementLine.id == line.id, SettlementLine.answered_at.is_(None))
        .values(answered_at=now, answered_by_id=actor.person_id, answer=command.answer, agreed_fen=fen),
    )
    add_up(session, row.id)
    done = _again(session, row)
    tell_managers(session, "settlements.line_answered", done, actor, now, title=line.title, answer=command.answer)
    return done


def _line_of(session: Session, row: SettlementRow, public_id: str) -> LineRow:
    line = line_by_public_id(session, public_id)
    if line is None or line.settlement_id != row.id:
        raise NotFound()
    if row.state is not SettlementState.DRAFT:
        raise StepNotDue(state=row.state.value)
    return line


def _again(session: Session, row: SettlementRow) -> SettlementRow:
    found = settlement_row(session, row.public_id)
    assert found is not None
    return found
