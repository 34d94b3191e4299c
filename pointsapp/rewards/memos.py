"""Keys of the sentences that rewards writes into the books; their words stand in messages.py."""

BUDGET_GRANTED = "rewards.budget_granted"
TASK_RESERVED = "rewards.task_reserved"
TASK_RETURNED = "rewards.task_returned"
ATTENDANCE = "rewards.attendance"
CORRECTION = "rewards.correction"
