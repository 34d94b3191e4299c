"""Reads about tasks, shifts and sign-ups; every answer is frozen rows."""

from pointsapp.tasks.queries.briefs import (
    ShiftBrief,
    SignupRow,
    active_shifts,
    briefs_of_task,
    leads_shift,
    shift_brief,
    shifts_led_by,
    signup_by_id,
    signup_of,
)
from pointsapp.tasks.queries.details import TaskView, categories, leaders_of, task_view
from pointsapp.tasks.queries.lists import LISTED, TaskCard, TaskFilter, tasks_page
from pointsapp.tasks.queries.signups import (
    MySignup,
    RosterLine,
    attendance_of,
    my_signups_in,
    my_signups_page,
    roster_page,
    shift_roster,
    upcoming_for,
)
from pointsapp.tasks.queries.standing import Look, look, may_join, sold_out_refusal

__all__ = [
    "LISTED",
    "Look",
    "MySignup",
    "RosterLine",
    "ShiftBrief",
    "SignupRow",
    "TaskCard",
    "TaskFilter",
    "TaskView",
    "active_shifts",
    "attendance_of",
    "briefs_of_task",
    "categories",
    "leaders_of",
    "leads_shift",
    "look",
    "may_join",
    "my_signups_in",
    "my_signups_page",
    "roster_page",
    "shift_brief",
    "shift_roster",
    "shifts_led_by",
    "signup_by_id",
    "signup_of",
    "sold_out_refusal",
    "task_view",
    "tasks_page",
    "upcoming_for",
]
