"""Answers of the five-star calls as the OpenAPI document shows them. Invented; their shape is checked against the schemas."""

from __future__ import annotations

from typing import Any

Example = dict[str, Any]


def _page(*items: Example) -> Example:
    return {"items": list(items), "next_cursor": None}


_SCHEME: Example = {
    "code": "henan-urban",
    "version": 2,
    "name": "Henan urban five-star branches",
    "ties": ["lit_stars"],
}
_ROUND: Example = {
    "id": "Zk3vQ8sT1bLm",
    "name": "2026 Q4",
    "state": "open",
    "starts_on": "2026-10-01",
    "ends_on": "2026-12-31",
    "cut_off_at": "2027-01-08T00:00:00+08:00",
    "published_at": None,
    "objections_until": None,
    "closed_at": None,
    "scheme": _SCHEME,
}
_BRANCH: Example = {"id": "p7RtW2xYc9Hd", "code": "zb-jq", "name": "Jinqu branch"}
_STAR: Example = {
    "key": "joint_building",
    "name": "Building together",
    "score": 13.6,
    "state": "on_course",
    "shown": "on_course",
}

ROUNDS = _page(_ROUND)
ROUND: Example = {**_ROUND, "days": 92, "days_gone": 52, "branches": 11, "lit_stars": 23, "shows_ranks": True}
STANDINGS = _page(
    {"branch": _BRANCH, "rank": 1, "total": 84.25, "lit_stars": 3, "tier": "Three-star branch", "stars": [_STAR]}
)
TIERS = _page(
    {
        "place": 1,
        "name": "Five-star branch",
        "branches": 1,
        "places": None,
        "total": 90,
        "lit_stars": 5,
        "each_star": 0,
        "each_star_percent": 0,
        "floors": {},
        "lit": [],
    }
)
SCHEME: Example = {
    "code": "henan-urban",
    "version": 2,
    "name": "Henan urban five-star branches",
    "max": 100,
    "pass_at": 40,
    "ties": ["lit_stars", "strong_branch"],
    "stars": [
        {
            "key": "joint_building",
            "name": "Building together",
            "colour": "orange",
            "max": 20,
            "lit_at": 16,
            "needs": {},
            "requires": [],
            "indicators": [
                {
                    "key": "residents_active",
                    "name": "People taking part per 1000",
                    "unit": "people",
                    "max": 6,
                    "source": "automatic",
                    "by": [],
                    "metrics": ["participants", "headcount"],
                    "rule": "0 scores 0, 24 scores the full 6 points, in a straight line between.",
                }
            ],
        }
    ],
    "items": [
        {
            "key": "good_practice",
            "kind": "bonus",
            "name": "Practice taken up above",
            "star": None,
            "max": 4,
            "rule": "2 points each, at most 4 points, added to the total.",
        }
    ],
    "tiers": ["Five-star branch", "Four-star branch", "Three-star branch", "On the way"],
}
NEXT_STARS = _page(
    {
        "key": "joint_building",
        "name": "Building together",
        "score": 13.6,
        "lit_at": 16,
        "missing": 2.4,
        "reach": 20,
        "requires": [],
        "vetoes": [],
        "ways": [
            {
                "cost_percent": 58,
                "rises": [
                    {
                        "star": "joint_building",
                        "indicator": "residents_active",
                        "name": "People taking part per 1000",
                        "score": 1.86,
                        "to_score": 4.26,
                        "max": 6,
                        "metric": "participants",
                        "amount": 61,
                        "to_amount": 140,
                        "words": "People taking part per 1000: from 7.45 to 17.1, 79 more people, for 2.4 points",
                    }
                ],
            }
        ],
    }
)
RADAR: Example = {
    "area": "Duling Street",
    "peers": 11,
    "stars": [{"key": "joint_building", "name": "Building together", "percent": 68, "median_percent": 61}],
}
_AREA: Example = {"id": "a1B2c3D4e5F6", "code": "jq", "name": "Jinqu community"}
BRANCHES = _page({**_BRANCH, "kind": "branch", "parent_id": None, "area": _AREA})
TREND = _page(
    {
        "round": _ROUND,
        "total": 84.25,
        "max": 100,
        "lit_stars": 3,
        "tier": "Three-star branch",
        "stars": [{**_STAR, "max": 20}],
    }
)
METRICS = _page(
    {
        "key": "participants",
        "name": "People who took part",
        "unit": "people",
        "counts": "Different people who came and served in the area.",
        "formula": "People with more than nothing.",
        "over": None,
        "times": 1,
        "can_score": True,
    }
)
FIGURES = _page({"key": "participants", "figure": 61, "over": None, "base": None, "opens": True})
METRIC_ROWS = _page(
    {
        "id": "m9N8b7V6c5X4",
        "at": "2026-11-20T19:02:11+08:00",
        "area": "Jinqu first grid",
        "person": "Wang *",
        "quantity": 1,
        "is_paper": False,
        "item": None,
    }
)
