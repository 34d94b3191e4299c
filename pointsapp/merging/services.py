"""Merging: proposed with a reason, confirmed by another, carried out in one transaction, and never undone.

What goes over is said by each feature's `merging.py`. Entries, scans and events keep the old key; it leads to the account that goes on.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import func, insert, select, update
from sqlalchemy.orm import Session

from pointsapp.core import events, merging
from pointsapp.core.actor import Actor, require
from pointsapp.core.codes import PERSONAL_LENGTH, new_code, new_public_id
from pointsapp.core.errors import NotFound
from pointsapp.core.locks import LockKind, lock
from pointsapp.core.masking import MERGED
from pointsapp.core.merging import Pair
from pointsapp.core.states import move, must_move
from pointsapp.merging.errors import MergeBarred, MergeDecided, MergeNeedsAnother, SameAccount
from pointsapp.merging.models import Merge, MergeState
from pointsapp.merging.policies import may_confirm, may_merge, sees_duplicates
from pointsapp.merging.queries import TwoPeople, two_people
from pointsapp.people.models import Person, PersonalCard

# News that was under way, minutes confirmed late, a voucher undone at a till: what reaches the old account goes over, too.
LEFTOVERS_FOR = timedelta(days=60)
BATCH = 200


@dataclass(frozen=True, slots=True, kw_only=True)
class ProposeMerge:
    """Public ids: `absorbed` is given up, `survivor` goes on."""

    absorbed: str
    survivor: str
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class MergeReceipt:
    public_id: str
    state: MergeState
    survivor: str
    is_repeat: bool = False


def propose_merge(session: Session, actor: Actor, command: ProposeMerge, *, now: datetime) -> MergeReceipt:
    """Propose to give one account up for another; what stands in the way is said at once. The same proposal again is the same one."""
    require(sees_duplicates(actor))
    two = two_people(session, actor, command.absorbed, command.survivor, now=now)
    if two.absorbed.id == two.survivor.id:
        raise SameAccount()
    require(may_merge(actor, two.absorbed.standing, two.survivor.standing), MergeNeedsAnother())
    kept = session.scalar(select(Merge).where(Merge.absorbed_id == two.absorbed.id, Merge.state == MergeState.PROPOSED))
    if kept is not None:
        if kept.survivor_id != two.survivor.id:
            raise MergeDecided()
        return MergeReceipt(public_id=kept.public_id, state=kept.state, survivor=two.survivor.public_id, is_repeat=True)
    _must_be_free(session, two, now=now)
    row = Merge(
        public_id=new_public_id(),
        absorbed_id=two.absorbed.id,
        survivor_id=two.survivor.id,
        area_id=two.area_id,
        state=MergeState.PROPOSED,
        reason=command.reason,
        proposed_at=now,
        proposed_by_id=actor.person_id,
        moved={},
    )
    session.add(row)
    session.flush()
    _tell(session, "merging.proposed", row, actor, now=now)
    return MergeReceipt(public_id=row.public_id, state=row.state, survivor=two.survivor.public_id)


def confirm_merge(session: Session, actor: Actor, merge: str, *, now: datetime) -> MergeReceipt:
    """Carry a proposed merge out, as a second person. It cannot be undone: two accounts cannot be told apart afterwards."""
    row, two = _loaded(session, actor, merge, now=now)
    require(may_confirm(actor, two.absorbed.standing, two.survivor.standing, row.proposed_by_id), MergeNeedsAnother())
    if row.state is MergeState.DONE:
        return MergeReceipt(public_id=row.public_id, state=row.state, survivor=two.survivor.public_id, is_repeat=True)
    if row.state is not MergeState.PROPOSED:
        raise MergeDecided()
    # Whoever signs one of them up or checks them in waits here, and then sees one account that is closed.
    lock(session, LockKind.PERSON_TIME, two.absorbed.id, two.survivor.id)
    session.execute(
        select(Person.id)
        .where(Person.id.in_((two.absorbed.id, two.survivor.id)), Person.erased_at.is_(None))
        .order_by(Person.id)
        .with_for_update()
    ).all()
    _must_be_free(session, two, now=now)
    pair = Pair(absorbed_id=row.absorbed_id, survivor_id=row.survivor_id, reference=f"merge:{row.id}")
    moved = {carry.key: carry.moves(session, pair, now=now) for carry in merging.carries()}
    _close(session, actor, pair, now=now)
    move(session, row, MergeState.DONE, decided_at=now, decided_by_id=actor.person_id, moved=moved)
    _tell(session, "merging.done", row, actor, now=now, person_id=row.survivor_id)
    return MergeReceipt(public_id=row.public_id, state=MergeState.DONE, survivor=two.survivor.public_id)


def _close(session: Session, actor: Actor, pair: Pair, *, now: datetime) -> None:
    """Give the old account up: nobody signs in with it, its code still finds the person, its phone is theirs if they have none."""
    old = session.execute(
        select(Person.phone, Person.personal_code, Person.verified_at, Person.off_rankings_since).where(
            Person.id == pair.absorbed_id
        )
    ).one()
    must_move(
        session,
        update(Person)
        .where(Person.id == pair.absorbed_id, Person.erased_at.is_(None), Person.merged_into_id.is_(None))
        .values(
            erased_at=now,
            merged_into_id=pair.survivor_id,
            name=MERGED,
            phone=None,
            password_hash=None,
            personal_code=new_code(PERSONAL_LENGTH),
            shows_on_rankings=False,
            off_rankings_since=None,
            session_version=Person.session_version + 1,
        ),
    )
    must_move(
        session,
        update(Person)
        .where(Person.id == pair.survivor_id, Person.erased_at.is_(None))
        .values(
            phone=func.coalesce(Person.phone, old.phone),
            verified_at=func.coalesce(Person.verified_at, old.verified_at),
            # Who stood on no ranking with either account stands on none, until they choose again.
            off_rankings_since=func.coalesce(Person.off_rankings_since, old.off_rankings_since),
        ),
    )
    # Who went over to the old account before goes on to the new one.
    session.execute(
        update(Person).where(Person.merged_into_id == pair.absorbed_id).values(merged_into_id=pair.survivor_id)
    )
    session.execute(
        insert(PersonalCard).values(
            public_id=new_public_id(),
            person_id=pair.survivor_id,
            code=old.personal_code,
            issued_by_id=actor.person_id,
            issued_at=now,
        )
    )


def reject_merge(session: Session, actor: Actor, merge: str, reason: str, *, now: datetime) -> MergeReceipt:
    """Say no to a proposed merge, as a second person, or take it back as who proposed it."""
    row, two = _loaded(session, actor, merge, now=now)
    require(may_merge(actor, two.absorbed.standing, two.survivor.standing), MergeNeedsAnother())
    is_own = actor.person_id == row.proposed_by_id
    to = MergeState.WITHDRAWN if is_own else MergeState.REJECTED
    receipt = MergeReceipt(public_id=row.public_id, state=to, survivor=two.survivor.public_id)
    if row.state is to and row.decided_by_id == actor.person_id:
        return MergeReceipt(public_id=row.public_id, state=to, survivor=two.survivor.public_id, is_repeat=True)
    if row.state is not MergeState.PROPOSED:
        raise MergeDecided()
    move(session, row, to, decided_at=now, decided_by_id=actor.person_id, decision_reason=reason)
    _tell(session, "merging.rejected", row, actor, now=now)
    return receipt


def carry_leftovers(session: Session, *, now: datetime) -> int:
    """Take over what reached accounts after they were given up. Returns 0: one round a time is enough."""
    recent = session.execute(
        select(Merge.id, Merge.absorbed_id, Person.merged_into_id)
        .join(Person, Person.id == Merge.absorbed_id)
        .where(Merge.state == MergeState.DONE, Merge.decided_at > now - LEFTOVERS_FOR)
        .order_by(Merge.id.desc())
        .limit(BATCH)
    ).all()
    carries = merging.carries()
    for merge_id, absorbed_id, survivor_id in recent:
        if survivor_id is None:
            continue
        counts = merging.count_each(session, carries, absorbed_id, survivor_id, now=now)
        pair = Pair(absorbed_id=absorbed_id, survivor_id=survivor_id, reference=f"merge:{merge_id}")
        for carry, number in zip(carries, counts, strict=True):
            if number:
                carry.moves(session, pair, now=now)
    return 0


def _must_be_free(session: Session, two: TwoPeople, *, now: datetime) -> None:
    bars = merging.bars()
    counts = merging.count_each(session, bars, two.absorbed.id, two.survivor.id, now=now)
    for bar, number in zip(bars, counts, strict=True):
        if number:
            raise MergeBarred(bar.key, bar.label, number)


def _loaded(session: Session, actor: Actor, merge: str, *, now: datetime) -> tuple[Merge, TwoPeople]:
    row = session.scalar(select(Merge).where(Merge.public_id == merge).with_for_update())
    if row is None:
        raise NotFound()
    return row, two_people(session, actor, row.absorbed_id, row.survivor_id, now=now)


def _tell(
    session: Session, kind: str, row: Merge, actor: Actor, *, now: datetime, person_id: int | None = None
) -> None:
    """Record it of `person_id`, or of the account that is to be given up: the audit log says and finds to whom it was done."""
    events.record(
        session,
        kind,
        at=now,
        subject=f"person:{row.absorbed_id}",
        area_id=row.area_id,
        person_id=person_id or row.absorbed_id,
        actor_id=actor.person_id,
        merge=row.public_id,
        survivor=row.survivor_id,
    )
