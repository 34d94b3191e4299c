"""The burden meter 减负: what branches were asked for by hand in a round. About branches, in the order of their codes; never a ranking."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from sqlalchemy import ColumnElement, and_, case, func, select, true
from sqlalchemy.orm import Session

from pointsapp.areas.models import Area, AreaKind
from pointsapp.areas.queries import below, below_any
from pointsapp.core.actor import STREET_OFFICE, Actor
from pointsapp.core.paging import Page, PageRequest, cut
from pointsapp.stars.models import Branch, PlanEvidence, PlanItem, Proof, ProofUse, RoundBranch
from pointsapp.stars.queries.branches import BRANCH_COLUMNS, BranchRow, branch_row
from pointsapp.stars.queries.rounds import RoundRow
from pointsapp.stars.rules.proofs import Burden, MiddleBurden, middle
from pointsapp.stars.rules.scheme import Scheme, Source


@dataclass(frozen=True, slots=True, kw_only=True)
class BranchBurden:
    branch: BranchRow
    burden: Burden


@dataclass(frozen=True, slots=True, kw_only=True)
class StreetBurden:
    """One branch beside the middle of the branches it is compared with; `street` is None where it lies in none."""

    own: Burden
    street: str | None
    middle: MiddleBurden


def burden_beside(session: Session, found: RoundRow, branch: BranchRow) -> StreetBurden:
    """Return what a branch was asked for, beside the median of its street (of the whole round where it lies in no street)."""
    street = session.execute(
        select(Area.name, Area.path)
        .where(Area.kind == AreaKind.STREET, Area.id.in_(_ids(branch.area_path)))
        .order_by(func.length(Area.path).desc())
        .limit(1)
    ).one_or_none()
    burdens = _burdens(session, found, true() if street is None else below(Area.path, street.path))
    return StreetBurden(
        own=burdens.get(branch.id, Burden()),
        street=None if street is None else street.name,
        middle=middle(list(burdens.values())),
    )


def burdens_page(
    session: Session, found: RoundRow, actor: Actor, page: PageRequest
) -> tuple[Page[BranchBurden], MiddleBurden]:
    """Return the branches of this actor's streets in the order of their codes, and the median over all of them."""
    within = below_any(Area.path, actor.paths(STREET_OFFICE))
    burdens = _burdens(session, found, within)
    query = (
        select(*BRANCH_COLUMNS)
        .join(Area, Area.id == Branch.area_id)
        .join(RoundBranch, RoundBranch.branch_id == Branch.id)
        .where(RoundBranch.round_id == found.id, within)
        .order_by(Branch.code)
        .limit(page.limit + 1)
    )
    if page.after:
        query = query.where(Branch.code > page.after[0])
    rows = [
        BranchBurden(branch=branch, burden=burdens[branch.id]) for branch in map(branch_row, session.execute(query))
    ]
    return cut(rows, page.limit, lambda row: (row.branch.code,)), middle(list(burdens.values()))


def _ids(path: str) -> list[int]:
    return [int(part) for part in path.split("/") if part]


def _burdens(session: Session, found: RoundRow, within: ColumnElement[bool]) -> dict[int, Burden]:
    """Return the burden of every branch of the round whose area meets the condition `within`, a grouped query for each kind."""
    branches = (
        select(RoundBranch.branch_id)
        .join(Branch, Branch.id == RoundBranch.branch_id)
        .join(Area, Area.id == Branch.area_id)
        .where(RoundBranch.round_id == found.id, within)
    )
    aims = {row.branch_id: row.aims for row in session.execute(branches.add_columns(RoundBranch.aims)).all()}
    pieces, used = _pieces(session, found, branches), _used(session, found, branches)
    items = _items(session, found, branches)
    return {
        branch_id: _burden(found.scheme, aim, pieces.get(branch_id, 0), used.get(branch_id, 0), items[branch_id])
        for branch_id, aim in aims.items()
    }


def _burden(scheme: Scheme, aims: list[str] | None, pieces: int, used: int, items: Mapping[str, int]) -> Burden:
    asked = [one for star in scheme.stars if aims is None or star.key in aims for one in star.indicators]
    assessed = sum(one.source is Source.ASSESSED for one in asked)
    return Burden(
        pieces=pieces,
        assessed=assessed,
        items_by_hand=items["by_hand"],
        auto_lines=len(asked) - assessed + items["rows"],
        hand_lines=used + items["notes"],
    )


def _pieces(session: Session, found: RoundRow, branches: Any) -> dict[int, int]:
    rows = session.execute(
        select(Proof.branch_id, func.count())
        .where(Proof.round_id == found.id, Proof.withdrawn_at.is_(None), Proof.branch_id.in_(branches))
        .group_by(Proof.branch_id)
    )
    return {row[0]: row[1] for row in rows}


def _used(session: Session, found: RoundRow, branches: Any) -> dict[int, int]:
    """Return how many lines the pieces of each branch stand for."""
    rows = session.execute(
        select(Proof.branch_id, func.count())
        .join(ProofUse, ProofUse.proof_id == Proof.id)
        .where(Proof.round_id == found.id, Proof.withdrawn_at.is_(None), Proof.branch_id.in_(branches))
        .group_by(Proof.branch_id)
    )
    return {row[0]: row[1] for row in rows}


def _items(session: Session, found: RoundRow, branches: Any) -> dict[int, dict[str, int]]:
    """Return, for each branch, rows and notes linked to its plan's items, and how many items are shown by hand alone."""
    stands = and_(Proof.id == ProofUse.proof_id, Proof.withdrawn_at.is_(None))
    shown_by_piece = select(ProofUse.id).join(Proof, stands).where(ProofUse.item_id == PlanItem.id).exists()
    per_item = (
        select(
            PlanItem.branch_id,
            func.count(PlanEvidence.evidence_id).label("rows"),
            func.count(PlanEvidence.note).label("notes"),
            case((shown_by_piece, 1), else_=0).label("pieces"),
        )
        .outerjoin(PlanEvidence, PlanEvidence.item_id == PlanItem.id)
        .where(PlanItem.round_id == found.id, PlanItem.withdrawn_at.is_(None), PlanItem.branch_id.in_(branches))
        .group_by(PlanItem.branch_id, PlanItem.id)
        .subquery()
    )
    one = per_item.c
    by_hand = case((and_(one.rows == 0, one.notes + one.pieces > 0), 1), else_=0)
    counted: dict[int, dict[str, int]] = defaultdict(lambda: {"rows": 0, "notes": 0, "by_hand": 0})
    for branch_id, rows, notes, hand in session.execute(
        select(one.branch_id, func.sum(one.rows), func.sum(one.notes), func.sum(by_hand)).group_by(one.branch_id)
    ):
        counted[branch_id] = {"rows": int(rows), "notes": int(notes), "by_hand": int(hand)}
    return counted
