"""The docket 台账 by hand: a piece is given once, stands for as many lines as it shows, is published or withdrawn; never deleted.

What the platform counts by itself is refused: it is never asked for. After the round has closed only publication can change.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import func, insert, select
from sqlalchemy.orm import Session

from pointsapp.core import clock, events
from pointsapp.core.actor import Actor, require
from pointsapp.core.errors import Invalid, NotFound
from pointsapp.core.file_kinds import FileKind
from pointsapp.stars.errors import (
    PlanItemAccepted,
    ProofElsewhere,
    ProofFrozen,
    ProofGivenAlready,
    ProofNotNeeded,
    ProofOtherQuarter,
    ProofUsedAlready,
    ProofWithdrawn,
)
from pointsapp.stars.messages.proofs import NO_SUCH_USE
from pointsapp.stars.models import (
    PlanItem,
    Proof,
    ProofChange,
    ProofFile,
    ProofKind,
    ProofStep,
    ProofUse,
)
from pointsapp.stars.policies import may_give_proof, may_publish_proof
from pointsapp.stars.queries.branches import BranchRow, find_branch
from pointsapp.stars.queries.plan_choices import evidence_of_branch
from pointsapp.stars.queries.rounds import RoundRow, find_round, rounds_by_ids
from pointsapp.stars.rules.scheme import Source
from pointsapp.stars.services.gates import hold_open, must_take_part


@dataclass(frozen=True, slots=True, kw_only=True)
class KeptFile:
    """A file that lies in the attic already; `name` is what it is shown as."""

    sha256: str
    given_sha256: str
    kind: FileKind
    size: int
    name: str


@dataclass(frozen=True, slots=True, kw_only=True)
class GiveProof:
    """`uses` are lines it stands for: `indicator:<key>`, `item:<public id>`, `row:<public id of evidence>`."""

    round_id: str
    branch_id: str
    title: str
    words: str
    happened_on: date
    uses: tuple[str, ...] = ()
    file: KeptFile | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class ProofReceipt:
    public_id: str
    number: int
    branch_id: str
    round_id: str
    is_repeat: bool = False


def give_proof(session: Session, actor: Actor, command: GiveProof, *, now: datetime) -> ProofReceipt:
    """Put a piece into the branch's docket. The same file, or the same words, a second time is refused with its number."""
    found, branch = find_round(session, command.round_id), find_branch(session, command.branch_id)
    require(may_give_proof(actor, branch.area_path))
    must_take_part(session, found, branch)
    _must_be_open(session, found)
    if not found.starts_on <= command.happened_on <= min(found.ends_on, clock.local_day(now)):
        raise ProofOtherQuarter(starts_on=found.starts_on.isoformat(), ends_on=found.ends_on.isoformat())
    uses = [_use(session, found, branch, use, now=now) for use in dict.fromkeys(command.uses)]
    file_id = None if command.file is None else _file(session, command.file, now=now)
    _must_be_new(session, found, branch, command, file_id)
    proof = Proof(
        round_id=found.id,
        branch_id=branch.id,
        number=_next_number(session, found, branch),
        kind=_kind(command.file),
        title=command.title,
        words=command.words,
        happened_on=command.happened_on,
        file_id=file_id,
        file_name=command.file.name if command.file else None,
        given_sha256=command.file.given_sha256 if command.file else None,
        given_by_id=actor.person_id,
        given_at=now,
    )
    session.add(proof)
    session.flush()
    _trace(session, actor, proof, branch, ProofStep.GIVEN, "", now)
    for columns in uses:
        _stand_for(session, actor, proof, columns, now)
    return _receipt(proof, found, branch)


def use_proof(
    session: Session, actor: Actor, branch_id: str, proof_id: str, use: str, *, now: datetime
) -> ProofReceipt:
    """Let a piece stand for one more line of the same branch and round."""
    proof, found, branch = _piece(session, branch_id, proof_id)
    require(may_give_proof(actor, branch.area_path))
    _must_be_open(session, found)
    _must_stand(proof)
    columns = _use(session, found, branch, use, now=now)
    (name, value), *_rest = columns.items()
    if session.scalar(select(ProofUse.id).where(ProofUse.proof_id == proof.id, getattr(ProofUse, name) == value)):
        raise ProofUsedAlready()
    _stand_for(session, actor, proof, columns, now)
    _trace(session, actor, proof, branch, ProofStep.USED, use, now)
    return _receipt(proof, found, branch)


def publish_proof(
    session: Session, actor: Actor, branch_id: str, proof_id: str, *, is_public: bool, now: datetime
) -> ProofReceipt:
    """Let everybody see a piece, or nobody but officers any more; also after the round: what must not be seen can be taken back."""
    proof, found, branch = _piece(session, branch_id, proof_id)
    require(may_publish_proof(actor, branch.area_path))
    if is_public:
        _must_stand(proof)
    if is_public == (proof.public_since is not None):
        return _receipt(proof, found, branch, is_repeat=True)
    proof.public_since = now if is_public else None
    session.flush()
    _trace(session, actor, proof, branch, ProofStep.PUBLISHED if is_public else ProofStep.UNPUBLISHED, "", now)
    return _receipt(proof, found, branch)


def withdraw_proof(
    session: Session, actor: Actor, branch_id: str, proof_id: str, reason: str, *, now: datetime
) -> ProofReceipt:
    """Take a piece back, with a reason: it stays to be read by officers, stands for nothing and is public no more.

    Not while it stands for an accepted item of a plan: what must not be seen is made internal (`publish_proof`).
    """
    proof, found, branch = _piece(session, branch_id, proof_id)
    require(may_give_proof(actor, branch.area_path))
    _must_be_open(session, found)
    _must_stand(proof)
    _must_hold_up_nothing(session, proof)
    proof.withdrawn_at, proof.withdrawn_because, proof.public_since = now, reason, None
    session.flush()
    _trace(session, actor, proof, branch, ProofStep.WITHDRAWN, reason, now)
    return _receipt(proof, found, branch)


