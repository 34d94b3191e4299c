"""Reads of the area tree: find one by id or code, ask what lies below it, list it, show it with its people."""

from __future__ import annotations

from pointsapp.areas.models import AreaKind
from pointsapp.areas.queries.lookups import (
    AreaItem,
    AreaOption,
    AreaRow,
    area_by_id,
    area_options,
    areas_by_codes,
    areas_by_ids,
    areas_page,
    below,
    below_any,
    district_of,
    find_area,
    ids_in,
    require_area,
    root_of,
    subtree_ids,
)
from pointsapp.areas.queries.tree import AreaLine, AreaTree, area_tree

__all__ = [
    "AreaItem",
    "AreaKind",
    "AreaLine",
    "AreaOption",
    "AreaRow",
    "AreaTree",
    "area_by_id",
    "area_options",
    "area_tree",
    "areas_by_codes",
    "areas_by_ids",
    "areas_page",
    "below",
    "below_any",
    "district_of",
    "find_area",
    "ids_in",
    "require_area",
    "root_of",
    "subtree_ids",
]
