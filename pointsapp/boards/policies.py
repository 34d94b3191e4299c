"""Who stands on a board: neighbours among themselves always, everybody else only where they chose to."""

from __future__ import annotations

from pointsapp.areas.queries import AreaKind

# At these every neighbour is listed; above them only who chose to be.
OWN_KINDS = frozenset({AreaKind.COMMUNITY, AreaKind.GRID, AreaKind.MICRO_GRID, AreaKind.SPECIAL_GRID})


def lists_everyone(kind: AreaKind) -> bool:
    """Tell whether the board of an area of this kind lists everybody who lives there."""
    return kind in OWN_KINDS
