"""The reading room of merging."""

from pointsapp.merging.queries.duplicates import Candidate, likely_duplicates, pair_by_hand
from pointsapp.merging.queries.merges import (
    Going,
    MergeRow,
    OnePerson,
    Preview,
    TwoPeople,
    merge_row,
    merges_page,
    preview_of,
    two_people,
)

__all__ = [
    "Candidate",
    "Going",
    "MergeRow",
    "OnePerson",
    "Preview",
    "TwoPeople",
    "likely_duplicates",
    "merge_row",
    "merges_page",
    "pair_by_hand",
    "preview_of",
    "two_people",
]