def _must_hold_up_nothing(session: Session, proof: Proof) -> None:
    """Refuse where an item was accepted on the piece: it takes no change until who accepted it takes that back.

    A piece that was added later is nothing the acceptance rests on.
    """
    # The items are held as an acceptance holds them: of the two, the second one sees what the first one did.
    rows = session.execute(
        select(PlanItem.accepted_at, ProofUse.at)
        .join(ProofUse, ProofUse.item_id == PlanItem.id)
        .where(ProofUse.proof_id == proof.id)
        .order_by(PlanItem.id)
        .with_for_update(of=PlanItem)
    ).all()
    if any(accepted_at is not None and used_at <= accepted_at for accepted_at, used_at in rows):
        raise PlanItemAccepted()


def _must_be_open(session: Session, found: RoundRow) -> None:
    hold_open(session, found, ProofFrozen)


def _must_stand(proof: Proof) -> None:
    if proof.withdrawn_at is not None:
        raise ProofWithdrawn()


def _piece(session: Session, branch_id: str, proof_id: str) -> tuple[Proof, RoundRow, BranchRow]:
    """Return a piece of this branch, locked: a trace must tell what really stood before."""
    branch = find_branch(session, branch_id)
    proof = session.scalars(
        select(Proof).where(Proof.public_id == proof_id).with_for_update().execution_options(populate_existing=True)
    ).one_or_none()
    if proof is None:
        raise NotFound()
    if proof.branch_id != branch.id:
        raise ProofElsewhere()
    return proof, rounds_by_ids(session, [proof.round_id])[0], branch


def _use(session: Session, found: RoundRow, branch: BranchRow, use: str, *, now: datetime) -> dict[str, Any]:
    """Return the column that says which line is meant; it is of this branch and round, and not one the platform counts."""
    kind, _colon, name = use.partition(":")
    if kind == "indicator":
        indicator = found.scheme.indicator(name)
        if indicator is None:
            raise Invalid({"uses": [str(NO_SUCH_USE)]})
        if indicator.source is Source.AUTOMATIC:
            raise ProofNotNeeded()
        return {"indicator": name}
    if kind == "item":
        item = session.execute(
            select(PlanItem.id, PlanItem.round_id, PlanItem.branch_id).where(PlanItem.public_id == name)
        ).one_or_none()
        if item is None:
            raise Invalid({"uses": [str(NO_SUCH_USE)]})
        if (item.round_id, item.branch_id) != (found.id, branch.id):
            raise ProofElsewhere()
        return {"item_id": item.id}
    if kind == "row":
        row = evidence_of_branch(session, found, branch, name, now=now)
        if row is None:
            raise ProofElsewhere()
        return {"evidence_id": row}
    raise Invalid({"uses": [str(NO_SUCH_USE)]})


def _stand_for(session: Session, actor: Actor, proof: Proof, columns: dict[str, Any], now: datetime) -> None:
    session.execute(insert(ProofUse).values(proof_id=proof.id, by_id=actor.person_id, at=now, **columns))


def _file(session: Session, given: KeptFile, *, now: datetime) -> int:
    known = session.scalar(select(ProofFile.id).where(ProofFile.sha256 == given.sha256))
    if known is not None:
        return known
    row = ProofFile(sha256=given.sha256, kind=given.kind, size=given.size, kept_at=now)
    session.add(row)
    session.flush()
    return row.id


def _kind(given: KeptFile | None) -> ProofKind:
    if given is None:
        return ProofKind.NOTE
    return ProofKind.PICTURE if given.kind is FileKind.JPEG else ProofKind.FILE


def _must_be_new(session: Session, found: RoundRow, branch: BranchRow, command: GiveProof, file_id: int | None) -> None:
    same = (
        Proof.file_id == file_id
        if file_id is not None
        else (Proof.kind == ProofKind.NOTE) & (Proof.title == command.title) & (Proof.words == command.words)
    )
    number = session.scalar(
        select(Proof.number).where(
            Proof.round_id == found.id, Proof.branch_id == branch.id, Proof.withdrawn_at.is_(None), same
        )
    )
    if number is not None:
        raise ProofGivenAlready(number=number)


def _next_number(session: Session, found: RoundRow, branch: BranchRow) -> int:
    last = select(func.max(Proof.number)).where(Proof.round_id == found.id, Proof.branch_id == branch.id)
    return (session.scalar(last) or 0) + 1


def _trace(
    session: Session, actor: Actor, proof: Proof, branch: BranchRow, step: ProofStep, words: str, now: datetime
) -> None:
    session.execute(
        insert(ProofChange).values(proof_id=proof.id, step=step, words=words[:200], by_id=actor.person_id, at=now)
    )
    events.record(
        session,
        f"stars.proof_{step}",
        at=now,
        subject=f"proof:{proof.id}",
        area_id=branch.area_id,
        actor_id=actor.person_id,
        number=proof.number,
    )


def _receipt(proof: Proof, found: RoundRow, branch: BranchRow, *, is_repeat: bool = False) -> ProofReceipt:
    return ProofReceipt(
        public_id=proof.public_id,
        number=proof.number,
        branch_id=branch.public_id,
        round_id=found.public_id,
        is_repeat=is_repeat,
    )
