"""What an export says, as plain data: only what everybody may read on the public pages, so no person's name.

Scores are whole hundredths, days ISO texts. The moment is not part of it: the same figures are the same content whenever taken.
"""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy.orm import Session

from pointsapp.exports.models import ExportKind
from pointsapp.stars.queries import RoundRow, Standing, in_tiers, one_standing, plan_counts, plan_of, standings
from pointsapp.stars.rules.score import StarScore

FORMAT = 1


def content_of(
    session: Session,
    kind: ExportKind,
    found: RoundRow,
    branch_id: str | None,
    *,
    edition: int | None,
    has_ranks: bool,
    now: datetime,
) -> dict[str, Any]:
    """Return the content of an export; NotFound where the branch takes no part. `edition` is the one in force, None before the freeze.

    Where boards show no ranks (`has_ranks`), neither does an export: branches stand by tier, inside a tier in the order of their codes.
    The caller has made the scheme's official language the reader's, so that a content does not depend on who asks.
    """
    body: dict[str, Any]
    branch = None
    if kind is ExportKind.STANDINGS:
        rows = standings(session, found, now=now)
        body = _standings(rows if has_ranks else in_tiers(found.scheme, rows), has_ranks)
    elif kind is ExportKind.WALL:
        body = _wall(session, found, now)
    else:
        found, row = one_standing(session, found, branch_id or "", now=now)
        branch = {"code": row.branch.code, "name": row.branch.name, "area": row.branch.area_name}
        body = _branch(row, has_ranks) if kind is ExportKind.BRANCH else _plan(session, found, row, now)
    scheme = found.scheme
    return {
        "format": FORMAT,
        "kind": kind.value,
        "scheme": {"code": scheme.code, "version": scheme.version, "name": scheme.name, "most": scheme.most},
        "round": {
            "id": found.public_id,
            "starts_on": found.starts_on.isoformat(),
            "ends_on": found.ends_on.isoformat(),
            "cut_off": found.cut_off_at.isoformat(),
        },
        "branch": branch,
        "edition": edition,
        "has_ranks": has_ranks,
        "stars": [{"key": star.key, "name": star.name, "most": star.most} for star in scheme.stars],
        "body": body,
    }


def _standings(rows: list[Standing], has_ranks: bool) -> dict[str, Any]:
    return {
        "rows": [
            {
                "rank": row.rank if has_ranks else None,
                "code": row.branch.code,
                "name": row.branch.name,
                "area": row.branch.area_name,
                "total": row.score.total,
                "lit": row.score.lit_stars,
                "tier": row.score.tier,
                "stars": [_star(one) for one in row.score.stars],
            }
            for row in rows
        ]
    }


def _star(one: StarScore) -> dict[str, Any]:
    return {"score": one.score, "state": one.state.value}


def _wall(session: Session, found: RoundRow, now: datetime) -> dict[str, Any]:
    rows = sorted(standings(session, found, now=now), key=lambda row: row.branch.code)
    plans = plan_counts(session, found, [row.branch.id for row in rows], now=now)
    lines = []
    for row in rows:
        counts = plans.get(row.branch.id, {})
        stars = [
            {
                "state": one.state.value,
                "done": counts[one.star.key].done if one.star.key in counts else 0,
                "items": counts[one.star.key].all if one.star.key in counts else 0,
                "overdue": counts[one.star.key].overdue if one.star.key in counts else 0,
                "at_risk": counts[one.star.key].at_risk if one.star.key in counts else 0,
            }
            for one in row.score.stars
        ]
        lines.append({"code": row.branch.code, "name": row.branch.name, "lit": row.score.lit_stars, "stars": stars})
    return {"rows": lines}


def _branch(row: Standing, has_ranks: bool) -> dict[str, Any]:
    return {
        "rank": row.rank if has_ranks else None,
        "total": row.score.total,
        "lit": row.score.lit_stars,
        "tier": row.score.tier,
        "stars": [
            {
                **_star(one),
                "lit_at": one.star.lit_at,
                "indicators": [
                    {
                        "key": each.indicator.key,
                        "name": each.indicator.name,
                        "source": each.indicator.source.value,
                        "most": each.indicator.most,
                        "score": each.score,
                        "inputs": dict(each.inputs),
                        "gap": None if each.gap is None else each.gap.value,
                    }
                    for each in one.indicators
                ],
            }
            for one in row.score.stars
        ],
        "items": [
            {
                "key": one.item.key,
                "name": one.item.indicator.name,
                "kind": one.item.kind.value,
                "most": one.item.indicator.most,
                "score": one.score.score,
            }
            for one in row.score.items
        ],
    }


def _plan(session: Session, found: RoundRow, row: Standing, now: datetime) -> dict[str, Any]:
    plan = plan_of(session, found, row.branch, None, now=now)
    names = {star.key: star.name for star in found.scheme.stars}
    return {
        "aims": [names[key] for key in plan.aims],
        "rows": [
            {
                "star": names[item.star],
                "indicator": _name_of(found, item.indicator),
                "title": item.title,
                "lead_unit": item.lead_unit,
                "responsible_unit": item.responsible_unit,
                "due_on": item.due_on.isoformat(),
                "progress": item.progress,
                "state": item.state.value,
                "evidence": item.links,
            }
            for item in plan.items
        ],
    }


def _name_of(found: RoundRow, key: str | None) -> str | None:
    indicator = found.scheme.indicator(key) if key else None
    return None if indicator is None else indicator.name
