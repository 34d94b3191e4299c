"""What changes the five-star board: imports, rounds, assessments, evidence."""

from pointsapp.stars.services.assessing import Assess, Assessed, assess
from pointsapp.stars.services.collecting import collect
from pointsapp.stars.services.counting import count_stale, recount_daily
from pointsapp.stars.services.imports import (
    HeadcountDraft,
    Imported,
    MemberDraft,
    import_branches,
    import_headcounts,
    import_members,
)
from pointsapp.stars.services.rounds import (
    AimsSet,
    ImportedScheme,
    SetAims,
    import_scheme,
    set_aims,
    take_snapshot,
    turn_rounds,
)

__all__ = [
    "AimsSet",
    "Assess",
    "Assessed",
    "HeadcountDraft",
    "Imported",
    "ImportedScheme",
    "MemberDraft",
    "SetAims",
    "assess",
    "collect",
    "count_stale",
    "import_branches",
    "import_headcounts",
    "import_members",
    "import_scheme",
    "recount_daily",
    "set_aims",
    "take_snapshot",
    "turn_rounds",
]
