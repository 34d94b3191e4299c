"""What StandingDetailSchema shows: a standing with the reasons of each star, item and indicator."""

from __future__ import annotations

from typing import Any

from pointsapp.stars.messages import worded
from pointsapp.stars.queries import CATALOGUE, IndicatorDetail, ItemDetail, RoundRow, Standing, StarDetail, why_here
from pointsapp.stars.rules.why import Step


def detail(
    found: RoundRow,
    standing: Standing,
    stars: tuple[StarDetail, ...],
    items: tuple[ItemDetail, ...],
    *,
    has_ranks: bool = True,
) -> dict[str, Any]:
    """Return what StandingDetailSchema shows."""
    return {
        "round": found,
        "branch": standing.branch,
        "rank": standing.rank if has_ranks else None,
        "total": standing.score.total,
        "lit_stars": standing.score.lit_stars,
        "tier": standing.score.tier,
        "headcount": standing.headcount,
        "items": [_item(one) for one in items],
        "steps": _steps(why_here(found, standing)),
        "stars": [
            {
                "key": star.score.star.key,
                "name": star.score.star.name,
                "max": star.score.star.most,
                "lit_at": star.score.star.lit_at,
                "score": star.score.score,
                "state": star.score.state,
                "shown": star.score.shown,
                "steps": _steps(star.steps),
                "indicators": [_indicator(one) for one in star.indicators],
            }
            for star in stars
        ],
    }


def _steps(steps: tuple[Step, ...]) -> list[str]:
    return [worded(step, CATALOGUE) for step in steps]


def _item(one: ItemDetail) -> dict[str, Any]:
    return {
        "key": one.item.key,
        "kind": one.item.kind,
        "name": one.item.indicator.name,
        "star": one.item.star,
        "max": one.item.indicator.most,
        "score": one.score.score,
        "source": one.item.indicator.source,
        "steps": _steps(one.steps),
    }


def _indicator(one: IndicatorDetail) -> dict[str, Any]:
    rows = [
        {
            "id": row.public_id,
            "at": row.occurred_at,
            "area": row.area,
            "person": row.person,
            "quantity": row.quantity,
            "item": row.item,
        }
        for row in one.evidence
    ]
    given = [
        {"id": row.public_id, "at": row.at, "person": row.by, "score": row.score, "reason": row.reason}
        for row in one.assessments
    ]
    return {
        "key": one.indicator.key,
        "name": one.indicator.name,
        "unit": one.indicator.unit,
        "max": one.indicator.most,
        "score": one.score.score,
        "source": one.indicator.source,
        "inputs": one.score.inputs,
        "gap": one.score.gap,
        "steps": _steps(one.steps),
        "evidence_count": one.evidence_count or len(given),
        "evidence_hidden": one.is_hidden,
        "evidence": rows or given,
    }
