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
from pointsapp.tasks.queries.standing import Look, look, may_join, sold_out_refusal

__all__ = [
    "Look",
    "ShiftBrief",
    "SignupRow",
    "active_shifts",
    "briefs_of_task",
    "leads_shift",
    "look",
    "may_join",
    "shift_brief",
    "shifts_led_by",
    "signup_by_id",
    "signup_of",
    "sold_out_refusal",
]
