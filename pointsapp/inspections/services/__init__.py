"""What changes something in inspections."""

from pointsapp.inspections.services.draws import (
    AnnounceDraw,
    DrawReceipt,
    announce_draw,
    cancel_draw,
    reveal_draw,
)
from pointsapp.inspections.services.findings import (
    MOST_PHOTOS,
    FindingReceipt,
    RecordFinding,
    Step,
    answer_finding,
    close_finding,
    link_deduction,
    record_finding,
    return_finding,
    with_photos,
    withdraw_finding,
)
from pointsapp.inspections.services.passes import (
    IssuedPass,
    IssuePass,
    PassReceipt,
    is_pass,
    issue_pass,
    open_pass,
    pass_hash,
    revoke_pass,
)
from pointsapp.inspections.services.telling import remind_due
from pointsapp.inspections.services.visits import InspectionReceipt, finish_inspection, start_inspection

__all__ = [
    "MOST_PHOTOS",
    "AnnounceDraw",
    "DrawReceipt",
    "FindingReceipt",
    "InspectionReceipt",
    "IssuePass",
    "IssuedPass",
    "PassReceipt",
    "RecordFinding",
    "Step",
    "announce_draw",
    "answer_finding",
    "cancel_draw",
    "close_finding",
    "finish_inspection",
    "is_pass",
    "issue_pass",
    "link_deduction",
    "open_pass",
    "pass_hash",
    "record_finding",
    "remind_due",
    "return_finding",
    "reveal_draw",
    "revoke_pass",
    "start_inspection",
    "with_photos",
    "withdraw_finding",
]
