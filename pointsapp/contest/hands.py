"""Who stands behind what a panel scored: everybody on it, so that nobody of them answers an objection to it."""

from __future__ import annotations

from pointsapp.contest.queries.panels import people_of
from pointsapp.stars.queries.evidence import PANEL_ORIGIN

HANDS = ((PANEL_ORIGIN, people_of),)
