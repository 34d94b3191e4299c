"""Which branches take part in a scheme's rounds, so that schemes run side by side and no branch is scored by two that share them out."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from typing import Any

from sqlalchemy import ColumnElement, Select, false, or_, select
from sqlalchemy.orm import Session

from pointsapp.areas.models import Area
from pointsapp.areas.queries import areas_by_codes
from pointsapp.stars.models import Branch, BranchKind, Round, RoundBranch, RoundState, SchemeVersion
from pointsapp.stars.queries.branches import branches_by_code
from pointsapp.stars.rules.check import Place, Reason
from pointsapp.stars.rules.reach import Reach, reach_of

# Words of messages/mistakes.py: both change together.
IN_TWO = (
    "{branches} would be in two schemes at once: {other} version {version} names them, too, and is in force from {day}"
)
HAS_BEGUN_ELSEWHERE = "{branches} take part in the round of {other} that has begun: name {following} or later"
TWO_FOR_ALL = (
    "{other} version {version} is for every branch, too, and is in force from {day}: two versions cannot be in force at once; "
    "share the branches out with applies_to, or let this scheme follow with succeeds: {other}"
)
NAMED_TWICE = "{branch} would be in two schemes at once: {schemes} name it; change applies_to of one of them first"
NO_BRANCH = "there is no branch {text!r}"
NO_AREA = "there is no area {text!r}"
MOST_NAMED = 5


def named_by(session: Session, reach: Reach) -> Select[int, str]:
    """Select (id, code) of the branches of kind `branch` that `reach` names."""
    paths = [area.path for area in areas_by_codes(session, reach.areas).values()]
    named: list[ColumnElement[bool]] = [Branch.code.in_(reach.branches), Area.kind.in_(reach.area_kinds)]
    named += [Area.path.startswith(path, autoescape=True) for path in paths]
    return (
        select(Branch.id, Branch.code)
        .join(Area, Area.id == Branch.area_id)
        .where(Branch.kind == BranchKind.BRANCH, or_(false(), *named))
    )


def taking_part(session: Session, scheme: SchemeVersion, beside: Iterable[SchemeVersion]) -> set[int]:
    """Return the branches that take part under `scheme` where the versions `beside` are in force, too."""
    reach = reach_of(scheme.definition)
    if reach is not None:
        return set(session.scalars(named_by(session, reach)))
    everybody = set(session.scalars(select(Branch.id).where(Branch.kind == BranchKind.BRANCH)))
    others = [reach_of(other.definition) for other in beside if other.code != scheme.code]
    return everybody.difference(*(session.scalars(named_by(session, other)) for other in others if other is not None))


def judge_reach(
    session: Session, definition: dict[str, Any], others: Iterable[SchemeVersion], day: date, following: date
) -> list[tuple[Place, str]]:
    """Return what is wrong with the branches that a draft in force from `day` is for, beside `others` in force then or later."""
    reach, beside = reach_of(definition), list(others)
    if reach is None:
        general = [other for other in beside if reach_of(other.definition) is None]
        return [
            (("scheme",), Reason(TWO_FOR_ALL, other=other.code, version=other.version, day=other.starts_on))
            for other in general[:1]
        ]
    problems = _unknown(session, reach)
    if problems:
        return problems
    named = _codes(session, reach)
    place: Place = ("applies_to",)
    for other in beside:
        rival = reach_of(other.definition)
        both = sorted(code for key, code in _codes(session, rival).items() if key in named) if rival else []
        if both:
            words = Reason(IN_TWO, branches=_few(both), other=other.code, version=other.version, day=other.starts_on)
            problems.append((place, words))
    for code, branches in _running_elsewhere(session, definition["code"], day, set(named)).items():
        problems.append((place, Reason(HAS_BEGUN_ELSEWHERE, branches=_few(branches), other=code, following=following)))
    return problems


def named_twice(session: Session, in_force: Iterable[SchemeVersion]) -> dict[str, str]:
    """Return code -> why, of each branch that two of the schemes in force at one time name."""
    naming: dict[str, list[str]] = {}
    for one in in_force:
        reach = reach_of(one.definition)
        for code in _codes(session, reach).values() if reach else ():
            naming.setdefault(code, []).append(f"{one.code} version {one.version}")
    return {
        code: Reason(NAMED_TWICE, branch=code, schemes=" and ".join(schemes))
        for code, schemes in naming.items()
        if len(schemes) > 1
    }


def _codes(session: Session, reach: Reach) -> dict[int, str]:
    """Return the branches that `reach` names: id -> code."""
    return {row.id: row.code for row in session.execute(named_by(session, reach))}


def _unknown(session: Session, reach: Reach) -> list[tuple[Place, str]]:
    branches, areas = branches_by_code(session, reach.branches), areas_by_codes(session, reach.areas)
    found: list[tuple[Place, str]] = [
        (("applies_to", "branches", n), Reason(NO_BRANCH, text=code))
        for n, code in enumerate(reach.branches)
        if code not in branches
    ]
    return found + [
        (("applies_to", "areas", n), Reason(NO_AREA, text=code))
        for n, code in enumerate(reach.areas)
        if code not in areas
    ]


def _running_elsewhere(session: Session, own: str, day: date, named: set[int]) -> dict[str, list[str]]:
    """Return scheme -> codes of the named branches that take part in its round of that quarter already."""
    rows = session.execute(
        select(Round.scheme_code, Branch.id, Branch.code)
        .join(RoundBranch, RoundBranch.round_id == Round.id)
        .join(Branch, Branch.id == RoundBranch.branch_id)
        .where(Round.scheme_code != own, Round.starts_on == day, Round.state == RoundState.OPEN)
        .order_by(Branch.code)
    )
    found: dict[str, list[str]] = {}
    for row in rows:
        if row.id in named:
            found.setdefault(row.scheme_code, []).append(row.code)
    return found


def _few(codes: list[str]) -> str:
    more = f" … ({len(codes)})" if len(codes) > MOST_NAMED else ""
    return ", ".join(codes[:MOST_NAMED]) + more
