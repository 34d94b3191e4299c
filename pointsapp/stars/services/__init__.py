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
from pointsapp.stars.services.memberships import EndMember, MemberReceipt, RecordMember, end_member, record_member
from pointsapp.stars.services.paper import PaperReceipt, RecordPaper, confirm_paper, decline_paper, record_paper
from pointsapp.stars.services.plans import (
    AddItem,
    ChangeItem,
    ItemDraft,
    LinkEvidence,
    PlanReceipt,
    add_item,
    change_item,
    link_evidence,
    open_plan,
    set_progress,
    withdraw_item,
)
from pointsapp.stars.services.rounds import (
    AimsSet,
    SetAims,
    set_aims,
    take_snapshot,
    turn_rounds,
)
from pointsapp.stars.services.schemes import ImportedScheme, import_scheme

__all__ = [
    "AddItem",
    "AimsSet",
    "Assess",
    "Assessed",
    "ChangeItem",
    "EndMember",
    "HeadcountDraft",
    "Imported",
    "ImportedScheme",
    "ItemDraft",
    "LinkEvidence",
    "MemberDraft",
    "MemberReceipt",
    "PaperReceipt",
    "PlanReceipt",
    "RecordMember",
    "RecordPaper",
    "SetAims",
    "add_item",
    "assess",
    "change_item",
    "collect",
    "confirm_paper",
    "count_stale",
    "decline_paper",
    "end_member",
    "import_branches",
    "import_headcounts",
    "import_members",
    "import_scheme",
    "link_evidence",
    "open_plan",
    "record_member",
    "record_paper",
    "recount_daily",
    "set_aims",
    "set_progress",
    "take_snapshot",
    "turn_rounds",
    "withdraw_item",
]
