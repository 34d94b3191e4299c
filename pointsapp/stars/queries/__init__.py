"""The reading room of stars: metrics, rounds and branches, standings, evidence."""

from pointsapp.stars.queries.counts import wrong_tallies
from pointsapp.stars.queries.evidence import (
    AssessmentRow,
    EvidenceRow,
    IndicatorDetail,
    StarDetail,
    drill_down,
)
from pointsapp.stars.queries.evidence_pages import EvidencePage, evidence_page
from pointsapp.stars.queries.metrics import CATALOGUE, METRICS, figure, register, register_evidence
from pointsapp.stars.queries.rounds import (
    BranchRow,
    MemberRow,
    RoundRow,
    find_branch,
    find_round,
    latest_rounds,
    members_of,
    newest_round,
    open_rounds,
    rounds_page,
)
from pointsapp.stars.queries.standings import Standing, one_standing, standings, with_movement

__all__ = [
    "CATALOGUE",
    "METRICS",
    "AssessmentRow",
    "BranchRow",
    "EvidencePage",
    "EvidenceRow",
    "IndicatorDetail",
    "MemberRow",
    "RoundRow",
    "Standing",
    "StarDetail",
    "drill_down",
    "evidence_page",
    "figure",
    "find_branch",
    "find_round",
    "latest_rounds",
    "members_of",
    "newest_round",
    "one_standing",
    "open_rounds",
    "register",
    "register_evidence",
    "rounds_page",
    "standings",
    "with_movement",
    "wrong_tallies",
]
