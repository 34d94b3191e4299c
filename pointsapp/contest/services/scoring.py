"""Scores of a panel: each of it scores each branch but those it has an interest in; a newer score replaces, the older one stays."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from pointsapp.contest.errors import NotOnPanel, PanelClosed, PanelNotBegun
from pointsapp.contest.models import Panel, PanelScore, PanelState
from pointsapp.contest.queries.interest import interested
from pointsapp.contest.queries.panels import find_panel, presenting, sheet_of
from pointsapp.core import clock
from pointsapp.core.actor import Actor, require
from pointsapp.core.errors import NotFound
from pointsapp.stars.errors import OwnBranch, ScoreAboveMax
from pointsapp.stars.services.gates import hold_open


@dataclass(frozen=True, slots=True, kw_only=True)
class ScoreReceipt:
    """`following` is the next branch that this person has not scored (its public id; None: all are scored)."""

    panel_id: str
    branch_id: str
    score: int
    following: str | None
    is_repeat: bool = False


def give_score(
    session: Session, actor: Actor, panel_id: str, branch_id: str, score: int, *, now: datetime
) -> ScoreReceipt:
    """Score one branch, in hundredths. Before the panel closes a new score replaces it; the same again changes nothing."""
    panel = find_panel(session, panel_id)
    seat = panel.seat_of(actor.person_id)
    require(seat is not None and seat.is_scoring, NotOnPanel())
    row = session.scalars(
        select(Panel).where(Panel.id == panel.id).with_for_update().execution_options(populate_existing=True)
    ).one()
    if row.state is not PanelState.OPEN:
        raise PanelClosed()
    hold_open(session, panel.round)
    held_on = clock.local_day(panel.held_at)
    if clock.local_day(now) < held_on:
        raise PanelNotBegun(held_on=held_on.isoformat())
    branch = next((one for one in presenting(session, panel.id) if branch_id in (one.public_id, one.code)), None)
    if branch is None:
        raise NotFound()
    require(not interested(session, [actor.person_id], [branch], now=now), OwnBranch())
    most = panel.indicator.most
    if score > most:
        raise ScoreAboveMax(most=most / 100 if most % 100 else most // 100)
    sheet = sheet_of(session, panel, now=now, only=actor.person_id)
    pair = (actor.person_id, branch.id)
    is_repeat = sheet.given.get(pair) == score
    if not is_repeat:
        session.add(
            PanelScore(
                panel_id=panel.id, person_id=actor.person_id, branch_id=branch.id, score_hundredths=score, at=now
            )
        )
        session.flush()
    done = sheet.given.keys() | {pair}
    open_ones = [one for one in sheet.branches if (actor.person_id, one.id) in sheet.eligible - done]
    order = [one.id for one in sheet.branches]
    later = [one for one in open_ones if order.index(one.id) > order.index(branch.id)] or open_ones
    return ScoreReceipt(
        panel_id=panel.public_id,
        branch_id=branch.public_id,
        score=score,
        following=later[0].public_id if later else None,
        is_repeat=is_repeat,
    )
