"""Everything that changes a task, a shift or a sign-up."""

from pointsapp.tasks.services.absences import Absence, note_absent
from pointsapp.tasks.services.drafts import ShiftDraft, TaskDraft, create_draft, edit_draft
from pointsapp.tasks.services.marks import ARRIVED, SETTLED, mark_arrived, mark_settled
from pointsapp.tasks.services.no_shows import Decision, NoShowReceipt, appeal, ask_excuse, decide_no_show, note_no_shows
from pointsapp.tasks.services.pictures import Picture, set_picture
from pointsapp.tasks.services.places import Stand, set_place
from pointsapp.tasks.services.publication import approve_task, cancel_task, close_due_tasks, publish
from pointsapp.tasks.services.shifts import MoveShift, ShiftReceipt, move_shift, name_leaders, stop_shift
from pointsapp.tasks.services.signups import SignupReceipt, accept_offer, cancel_signup, join_now, sign_up
from pointsapp.tasks.services.templates import TemplateReceipt, retire_template, save_template
from pointsapp.tasks.services.waiting import expire_due_offers, fill_waiting, tell_of_open_places

__all__ = [
    "ARRIVED",
    "SETTLED",
    "Absence",
    "Decision",
    "MoveShift",
    "NoShowReceipt",
    "Picture",
    "ShiftDraft",
    "ShiftReceipt",
    "SignupReceipt",
    "Stand",
    "TaskDraft",
    "TemplateReceipt",
    "accept_offer",
    "appeal",
    "approve_task",
    "ask_excuse",
    "cancel_signup",
    "cancel_task",
    "close_due_tasks",
    "create_draft",
    "decide_no_show",
    "edit_draft",
    "expire_due_offers",
    "fill_waiting",
    "join_now",
    "mark_arrived",
    "mark_settled",
    "move_shift",
    "name_leaders",
    "note_absent",
    "note_no_shows",
    "publish",
    "retire_template",
    "save_template",
    "set_picture",
    "set_place",
    "sign_up",
    "stop_shift",
    "tell_of_open_places",
]
