"""Everything that changes a task, a shift or a sign-up."""

from pointsapp.tasks.services.marks import mark_arrived, mark_settled, mark_unsettled
from pointsapp.tasks.services.signups import SignupReceipt, accept_offer, cancel_signup, join_now, sign_up

__all__ = [
    "SignupReceipt",
    "accept_offer",
    "cancel_signup",
    "join_now",
    "mark_arrived",
    "mark_settled",
    "mark_unsettled",
    "sign_up",
]
