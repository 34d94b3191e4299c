"""Errata: what was proposed and by whom, what it would change, and whom that concerns."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import or_, select
from sqlalchemy.orm import Session, aliased

from pointsapp.areas.models import Area
from pointsapp.areas.queries import below_any, ids_in
from pointsapp.core.actor import Actor, Role, require
from pointsapp.core.errors import NotFound
from pointsapp.core.paging import Page, PageRequest, cut
from pointsapp.people.models import Person, RoleGrant
from pointsapp.stars.models import Branch, EditionKind, Erratum, ErratumState
from pointsapp.stars.policies import audited_paths, may_read_errata, may_run_round
from pointsapp.stars.queries.branches import BRANCH_COLUMNS, BranchRow, branch_row
from pointsapp.stars.queries.editions import Edition, KeptBranch, edition_of, kept_branches
from pointsapp.stars.queries.rounds import RoundRow, round_paths, rounds_by_ids
from pointsapp.stars.rules.editions import Kept, TakenBack
from pointsapp.stars.rules.errata import Back, Right, revise
from pointsapp.stars.rules.scheme import Scheme, Source

MOST_SHOWN = 100


@dataclass(frozen=True, slots=True, kw_only=True)
class ErratumRow:
    """One proposal. `target_name` is the indicator's or star's; `corrected` is in hundredths where people assess, else an amount."""

    id: int
    public_id: str
    round_id: int
    branch: BranchRow
    kind: EditionKind
    target: str
    target_name: str
    is_score: bool
    corrected: int | None
    what: str
    why: str
    state: ErratumState
    by: str
    by_id: int
    at: datetime
    decided_by: str | None
    decided_at: datetime | None
    decline_reason: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Difference:
    """A branch before and after a correction; `is_named`: it is the one that the correction is about. Totals in hundredths."""

    branch: BranchRow
    is_named: bool
    rank_before: int
    rank: int
    total_before: int
    total: int
    lit_before: int
    lit_stars: int
    tier_before: str | None
    tier: str | None

    @property
    def is_seen_in_tiers(self) -> bool:
        """Whether it shows where boards show no ranks: a correction changes no total but that of the named branch."""
        return self.is_named or self.tier != self.tier_before


def kept_by_branch(session: Session, found: RoundRow, number: int | None = None) -> dict[int, KeptBranch]:
    """Return the branches of the edition in force (or of another) by their keys; empty where none is stored."""
    return {one.branch.id: one for one in kept_branches(session, found, number) or ()}


def change_of(row: Erratum, number: int, day: date) -> Right | Back:
    """Return what a proposal changes, for rules/errata.py; it becomes edition `number` on `day`."""
    if row.kind is EditionKind.TAKEN_BACK:
        return Back(star=row.target, taken=TakenBack(reason=row.why, on=day.isoformat()))
    assert row.corrected is not None
    return Right(indicator=row.target, corrected=row.corrected, number=number)


def differences(
    scheme: Scheme, branches: Mapping[int, BranchRow], before: Mapping[int, Kept], after: Mapping[int, Kept], named: int
) -> list[Difference]:
    """Return the branches whose standing differs between two editions, the named one first."""
    found = [
        Difference(
            branch=branches[key],
            is_named=key == named,
            rank_before=old.rank,
            rank=after[key].rank,
            total_before=old.score.total,
            total=after[key].score.total,
            lit_before=old.score.lit_stars,
            lit_stars=after[key].score.lit_stars,
            tier_before=_tier(scheme, old),
            tier=_tier(scheme, after[key]),
        )
        for key, old in before.items()
        if key == named or _outline(old) != _outline(after[key])
    ]
    return sorted(found, key=lambda one: (not one.is_named, one.rank, one.branch.code))


def _outline(row: Kept) -> tuple[int, int, int, int | None]:
    return row.rank, row.score.total, row.score.lit_stars, row.tier


def _tier(scheme: Scheme, row: Kept) -> str | None:
    return None if row.tier is None else scheme.tiers[row.tier].name


def edition_differences(session: Session, found: RoundRow, edition: Edition) -> list[Difference]:
    """Return what an edition changed against the one before it; nothing of the first."""
    if edition.number == 1:
        return []
    before = kept_by_branch(session, found, edition.number - 1)
    after = kept_by_branch(session, found, edition.number)
    branches = {key: one.branch for key, one in after.items()}
    named = edition.branch_id or 0
    return differences(
        found.scheme,
        branches,
        {key: one.kept for key, one in before.items()},
        {key: one.kept for key, one in after.items()},
        named,
    )[:MOST_SHOWN]


def _errata() -> Any:
    decider = aliased(Person)
    return (
        select(*BRANCH_COLUMNS, Erratum, Person.name.label("author"), decider.name.label("decider"))
        .join(Area, Area.id == Branch.area_id)
        .join(Erratum, Erratum.branch_id == Branch.id)
        .join(Person, Person.id == Erratum.by_id)
        .outerjoin(decider, decider.id == Erratum.decided_by_id)
    )


def _row(row: Any, scheme: Scheme) -> ErratumRow:
    one = row.Erratum
    indicator = scheme.indicator(one.target)
    if one.kind is EditionKind.TAKEN_BACK:
        name = next((star.name for star in scheme.stars if star.key == one.target), one.target)
    else:
        name = one.target if indicator is None else indicator.name
    return ErratumRow(
        id=one.id,
        public_id=one.public_id,
        round_id=one.round_id,
        branch=branch_row(row),
        kind=one.kind,
        target=one.target,
        target_name=name,
        is_score=indicator is not None and (indicator.source is Source.ASSESSED or indicator.formula is None),
        corrected=one.corrected,
        what=one.what,
        why=one.why,
        state=one.state,
        by=row.author,
        by_id=one.by_id,
        at=one.at,
        decided_by=row.decider,
        decided_at=one.decided_at,
        decline_reason=one.decline_reason,
    )


def errata_page(session: Session, found: RoundRow, actor: Actor, page: PageRequest) -> Page[ErratumRow]:
    """Return the proposals of a round, the newest first: all of them to who runs it, to auditors those within their remit."""
    paths = round_paths(session, found.id)
    require(may_read_errata(actor, paths))
    query = _errata().where(Erratum.round_id == found.id).order_by(Erratum.id.desc()).limit(page.limit + 1)
    if not may_run_round(actor, paths):
        query = query.where(below_any(Area.path, audited_paths(actor)))
    if page.after:
        query = query.where(Erratum.id < page.after[0])
    rows = [_row(row, found.scheme) for row in session.execute(query)]
    return cut(rows, page.limit, lambda row: (row.id,))


def find_erratum(session: Session, erratum_id: str, actor: Actor) -> tuple[RoundRow, ErratumRow]:
    """Return one proposal and its round, to who runs the round and to the auditors of its branch."""
    found = session.execute(_errata().where(Erratum.public_id == erratum_id)).one_or_none()
    if found is None:
        raise NotFound()
    of = rounds_by_ids(session, [found.Erratum.round_id])[0]
    row = _row(found, of.scheme)
    audits = row.branch.area_path.startswith(audited_paths(actor))
    require(audits or may_run_round(actor, round_paths(session, of.id)))
    return of, row


def effect_of(session: Session, found: RoundRow, erratum_id: str, *, day: date) -> list[Difference]:
    """Return what confirming a proposal would change now."""
    row = session.scalars(select(Erratum).where(Erratum.public_id == erratum_id)).one()
    kept = kept_by_branch(session, found)
    stored = edition_of(session, found)
    if row.branch_id not in kept or stored is None:
        return []
    before = {key: one.kept for key, one in kept.items()}
    after = revise(found.scheme, before, row.branch_id, change_of(row, stored.number + 1, day))
    branches = {key: one.branch for key, one in kept.items()}
    return differences(found.scheme, branches, before, after, row.branch_id)[:MOST_SHOWN]


def secretaries_of(session: Session, branch: BranchRow, *, now: datetime) -> list[int]:
    """Return who is secretary of a branch now: the role over its area or above."""
    return list(
        session.scalars(
            select(RoleGrant.person_id)
            .where(
                RoleGrant.role == Role.BRANCH_SECRETARY,
                RoleGrant.area_id.in_(ids_in(branch.area_path)),
                RoleGrant.starts_at <= now,
                or_(RoleGrant.ended_at.is_(None), RoleGrant.ended_at > now),
            )
            .distinct()
            .order_by(RoleGrant.person_id)
            .limit(MOST_SHOWN)
        )
    )
