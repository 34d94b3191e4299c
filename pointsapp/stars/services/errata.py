"""Errata and stars taken back 摘星: proposed by one of the street office, confirmed by another, kept as an edition of their own."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from pointsapp.core import clock, events
from pointsapp.core.actor import Actor, require
from pointsapp.core.errors import Invalid, NotFound
from pointsapp.core.states import move
from pointsapp.stars.errors import (
    ErratumDecided,
    OwnBranch,
    OwnErratum,
    RoundNotClosed,
    SameAsStored,
    StarNotLit,
    UnknownIndicator,
)
from pointsapp.stars.messages import UNKNOWN_INDICATOR, UNKNOWN_STAR
from pointsapp.stars.messages.rounds import NUMBER_MISSING, WHOLE_NUMBER
from pointsapp.stars.models import Branch, EditionKind, Erratum, ErratumState, RoundState
from pointsapp.stars.policies import may_run_round
from pointsapp.stars.queries.branches import BranchRow, find_branch
from pointsapp.stars.queries.editions import KeptBranch, edition_of
from pointsapp.stars.queries.errata import Difference, change_of, differences, kept_by_branch, secretaries_of
from pointsapp.stars.queries.remit import is_own_branch
from pointsapp.stars.queries.rounds import RoundRow, find_round, round_paths, rounds_by_ids
from pointsapp.stars.queries.showing import shows_ranks
from pointsapp.stars.rules.errata import figures_of, revise
from pointsapp.stars.rules.scheme import HUNDREDTHS, Indicator, Source
from pointsapp.stars.rules.score import StarState
from pointsapp.stars.services.assessing import Assess, must_be_assessed
from pointsapp.stars.services.editions import store_edition
from pointsapp.stars.services.gates import hold_published


@dataclass(frozen=True, slots=True, kw_only=True)
class Propose:
    """What the edition in force says wrongly (`what`) and why it is wrong.

    `kind` erratum: `target` is an indicator, `corrected` its right score, or the right amount of the metric it counts; in hundredths.
    `kind` taken_back: `target` is a star, `corrected` is None.
    """

    round_id: str
    branch_id: str
    kind: EditionKind
    target: str
    corrected: int | None
    what: str
    why: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ErratumReceipt:
    """`edition` is the number of the edition that a confirmed one made."""

    public_id: str
    round_id: str
    state: ErratumState
    edition: int | None = None
    is_repeat: bool = False


def propose_erratum(session: Session, actor: Actor, command: Propose, *, now: datetime) -> ErratumReceipt:
    """Put a correction of a closed round down; it changes nothing until somebody else confirms it."""
    found, branch = find_round(session, command.round_id), find_branch(session, command.branch_id)
    require(may_run_round(actor, round_paths(session, found.id)))
    require(not is_own_branch(session, actor, branch, now=now), OwnBranch())
    if hold_published(session, found, alone=False) is not RoundState.CLOSED:
        raise RoundNotClosed()
    kept = kept_by_branch(session, found)
    if branch.id not in kept:
        raise NotFound()
    corrected = _stored(found, command)
    _must_change(found, branch, kept[branch.id], command.kind, command.target, corrected)
    same = session.scalars(
        select(Erratum).where(
            Erratum.round_id == found.id,
            Erratum.branch_id == branch.id,
            Erratum.kind == command.kind,
            Erratum.target == command.target,
            Erratum.state == ErratumState.PROPOSED,
            Erratum.by_id == actor.person_id,
            Erratum.what == command.what,
            Erratum.why == command.why,
        )
    ).all()
    for one in same:
        if one.corrected == corrected:
            return ErratumReceipt(public_id=one.public_id, round_id=found.public_id, state=one.state, is_repeat=True)
    row = Erratum(
        round_id=found.id,
        branch_id=branch.id,
        kind=command.kind,
        target=command.target,
        corrected=corrected,
        what=command.what,
        why=command.why,
        by_id=actor.person_id,
        at=now,
    )
    session.add(row)
    session.flush()
    _tell(session, actor, "stars.erratum_proposed", row, branch, now)
    return ErratumReceipt(public_id=row.public_id, round_id=found.public_id, state=row.state)


def confirm_erratum(session: Session, actor: Actor, erratum_id: str, *, now: datetime) -> ErratumReceipt:
    """Confirm as a second person: the next edition is stored beside the others, and everybody it touches is told."""
    row, found, branch = _proposed(session, actor, erratum_id, now)
    kept = kept_by_branch(session, found)
    _must_change(found, branch, kept[branch.id], row.kind, row.target, row.corrected)
    before = {key: one.kept for key, one in kept.items()}
    number = 1 + _newest(session, found)
    after = revise(found.scheme, before, branch.id, change_of(row, number, clock.local_day(now)))
    edition = store_edition(session, found, after, row.kind, now=now)
    move(
        session,
        row,
        ErratumState.CONFIRMED,
        decided_by_id=actor.person_id,
        decided_at=now,
        edition_id=edition.id,
    )
    _tell(session, actor, "stars.erratum_confirmed", row, branch, now)
    touched = differences(found.scheme, {key: one.branch for key, one in kept.items()}, before, after, branch.id)
    has_ranks = shows_ranks(session, now=now)
    for one in touched:
        # Where no ranks are shown, a branch that only moved past another sees nothing of it.
        if has_ranks or one.is_seen_in_tiers:
            _tell_secretaries(session, actor, found, row, one, edition.number, now, has_ranks=has_ranks)
    return ErratumReceipt(
        public_id=row.public_id, round_id=found.public_id, state=ErratumState.CONFIRMED, edition=edition.number
    )


def decline_erratum(session: Session, actor: Actor, erratum_id: str, reason: str, *, now: datetime) -> ErratumReceipt:
    """Send a proposal back with a reason; it stays to be read."""
    row, found, branch = _proposed(session, actor, erratum_id, now)
    move(
        session,
        row,
        ErratumState.REJECTED,
        decided_by_id=actor.person_id,
        decided_at=now,
        decline_reason=reason,
    )
    _tell(session, actor, "stars.erratum_declined", row, branch, now)
    return ErratumReceipt(public_id=row.public_id, round_id=found.public_id, state=row.state)


def _proposed(session: Session, actor: Actor, erratum_id: str, now: datetime) -> tuple[Erratum, RoundRow, BranchRow]:
    """Return a proposal that this actor may decide now, with its round held alone: editions are numbered one after another."""
    row = session.scalars(select(Erratum).where(Erratum.public_id == erratum_id)).one_or_none()
    if row is None:
        raise NotFound()
    found = rounds_by_ids(session, [row.round_id])[0]
    code = session.execute(select(Branch.public_id).where(Branch.id == row.branch_id)).scalar_one()
    branch = find_branch(session, code)
    require(may_run_round(actor, round_paths(session, found.id)))
    require(actor.person_id != row.by_id, OwnErratum())
    require(not is_own_branch(session, actor, branch, now=now), OwnBranch())
    if hold_published(session, found, alone=True) is not RoundState.CLOSED:
        raise RoundNotClosed()
    session.refresh(row)
    if row.state is not ErratumState.PROPOSED:
        raise ErratumDecided()
    return row, found, branch


def _stored(found: RoundRow, command: Propose) -> int | None:
    """Return `corrected` as it is kept: hundredths of a score, or a whole amount."""
    if command.kind is EditionKind.TAKEN_BACK:
        return None
    indicator = found.scheme.indicator(command.target)
    if indicator is None:
        raise UnknownIndicator(str(UNKNOWN_INDICATOR))
    if command.corrected is None:
        raise Invalid({"corrected": [str(NUMBER_MISSING)]})
    if _is_assessed(indicator):
        return command.corrected
    if command.corrected % HUNDREDTHS:
        raise Invalid({"corrected": [str(WHOLE_NUMBER)]})
    return command.corrected // HUNDREDTHS


def _must_change(
    found: RoundRow, branch: BranchRow, kept: KeptBranch, kind: EditionKind, target: str, corrected: int | None
) -> None:
    """Refuse what names nothing of the scheme, is above a maximum, or is what the edition says already."""
    score = kept.kept.score
    if kind is EditionKind.TAKEN_BACK:
        star = next((one for one in score.stars if one.star.key == target), None)
        if star is None:
            raise Invalid({"target": [str(UNKNOWN_STAR)]})
        if star.state is not StarState.LIT:
            raise StarNotLit()
        return
    indicator = found.scheme.indicator(target)
    assert indicator is not None
    assert corrected is not None
    values, given = figures_of(score)
    if _is_assessed(indicator):
        draft = Assess(
            round_id=found.public_id, branch_id=branch.public_id, indicator=target, score=corrected, reason=""
        )
        must_be_assessed(found, draft)
        stands = given.get(target)
    else:
        assert indicator.formula is not None
        stands = values.get(indicator.formula.of)
    if stands == corrected:
        raise SameAsStored()


def _is_assessed(indicator: Indicator) -> bool:
    return indicator.source is Source.ASSESSED or indicator.formula is None


def _newest(session: Session, found: RoundRow) -> int:
    stored = edition_of(session, found)
    return stored.number if stored else 0


def _tell_secretaries(
    session: Session,
    actor: Actor,
    found: RoundRow,
    row: Erratum,
    one: Difference,
    number: int,
    now: datetime,
    *,
    has_ranks: bool,
) -> None:
    """One event for each secretary of a branch whose standing changed; the notice says what changed and why."""
    events.record_each(
        session,
        "stars.standing_corrected",
        at=now,
        subject=f"erratum:{row.id}",
        person_ids=secretaries_of(session, one.branch, now=now),
        area_id=one.branch.area_id,
        actor_id=actor.person_id,
        round_id=found.public_id,
        quarter=f"{found.starts_on.year}Q{(found.starts_on.month + 2) // 3}",
        branch=one.branch.name,
        number=number,
        what=row.what or row.why,
        reason=row.why,
        is_taken_back=one.is_named and row.kind is EditionKind.TAKEN_BACK,
        is_named=one.is_named,
        has_ranks=has_ranks,
        rank_before=one.rank_before,
        rank=one.rank,
        tier_before=one.tier_before or "",
        tier=one.tier or "",
    )


def _tell(session: Session, actor: Actor, kind: str, row: Erratum, branch: BranchRow, now: datetime) -> None:
    events.record(
        session, kind, at=now, subject=f"erratum:{row.id}", area_id=branch.area_id, actor_id=actor.person_id,
        target=row.target,
    )  # fmt: skip
