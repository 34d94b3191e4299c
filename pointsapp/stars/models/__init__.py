"""The tables of stars."""

from pointsapp.stars.models.board import (
    AreaHeadcount,
    Assessment,
    Branch,
    BranchKind,
    BranchTally,
    Evidence,
    Membership,
    Round,
    RoundBranch,
    RoundState,
    SchemeVersion,
    StaleArea,
    StandingSnapshot,
)
from pointsapp.stars.models.paper import (
    PaperLine,
    PaperSheet,
    PaperState,
)
from pointsapp.stars.models.plans import (
    PlanChange,
    PlanEvidence,
    PlanItem,
    StarPlan,
)

__all__ = [
    "AreaHeadcount",
    "Assessment",
    "Branch",
    "BranchKind",
    "BranchTally",
    "Evidence",
    "Membership",
    "PaperLine",
    "PaperSheet",
    "PaperState",
    "PlanChange",
    "PlanEvidence",
    "PlanItem",
    "Round",
    "RoundBranch",
    "RoundState",
    "SchemeVersion",
    "StaleArea",
    "StandingSnapshot",
    "StarPlan",
]
