"""Everything that changes a task, a shift or a sign-up."""

from pointsapp.tasks.services.drafts import ShiftDraft, TaskDraft, create_draft, edit_draft
from pointsapp.tasks.services.marks import ARRIVED, SETTLED, mark_arrived, mark_settled
from pointsapp.tasks.services.publication import approve_task, cancel_task, close_due_tasks, publish
from pointsapp.tasks.services.shifts import MoveShift, ShiftReceipt, move_shift, name_leaders, stop_shift
from pointsapp.tasks.services.signups import SignupReceipt, accept_offer, cancel_signup, join_now, sign_up
from pointsapp.tasks.services.waiting import expire_due_offers, fill_waiting

__all__ = [
    "ARRIVED",
    "SETTLED",
    "MoveShift",
    "ShiftDraft",
    "ShiftReceipt",
    "SignupReceipt",
    "TaskDraft",
    "accept_offer",
    "approve_task",
    "cancel_signup",
    "cancel_task",
    "close_due_tasks",
    "create_draft",
    "edit_draft",
    "expire_due_offers",
    "fill_waiting",
    "join_now",
    "mark_arrived",
    "mark_settled",
    "move_shift",
    "name_leaders",
    "publish",
    "sign_up",
    "stop_shift",
]
